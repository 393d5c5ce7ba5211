"""A service that takes hand-ons, as the contract suite needs it (N2, N7)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from middleware.ports import Body
from schemas.hand_on import HandOnCase, SafetyFlag, SceneFlags
from schemas.report import Place
from simulators.bars_receiver import PATH
from tests.cad_rig import CadRig

SAID_AT = datetime(2026, 11, 23, 4, 40, 0, 250_000, UTC)
PLACE = Place(address="14 Marram Street, Saltby", postcode="CT97 1AB", uprn="10090200342",
              latitude=51.371, longitude=1.204)  # fmt: skip


def flags(
    name: str = "n1", revision: int = 1, *, headline: str = "Risk", **more: Any
) -> SceneFlags:
    """What another service is told, with one flag."""
    fields: dict[str, Any] = {
        "note": name,
        "revision": revision,
        "said_at": SAID_AT + timedelta(seconds=revision),
        "expires_at": datetime.now(UTC) + timedelta(hours=1),
        "is_first": revision == 1,
        "incident": "000042",
        "service_day": date(2026, 11, 22),
        "service": "Neighbour",
        "service_id": "1122334455",
        "sender": "Saltby Ambulance Service",
        "sender_id": "RX9",
        "case": HandOnCase.CALL_ASSIST,
        "place": PLACE,
        "flags": (SafetyFlag(name="M1", active=True, text=headline),),
    }
    return SceneFlags(**fields | more)


class BarsRig(CadRig):
    """In a process of its own. Its receipt is its answer."""

    device = "Neighbour"
    played, greeting, path = "bars-receiver", b"takes hand-ons at", PATH

    def note(self, name: str = "n1", revision: int = 1, **more: Any) -> Body:
        withdrawn = bool(more.get("withdrawn"))
        said = {"flags": ()} if withdrawn else {}
        return flags(name, revision, headline=more.get("headline", "Risk"), withdrawn=withdrawn,
                     **said)  # fmt: skip
