"""A desk of the police that takes requests, as the contract suite needs it (P2)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from middleware.ports import Body
from schemas.desk import DeskRequest
from tests.cad_rig import CadRig


class PoliceRig(CadRig):
    """In a process of its own. Its receipt is its answer; what its people say comes another way."""

    device = "b4711"
    played, greeting, path = "police-desk", b"takes requests at", "/back-up/v1/requests"

    def note(self, name: str = "n1", revision: int = 1, **more: Any) -> Body:
        until, words = datetime.now(UTC) + timedelta(hours=1), (more.pop("headline", "Risk"),)
        more.pop("reason", None)
        return DeskRequest(note=name, revision=revision, expires_at=until, words=words, **more)
