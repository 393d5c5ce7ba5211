"""Man-down from a gateway over MQTT (D1): the same contract as over HTTP; docs/man-down.md."""

from pydantic import Field

from adapters.sources.man_down_desk import ManDownDesk
from adapters.sources.mqtt_door import MqttDoor, MqttDoorSettings
from adapters.sources.played import play_at
from middleware.ports import AdapterSpec, Kind, World
from schemas.base import Code

NAME = "man_down_mqtt"
RULE = "topic up man-down"


class ManDownMqttSettings(MqttDoorSettings):
    """`[source.man_down_mqtt]`: the gateway's own broker; the topics are
    `forewarn/<room>/man-down/messages` and `forewarn/<room>/man-down/answers`."""

    said_by: Code = Field(
        "gateway", description="name of the gateway; ways in that it uses have the same name"
    )


class ManDownMqtt(MqttDoor):
    """The source `man_down_mqtt`."""

    def __init__(self, settings: ManDownMqttSettings, world: World) -> None:
        super().__init__(NAME, RULE, "man-down", ManDownDesk, settings.said_by, settings, world)


SPEC = AdapterSpec(
    Kind.SOURCE, NAME, ManDownMqttSettings, ManDownMqtt, play=play_at(NAME, ManDownDesk)
)
