"""Confirmed mistakes when a recording begins: what was said, and decided, of a marker and an
address (O2, M2)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from middleware.engine.mistakes import WAITS_OR_HIDES, Mistake
from middleware.engine.on_mistake import pair_address
from middleware.engine.state import Call, Incident, State
from middleware.flow.recording.opening_then import SOURCE, Then, named
from schemas.event import Event
from schemas.incident import IncidentClosed, IncidentOpened
from schemas.mistake import MistakeDecided, MistakeReported

_MOMENT = timedelta(microseconds=1)
_NOBODY = "crew"


def mistakes_of(state: State) -> Iterator[Then]:
    """Those that wait for a decision or hide a marker, each about an incident or call that is
    live; where there is none, about one of its own that is opened and closed for it."""
    known_now: list[Incident | Call] = [*state.incidents.values(), *state.calls.values()]
    live = {pair_address(known): known for known in known_now if known.finished_at is None}
    for pair in state.mistakes.pairs.values():
        if pair.phase not in WAITS_OR_HIDES or not pair.said:
            continue
        known = live.get(pair.address)
        if known is not None and _since(known) <= min(one.at for one in pair.said):
            yield from _about(pair, known.id, lives=True)
        elif pair.place.model_dump(exclude_none=True):
            yield from _of_its_own(pair)


def _since(known: Incident | Call) -> datetime:
    return known.opened_at if isinstance(known, Incident) else known.rang_at


def _of_its_own(pair: Mistake) -> Iterator[Then]:
    first = min(one.at for one in pair.said)
    last = max([*(one.at for one in pair.said), *(one.at for one in pair.rulings)])
    name = f"i{pair.id[1:]}"  # no incident has it: that record made the pair
    about = {"number": f"{SOURCE}/{pair.id}", "service_day": first.date()}
    opened = named(pair.id, "opened", first, SOURCE) | about
    yield Then(IncidentOpened(**opened, place=pair.place), first - _MOMENT, name, lives=False)
    yield from _about(pair, name, lives=False)
    closed = IncidentClosed(**named(pair.id, "closed", last, SOURCE) | about)
    yield Then(closed, last + _MOMENT, lives=False)


def _about(pair: Mistake, subject: str, *, lives: bool) -> Iterator[Then]:
    told: list[tuple[datetime, Event]] = []
    for number, one in enumerate(pair.said):
        said: dict[str, Any] = named(pair.id, f"said/{number}", one.at)
        said |= {"subject": subject, "marker": pair.marker, "says": one.says, "by": one.by}
        told.append((one.at, MistakeReported(**said, role=one.whence or _NOBODY)))
    for number, ruling in enumerate(pair.rulings):
        said = named(pair.id, f"decided/{number}", ruling.at)
        said |= {"mistake": pair.id, "verdict": ruling.verdict, "decided_by": ruling.by}
        told.append((ruling.at, MistakeDecided(**said, reason=ruling.reason or "recorded")))
    told.sort(key=lambda one: one[0])
    for number, (at, event) in enumerate(told):
        yield Then(event, at, "" if number else pair.id, lives=lives)
