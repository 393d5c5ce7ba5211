"""What radios said, as events of the service (N3, C5, D1, P3)."""

import secrets
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TypeVar

from adapters.channels.radio_book import Book, Sent
from adapters.channels.radio_settings import Meaning, RadioSettings
from adapters.codecs import tetra_heard as heard
from adapters.codecs.tetra_lip import Located, moment_of
from adapters.codecs.tetra_told import code_of, is_displayed, state_of
from middleware.ports import Problem, World
from schemas.delivery import (
    CrewAcknowledged,
    CrewAsked,
    Delivery,
    DeliveryReported,
    NoteDisplayed,
)
from schemas.event import Event
from schemas.safety import (
    RAW_SHOWN,
    ManDownCancelled,
    ManDownSignalled,
    Position,
    PositionReported,
    Signal,
    UnreadableEmergency,
)
from schemas.stand_off import CrewSaidStandOff, StandOffState

K = TypeVar("K")
V = TypeVar("V")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
POSITION_EVERY = 10.0
"""Seconds between two positions of a radio that are taken; those between are passed over."""

SAME_QUESTION = 10.0
SAME_PRESS = 4.0
"""Seconds for which the same question, or the same acknowledging status, of a radio is one:
networks say things twice, and what is said twice must not answer a note that came in between."""
RADIOS = 10_000
"""Radios of which the last position and sayings are remembered."""


class Events:
    """Makes events; remembers only what keeps doubles from the journal."""

    def __init__(self, name: str, settings: RadioSettings, world: World, book: Book) -> None:
        self._name, self._settings, self._book = name, settings, book
        self._clock = world.clock
        self._start, self._numbers = secrets.token_hex(4), count(1)
        self._positioned: OrderedDict[str, float] = OrderedDict()
        self._said: OrderedDict[tuple[str, str], tuple[float, str]] = OrderedDict()

    def of(self, said: heard.Heard, at: datetime) -> Event | Problem | None:
        """The event; a Problem for quarantine; None for what changes nothing."""
        match said:
            case heard.Emergency():
                return self._emergency(said.radio, said.signal, said.raw, at, said.located)
            case heard.PerhapsEmergency():
                return self._unreadable(said, at)
            case heard.StatusSaid():
                return self._status(said, at)
            case heard.Reported():
                return self._report(said, at)
            case heard.TextSaid():
                return self._text(said, at)
            case heard.PositionSaid():
                return self._position(said, at)
            case heard.Nonsense():
                return said.problem

    # --- man-down ----------------------------------------------------------------------

    def _emergency(
        self, radio: str, signal: Signal, raw: bytes, at: datetime, located: Located | None = None
    ) -> ManDownSignalled:
        return ManDownSignalled(
            source=self._name,
            id=self._new(radio),
            occurred_at=at,
            radio=radio,
            signal=signal,
            position=_position(located, at) if located else None,
            raw=raw[:RAW_SHOWN],
        )

    def _unreadable(self, said: heard.PerhapsEmergency, at: datetime) -> UnreadableEmergency:
        return UnreadableEmergency(
            source=self._name,
            id=self._new(said.radio or "unknown"),
            occurred_at=at,
            radio=said.radio,
            raw=said.raw[:RAW_SHOWN],
            reason=f"{said.problem.field} {said.problem.reason}",
        )

    def _position(self, said: heard.PositionSaid, at: datetime) -> PositionReported | None:
        position, now = _position(said.located, at), self._clock.monotonic()
        last = self._positioned.get(said.radio)
        if position is None or (last is not None and now - last < POSITION_EVERY):
            return None
        _remember(self._positioned, said.radio, now)
        return PositionReported(
            source=self._name,
            id=f"position/{said.radio}",
            revision=max(1, ((position.fixed_at or at) - EPOCH) // timedelta(seconds=1)),
            occurred_at=at,
            radio=said.radio,
            position=position,
        )

    # --- from crews --------------------------------------------------------------------

    def _status(self, said: heard.StatusSaid, at: datetime) -> Event | None:
        """What the site's table has no meaning for is between the crew and the CAD."""
        radio = said.radio
        match self._settings.means(said.value):
            case Meaning.EMERGENCY:
                return self._emergency(radio, Signal.STATUS, said.raw, at)
            case Meaning.CANCEL:
                return ManDownCancelled(
                    source=self._name,
                    id=self._new(radio),
                    occurred_at=at,
                    radio=radio,
                    raw=said.raw[:RAW_SHOWN],
                )
            case Meaning.ACKNOWLEDGE:
                return CrewAcknowledged(
                    source=self._name,
                    channel=self._name,
                    id=f"{radio}/{self._same(radio, f'{said.value:04X}', SAME_PRESS)}",
                    occurred_at=at,
                    device=radio,
                    by=f"radio {radio}",
                )
            case Meaning.ASK:
                return self._question(radio, f"{said.value:04X}", at)
            case Meaning() as meaning:
                return self._stand_off(said, StandOffState(meaning.value), at)
        return None

    def _stand_off(
        self, said: heard.StatusSaid, state: StandOffState, at: datetime
    ) -> CrewSaidStandOff:
        press = self._same(said.radio, f"{said.value:04X}", SAME_PRESS)
        return CrewSaidStandOff(
            source=self._name,
            channel=self._name,
            id=f"{said.radio}/{press}",
            occurred_at=at,
            device=said.radio,
            state=state,
            by=f"radio {said.radio}",
        )

    def _text(self, said: heard.TextSaid, at: datetime) -> Event | Problem:
        if not self._settings.is_question(said.text):
            return Problem("text", "is no question that is known; see ask_words in docs/radio.md")
        return self._question(said.radio, said.text.casefold(), at)

    def _question(self, radio: str, words: str, at: datetime) -> CrewAsked:
        ask = f"{radio}-{self._same(radio, words, SAME_QUESTION)}"
        return CrewAsked(
            source=self._name,
            channel=self._name,
            id=f"{radio}/{ask}",
            occurred_at=at,
            device=radio,
            ask=ask,
        )

    def _same(self, radio: str, words: str, lasts: float) -> str:
        """A name for what a radio says, the same when it says it again so soon."""
        now, key = self._clock.monotonic(), (radio, words)
        since, name = self._said.get(key, (now, ""))
        if not name or now - since >= lasts:
            name = f"{self._start}-{next(self._numbers)}"
            _remember(self._said, key, (now, name))
        return name

    # --- reports on what was sent ------------------------------------------------------

    def _report(self, said: heard.Reported, at: datetime) -> Event | Problem | None:
        report = said.report
        sent = self._book.find(said.radio, report.reference)
        if sent is None:
            return Problem("reference", "is of nothing that this radio was sent in the last day")
        state, displayed = state_of(report), is_displayed(report)
        if displayed or state is Delivery.RECEIVED:
            sent.had.add(report.reference)
        sent.consumed = sent.consumed or displayed
        if sent.displayed:
            return self._displayed(sent, at)
        if displayed:
            state = Delivery.RECEIVED  # one part of several
        return self.delivery(sent, state, code_of(report), at) if state else None

    def _displayed(self, sent: Sent, at: datetime) -> NoteDisplayed:
        return NoteDisplayed(
            source=self._name,
            channel=self._name,
            id=f"{sent.radio}/displayed/{sent.note}/{sent.revision}",
            occurred_at=at,
            device=sent.radio,
            note=sent.note,
            note_revision=sent.revision,
        )

    def delivery(self, sent: Sent, state: Delivery, code: str, at: datetime) -> DeliveryReported:
        """How far one attempt got."""
        about = f"{sent.note}/{sent.revision}/{sent.times}"
        return DeliveryReported(
            source=self._name,
            channel=self._name,
            id=f"{sent.radio}/{about}/{state}/{code}",
            occurred_at=at,
            device=sent.radio,
            note=sent.note,
            note_revision=sent.revision,
            times=sent.times,
            state=state,
            code=code,
        )

    def _new(self, radio: str) -> str:
        """An id for what nobody says again under the same."""
        return f"{radio}/{self._start}-{next(self._numbers)}"


def _remember(memory: OrderedDict[K, V], key: K, value: V) -> None:
    memory[key] = value
    memory.move_to_end(key)
    if len(memory) > RADIOS:
        memory.popitem(last=False)


def _position(located: Located, at: datetime) -> Position | None:
    if located.latitude is None or located.longitude is None:
        return None
    return Position(
        latitude=located.latitude,
        longitude=located.longitude,
        error_m=located.error_m,
        fixed_at=moment_of(located.fixed_at, at) if located.fixed_at else None,
        age_s=located.age.total_seconds() if located.age else None,
    )
