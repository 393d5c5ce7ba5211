"""What people do about abusive calls and frequent callers, for tests (A1, A2, M6)."""

from datetime import date, datetime
from itertools import count
from typing import Any

from middleware.engine.entry import Entry
from middleware.engine.ledger import Abuse
from schemas.abuse import AbuseCorrected, AbuseNoted, AbuseTakenBack
from schemas.call import CallAnswered
from schemas.frequent import FrequentPlanEnded, FrequentPlanPut, Precedence
from schemas.proposal import ProposalSettled
from tests import said
from tests.room import Room

NUMBER = "07700 900123"
E164 = "+447700900123"
_numbers = count()


def _about(at: datetime) -> dict[str, Any]:
    return {"source": "console", "id": f"abuse/{next(_numbers)}", "occurred_at": at}


def noted(room: Room, call: str, **more: Any) -> Entry:
    fields = {"by": "Cal", "role": "call_handler"} | more
    return room.happens(AbuseNoted(subject=call, **_about(room.now), **fields))


def corrected(room: Room, entry: str, **more: Any) -> Entry:
    fields = {"by": "Sue", "role": "supervisor", "reason": "the call before"} | more
    return room.happens(AbuseCorrected(entry=entry, **_about(room.now), **fields))


def taken_back(room: Room, entry: str, **more: Any) -> Entry:
    fields = {"by": "Sue", "role": "supervisor", "reason": "another call"} | more
    return room.happens(AbuseTakenBack(entry=entry, **_about(room.now), **fields))


def settled(room: Room, proposal: str, *, accepted: bool, **more: Any) -> Entry:
    fields = {"by": "Mar", "role": "marking_team", "reason": "decided"} | more
    about = _about(room.now) | {"proposal": proposal, "accepted": accepted}
    return room.happens(ProposalSettled(**about, **fields))


def plan_put(
    room: Room, plan: str = "FC-1", *phones: str, ends_on: date | None = None, **more: Any
) -> Entry:
    fields = {"by": "Mar", "role": "marking_team", "precedence": Precedence.PLAN} | more
    until = ends_on or date(2027, 3, 31)
    about = _about(room.now) | {"plan": plan, "phones": phones or (E164,), "ends_on": until}
    return room.happens(FrequentPlanPut(**about, **fields))


def plan_ended(room: Room, plan: str = "FC-1") -> Entry:
    about = _about(room.now) | {"plan": plan, "reason": "moved away"}
    return room.happens(FrequentPlanEnded(by="Mar", role="marking_team", **about))


def rings(room: Room, name: str, number: str | None = NUMBER) -> str:
    """Our id of the call, answered by 4711."""
    room.happens(said.rang(number, name, room.now))
    room.happens(
        CallAnswered(source="telephony", id=f"{name}/answered", occurred_at=room.now, call=name,
                     handler="4711", position="PJSIP/21")
    )  # fmt: skip
    return next(call.id for call in room.state.calls.values() if call.call == name)


def the_entry(room: Room) -> Abuse:
    (entry,) = room.state.ledger.entries.values()
    return entry
