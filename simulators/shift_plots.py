"""What happens to one incident of the shift: each plot is a short story, told in steps.

Seconds are those of play: a shift is told much faster than it happens.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from simulators.shift_markers import MARKED, NUMBERS, REPEAT_CALLER
from simulators.shift_places import STREETS, Spot, misspelt, spot, written

Told = tuple[float, str, dict[str, Any]]
"""Seconds after the incident opened, what the CAD (or, of ON_THE_RADIO, the crew) does, and its
particulars."""

ON_THE_RADIO = frozenset({"emergency", "cancel"})


@dataclass(frozen=True, slots=True)
class Stage:
    """What a plot is given: chance, the vehicles it got and how late the first one is."""

    chance: Random
    callsigns: tuple[str, ...] = ()
    late: float = 0.0


@dataclass(frozen=True, slots=True)
class Plot:
    """`answer` is what the check is expected to say, `vehicles` how many it needs and `busy` how
    long they are away. `crew` asks for a kind of crew: any, single, engaged (single, its
    telephone is in use), deaf, dark or slow."""

    tell: Callable[[Stage], Iterator[Told]]
    answer: str
    vehicles: int = 1
    busy: float = 8.5
    crew: str = "any"


def opened(place: dict[str, Any], chance: Random, phone: str | None = None) -> Told:
    """The incident opens with what the call handler typed."""
    priority = chance.choice(("C1", "C2", "C2", "C3"))
    nature = chance.choice(("Fall", "Chest pain", "Breathing problems", "Unwell", "Head injury"))
    told = place | ({"phone": phone} if phone else {})
    return 0.0, "open", {"place": told, "priority": priority, "nature": nature}


def duty(callsign: str, late: float, at_scene: float = 5.0, clear: float = 8.5) -> Iterator[Told]:
    """A vehicle from its allocation to the end of its work."""
    about = {"callsign": callsign}
    yield late + 0.4, "assign", about
    yield late + 1.2, "mobile", about
    yield late + at_scene, "at_scene", about
    yield late + clear, "clear", about


def whole(stage: Stage, place: dict[str, Any], **duties: float) -> Iterator[Told]:
    """The usual course: open, every vehicle does its duty, close."""
    yield opened(place, stage.chance)
    for n, callsign in enumerate(stage.callsigns):
        yield from duty(callsign, stage.late + n * 2.5, **duties)
    last = duties.get("clear", 8.5) if stage.callsigns else 6.0
    yield stage.late + last + 2.5 * max(0, len(stage.callsigns) - 1) + 0.5, "close", {}


def marked(name: str) -> Callable[[Stage], Iterator[Told]]:
    """At a marked place, however it is written."""
    return lambda stage: whole(stage, written(MARKED[name][0], stage.chance))


def plain(stage: Stage) -> Iterator[Told]:
    """At a place nobody knows anything of, in the same streets."""
    return whole(stage, written(_unknown(stage.chance), stage.chance))


def neighbour(stage: Stage) -> Iterator[Told]:
    """In the street of a marker, with its figures turned round: 41 is not 14."""
    return whole(stage, written(spot("41", "Marram Street"), stage.chance))


def hurried(stage: Stage) -> Iterator[Told]:
    """A marked place, spelt wrong."""
    return whole(stage, misspelt(MARKED["avenue"][0], stage.chance))


def which_flat(stage: Stage) -> Iterator[Told]:
    """The house of a marked flat, without the flat: somebody must ask."""
    return whole(stage, written(spot("31", "Chapel Row"), stage.chance))


def number_only(stage: Stage) -> Iterator[Told]:
    """An unmarked place, rung from a number that a marker knows."""
    yield opened(written(_unknown(stage.chance), stage.chance), stage.chance, REPEAT_CALLER)
    yield 6.0, "close", {}


def not_understood(stage: Stage) -> Iterator[Told]:
    """Words that name no place; corrected later, and then there is an answer."""
    yield opened({"address": "round the back, near the old lifeboat"}, stage.chance)
    yield 5.0, "change_address", {"place": written(_unknown(stage.chance), stage.chance)}
    yield 9.0, "close", {}


def stood_down(stage: Stage) -> Iterator[Told]:
    """The vehicle has its note and is then not needed: the note is taken back."""
    (callsign,) = stage.callsigns
    about = {"callsign": callsign}
    yield opened(written(MARKED["flat"][0], stage.chance), stage.chance)
    yield stage.late + 0.4, "assign", about
    yield stage.late + 1.2, "mobile", about
    yield stage.late + 5.0, "stand_down", about
    yield stage.late + 5.5, "close", {}


def moved_away(stage: Stage) -> Iterator[Told]:
    """The address is corrected from a marked to an unmarked one: the note is taken back."""
    now = {"place": written(_unknown(stage.chance), stage.chance)}
    told = whole(stage, written(MARKED["terrace"][0], stage.chance))
    return _with(told, (stage.late + 3.6, "change_address", now))


def moved_here(stage: Stage) -> Iterator[Told]:
    """The address is corrected to a marked one while the crew is on its way: a late note."""
    now = {"place": written(MARKED["close"][0], stage.chance)}
    told = whole(stage, written(_unknown(stage.chance), stage.chance))
    return _with(told, (stage.late + 2.4, "change_address", now))


def assigned_late(stage: Stage) -> Iterator[Told]:
    """No vehicle for a while; the note waits for the one that comes."""
    waited = Stage(stage.chance, stage.callsigns, stage.late + 4.0)
    return whole(waited, written(MARKED["gardens"][0], stage.chance))


def alone(place: Spot) -> Callable[[Stage], Iterator[Told]]:
    """A single responder, who drives for so long that a note can be heard to its end."""
    return lambda stage: whole(stage, written(place, stage.chance), at_scene=41.0, clear=44.0)


def attacked(stage: Stage) -> Iterator[Told]:
    """The crew presses the emergency button at scene; its radio says it again and again."""
    (callsign,) = stage.callsigns
    told = whole(stage, written(MARKED["court"][0], stage.chance), at_scene=4.5, clear=28.0)
    pressed = {"callsign": callsign, "where": [51.3716, 1.2031]}
    again = [(stage.late + at, "emergency", pressed) for at in (6.0, 8.0, 10.0)]
    return _with(told, *again)


def by_mistake(stage: Stage) -> Iterator[Told]:
    """The button is pressed and cancelled on the radio, which ends nothing."""
    (callsign,) = stage.callsigns
    told = whole(stage, written(MARKED["corner"][0], stage.chance), at_scene=4.5, clear=28.0)
    about = {"callsign": callsign, "where": [51.3668, 1.1942]}
    pressed, cancelled = stage.late + 6.0, stage.late + 9.0
    return _with(told, (pressed, "emergency", about), (cancelled, "cancel", about))


def more_urgent(stage: Stage) -> Iterator[Told]:
    """The priority rises; the place does not change, and no note is shown again."""
    told = whole(stage, written(MARKED["drive"][0], stage.chance))
    return _with(told, (stage.late + 2.0, "update", {"priority": "C1"}))


def long_stay(name: str, at_scene: float, clear: float) -> Callable[[Stage], Iterator[Told]]:
    """At a marked place for long."""
    place = MARKED[name][0]
    return lambda stage: whole(
        stage, written(place, stage.chance), at_scene=at_scene, clear=clear
    )  # fmt: skip


def phone_of(name: str) -> str | None:
    """The number that rings from a marked place."""
    return NUMBERS.get(name)


IN_THE_BUILDING = spot("Flat 11, Kestrel House, 20", "Tern Road")
"""A flat in a building whose marker covers all of it."""


def _unknown(chance: Random) -> Spot:
    return spot(str(chance.randrange(120, 190)), chance.choice(list(STREETS)))


def _with(told: Iterator[Told], *more: Told) -> Iterator[Told]:
    yield from told
    yield from more


PLOTS: dict[str, Plot] = {
    "marked house": Plot(marked("house"), "found"),
    "marked flat": Plot(marked("court"), "found"),
    "marked corner": Plot(marked("corner"), "found"),
    "marked site": Plot(marked("site"), "found"),
    "single responder": Plot(alone(IN_THE_BUILDING), "found", busy=44.0, crew="single"),
    "single responder, engaged": Plot(
        alone(MARKED["corner"][0]), "found", busy=44.0, crew="engaged"
    ),
    "attacked": Plot(attacked, "found", busy=28.0),
    "by mistake": Plot(by_mistake, "found", busy=28.0),
    "hurried": Plot(hurried, "found"),
    "two vehicles": Plot(marked("lane"), "found", vehicles=2, busy=11.0),
    "slow crew": Plot(marked("avenue"), "found", crew="slow"),
    "nobody acknowledges": Plot(long_stay("house", 6.0, 30.0), "found", busy=30.0, crew="deaf"),
    "terminal off": Plot(long_stay("court", 7.0, 20.0), "found", busy=20.0, crew="dark"),
    "stood down": Plot(stood_down, "found", busy=5.0),
    "moved away": Plot(moved_away, "found"),
    "moved here": Plot(moved_here, "none_found"),
    "assigned late": Plot(assigned_late, "found", busy=12.5),
    "more urgent": Plot(more_urgent, "found"),
    "which flat": Plot(which_flat, "possible"),
    "number only": Plot(number_only, "possible", vehicles=0),
    "not understood": Plot(not_understood, "not_checked", vehicles=0),
    "neighbour": Plot(neighbour, "none_found", vehicles=0),
    "plain": Plot(plain, "none_found", vehicles=0),
    "plain with a vehicle": Plot(plain, "none_found"),
}
