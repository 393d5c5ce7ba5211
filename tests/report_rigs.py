"""The reporting system and the security team's, as the contract suite needs them (R1, R3)."""

from typing import Any

from middleware.ports import Body
from schemas.report import IncidentReport, SecurityNotice
from simulators.datix import DRAFTS, NOTICES
from tests.cad_rig import CadRig


class DraftsRig(CadRig):
    """An incident reporting system in a process of its own. Its receipt is its answer."""

    device = "rv42"
    played, greeting, path = "datix", b"takes drafts at", DRAFTS

    def note(self, name: str = "n1", revision: int = 1, **more: Any) -> Body:
        withdrawn = bool(more.get("withdrawn"))
        return IncidentReport(
            id=name, revision=revision, withdrawn=withdrawn, what_happened=more.get("headline"),
            type="report.withdrawn" if withdrawn else "report.drafted",
        )  # fmt: skip


class NoticesRig(DraftsRig):
    """The system of a security team."""

    device = "srv42"
    path = NOTICES

    def note(self, name: str = "n1", revision: int = 1, **more: Any) -> Body:
        withdrawn = bool(more.get("withdrawn"))
        return SecurityNotice(
            id=name, revision=revision, withdrawn=withdrawn, address=more.get("headline"),
            type="assault.withdrawn" if withdrawn else "assault.notified",
        )  # fmt: skip


RIGS = {"incident_reports": DraftsRig, "security_notice": NoticesRig}
