"""The service broken on purpose, in every way that the simulation must be able to see."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from middleware.engine import notes as engine_notes
from middleware.engine import on_incident, on_resource, on_timer, withdrawal, write_back
from middleware.engine.seen import Again, Seen
from middleware.flow import bodies, couriers
from middleware.flow.attempts import Attempts
from middleware.flow.checker import Checker
from middleware.flow.core import Core
from middleware.flow.couriers import Couriers
from middleware.flow.index import IndexFollower
from middleware.flow.records import open_record
from middleware.flow.spooling import Spooling
from middleware.flow.stamps import Stamps
from middleware.flow.timers import Timers
from schemas.check import NotChecked, Outcome
from tests.simulation.alarm_mutations import ALARM_MUTATIONS
from tests.simulation.caller_mutations import CALLER_MUTATIONS
from tests.simulation.duty_mutations import DUTY_MUTATIONS
from tests.simulation.journal_mutations import JOURNAL_MUTATIONS
from tests.simulation.mistake_mutations import MISTAKE_MUTATIONS
from tests.simulation.police_mutations import POLICE_MUTATIONS
from tests.simulation.stand_off_mutations import STAND_OFF_MUTATIONS

Patch = tuple[object, str, Any]


async def _tell_first(self: Core, batch: list[Any]) -> None:
    """The source is answered before the journal has it."""
    before, entries, records = self.state.position, [], []
    answers = [self._take(waiting, entries, records) for waiting in batch]
    for waiting, answer in zip(batch, answers, strict=True):
        if not waiting.done.done():
            waiting.done.set_result(answer)
    if records:
        await self._append(before, records)
    for listener in self.listeners:
        listener(entries, self.state)


async def _send_first(self: Core, batch: list[Any]) -> None:
    """The couriers go before the journal has it."""
    append, told = self._append, list(self.listeners)

    async def late(expected: int, records: list[bytes]) -> None:
        entries = [open_record(record, self.writer.keys).entry for record in records]
        for listener in told:
            listener(entries, self.state)
        self.listeners.clear()
        await append(expected, records)

    with patch.object(Core, "_append", lambda _, *what: late(*what)):
        await _COMMIT(self, batch)
    self.listeners[:] = told


async def _give_up(self: Spooling, expected: int, token: int, records: list[bytes]) -> None:
    """An append that failed is not repeated: on with the next."""
    with contextlib.suppress(OSError):
        await self._journal.append(expected, token, records)
    self.kept = expected + len(records)


async def _accepted_is_enough(self: Couriers, channel: str, parcel: Any) -> Any:
    """What the broker accepted counts as delivered."""
    fault = await _FAULT(self, channel, parcel)
    parcel.once = True
    return fault


def _early(self: Timers, due: float, timer: str, revision: int) -> None:
    """Timers fire two seconds before their time."""
    _SET(self, due - 2, timer, revision)


def _silently(self: Checker, reason: NotChecked) -> Any:
    """What could not be checked is given out as none found."""
    answer = _NOT_CHECKED(self, reason)
    return answer.model_copy(update={"outcome": Outcome.NONE_FOUND, "reason": None})


def _nothing(*_: Any, **__: Any) -> list[Any]:
    return []


def _no_restore(self: Any, *_: Any) -> None:
    """A restart forgets what was under way."""


def _wall(self: Stamps) -> Any:
    """The stamp is whatever the wall clock says."""
    return self._clock.now()


def _older(self: Couriers, state: Any, note: Any, channel: str, *, once: bool = False) -> Any:
    """An old message under the newest revision's name."""
    parcel = _PARCEL(self, state, note, channel, once=once)
    if parcel.revision > 1 and not parcel.message.body.withdrawn:
        body = parcel.message.body.model_copy(update={"revision": parcel.revision - 1})
        parcel.message = replace(parcel.message, body=body)
    return parcel


async def _without_record(self: Attempts, channel: str, parcel: Any) -> bool:
    """It is sent, and nothing is written of it first."""
    return True


async def _asks_in_vain(self: Attempts, channel: str, parcel: Any) -> bool:
    """It is sent though the duty has ended."""
    await _AGREED(self, channel, parcel)
    return True


def _as_new(state: Any, note: Any, channel: str) -> Any:
    """What is said again does not say so."""
    return replace(_MESSAGE(state, note, channel), times=0)


async def _until_answered(self: Couriers, destination: Any, parcel: Any) -> None:
    """A call is repeated like a note to a device."""
    if await self._attempts.agreed(destination.channel, parcel):
        await self._fault(destination.channel, parcel)


_AGREED, _MESSAGE = Attempts.agreed, bodies.note_message
_COMMIT = Core._commit
_FAULT, _PARCEL = Couriers._fault, Couriers._parcel
_SET, _NOT_CHECKED = Timers._set, Checker._not_checked

MUTATIONS: dict[str, tuple[Patch, ...]] = {
    "sent before the append": ((Core, "_commit", _send_first),),
    "acknowledged before the append": ((Core, "_commit", _tell_first),),
    "a failed append is not repeated": ((Spooling, "append", _give_up),),
    "couriers drop what was accepted": ((Couriers, "_fault", _accepted_is_enough),),
    "couriers forget everything at a restart": (
        (Couriers, "restore", _no_restore),
        (Couriers, "_bring_again", _no_restore),
    ),
    "an old revision goes out late": ((Couriers, "_parcel", _older),),
    "withdrawals are forgotten": (
        (on_incident, "withdraw_all", _nothing),
        (on_resource, "withdraw_all", _nothing),
    ),
    "a wrong address is never withdrawn": ((engine_notes, "_untrue", lambda *_: None),),
    "sent without its record": ((Attempts, "agreed", _without_record),),
    "repeated without saying so": ((couriers, "note_message", _as_new),),
    "calls are repeated like notes": ((Couriers, "_attempt", _until_answered),),
    "a person's answer stops no call": (
        (Couriers, "_drop_attempts", _no_restore),
        (Attempts, "agreed", _asks_in_vain),
    ),
    "taken back where it never was": ((withdrawal, "_must_hear", lambda *_: True),),
    "nothing is taken out of the CAD": (
        (write_back, "_take_back", _nothing),
        (withdrawal, "take_back", _nothing),
    ),
    "nothing is written into the CAD later": ((on_incident, "write", _nothing),),
    "who comes later is not told": ((on_resource, "tell_known", _nothing),),
    "the ladder has one rung": ((on_timer, "next_rung", _nothing),),
    "nothing is recognised": ((Seen, "look_up", lambda *_: (Again.NEW, 0)),),
    "timers fire early": ((Timers, "_set", _early),),
    "timers are lost at a restart": ((Timers, "restore", _no_restore),),
    "stamps follow the wall clock back": ((Stamps, "now", _wall),),
    "not checked is shown as none found": ((Checker, "_not_checked", _silently),),
    "nobody is checked again": ((IndexFollower, "_order", _no_restore),),
    "a check that failed is not made again": ((on_incident, "check_again", _nothing),),
    **ALARM_MUTATIONS,
    **MISTAKE_MUTATIONS,
    **POLICE_MUTATIONS,
    **CALLER_MUTATIONS,
    **STAND_OFF_MUTATIONS,
    **JOURNAL_MUTATIONS,
    **DUTY_MUTATIONS,
}


@contextlib.contextmanager
def broken(name: str) -> Iterator[None]:
    """The service with one of the MUTATIONS."""
    with contextlib.ExitStack() as stack:
        for owner, attribute, instead in MUTATIONS[name]:
            stack.enter_context(patch.object(owner, attribute, instead))
        yield


def first_seed_that_sees(
    name: str, complains: Callable[[int], bool], seeds: Sequence[int]
) -> int | None:
    """The first seed whose witness complains about the mutation."""
    with broken(name):
        return next((seed for seed in seeds if complains(seed)), None)
