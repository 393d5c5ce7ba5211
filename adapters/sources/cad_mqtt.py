"""CAD over MQTT: the canonical contract on a topic (C1, O4); docs/cad-contract.md."""

from pydantic import Field

from adapters.sources.cad_desk import Desk
from adapters.sources.mqtt_door import MqttDoor, MqttDoorSettings
from adapters.sources.played import play_at
from middleware.ports import AdapterSpec, Kind, World
from schemas.base import Code

NAME = "cad_mqtt"
RULE = "topic up cad"


class CadMqttSettings(MqttDoorSettings):
    """`[source.cad_mqtt]`: the CAD's own broker; the topics are `forewarn/<room>/cad/messages` and
    `forewarn/<room>/cad/answers`."""

    said_by: Code = Field(
        "cad", description="name of the CAD; ways in that the same CAD uses have the same name"
    )


class CadMqtt(MqttDoor):
    """The source `cad_mqtt`."""

    def __init__(self, settings: CadMqttSettings, world: World) -> None:
        super().__init__(NAME, RULE, "cad", Desk, settings.said_by, settings, world)


SPEC = AdapterSpec(Kind.SOURCE, NAME, CadMqttSettings, CadMqtt, play=play_at(NAME))
