"""What goes wrong in the world of a seed, and when."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from middleware.domain.rules import (
    CONSOLE,
    AlarmStep,
    BackUpRules,
    BackUpStep,
    KnownRadio,
    ManDown,
    Often,
    Rules,
    Rung,
    StandOff,
)
from middleware.ports import By, Way
from schemas.abuse import SharedBy
from schemas.alarm import Audience
from tests.virtual import EPOCH

AT_ONCE = timedelta()
PERSON = Rung(channel=CONSOLE, wait=timedelta(seconds=30))
NEIGHBOUR = "Neighbour"
"""To whom incidents are handed on."""
SHARED = "+447700900013"
"""A care home's number."""
OFTEN = Often(calls=3, within=timedelta(days=1))
RULES = Rules(
    ladder=(
        Rung(channel="mdt", wait=timedelta(seconds=20)),
        Rung(channel="radio", wait=timedelta(seconds=15)),
        Rung(channel="voice", wait=timedelta(seconds=15)),
        Rung(channel="voice", wait=timedelta(seconds=15)),
        PERSON,
    ),
    single_responder=(
        Rung(channel="radio", wait=AT_ONCE),
        Rung(channel="voice", wait=AT_ONCE),
        Rung(channel="mdt", wait=timedelta(seconds=20)),
        PERSON,
    ),
    moving=(
        Rung(channel="mdt", wait=AT_ONCE),
        Rung(channel="voice", wait=timedelta(seconds=20)),
        PERSON,
    ),
    ways={
        "radio": Way(by=By.RADIO, repeatable=False),
        "voice": Way(by=By.PHONE, repeatable=False),
        "cad_writeback": Way(by=By.INCIDENT),
        "bars_flag": Way(by=By.SERVICE),
    },
    services={NEIGHBOUR: "1122334455"},
    shared_numbers={SHARED: SharedBy.CARE_HOME},
    often=(OFTEN,),
    keep_finished=timedelta(minutes=2),
    stand_off=StandOff(
        prompts=(timedelta(seconds=20), timedelta(seconds=45)),
        every=timedelta(seconds=40),
        channels=("mdt", "radio"),
    ),
    back_up=BackUpRules(
        police=(
            BackUpStep(of="control room", channel=CONSOLE, wait=timedelta(seconds=20)),
            BackUpStep(of="duty inspector", channel=CONSOLE, wait=timedelta(seconds=15)),
            BackUpStep(of="supervisor", channel=CONSOLE, wait=timedelta(seconds=25)),
        ),
        judge_within=timedelta(seconds=5),
        come_within=timedelta(seconds=40),
    ),
    man_down=ManDown(
        steps=(
            AlarmStep(to=Audience.SUPERVISORS, wait=timedelta(seconds=5)),
            AlarmStep(to=Audience.DISPATCHERS, wait=timedelta(seconds=10)),
            AlarmStep(to=Audience.EVERYBODY, wait=timedelta(seconds=20)),
        ),
        window=timedelta(seconds=20),
        silent_after=timedelta(seconds=15),
        radios={"101": KnownRadio(callsign="A1"), "102": KnownRadio(callsign="A2", listening=True)},
    ),
)
LATE = timedelta(seconds=30)
"""What is due in the end has fired after so long."""
MIDNIGHTS = (
    datetime(2026, 11, 22, 23, 57, tzinfo=UTC),
    datetime(2026, 10, 24, 22, 57, tzinfo=UTC),
)
"""Shortly before London's midnight, in winter and in summer time."""
CLOCKS_CHANGE = (
    datetime(2026, 3, 29, 0, 57, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 57, tzinfo=UTC),
)
"""Shortly before London's clocks go forward, and back."""
CALM_FOR = 900.0
"""Seconds in which nothing goes wrong any more, at the end: longer than the longest wait."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Rates are chances a message, a check or an append; times in seconds of virtual time."""

    seed: int
    storm: float
    """Until then things go wrong; after it, nothing does."""
    incidents: int
    loss: float
    doubling: float
    late: float
    """The chance that a message takes long, and so is overtaken."""
    append_takes: float
    append_fails: float
    append_slow: float
    check_slow: float
    check_fails: float
    put_fails: float
    begun: datetime
    """When it begins: on an ordinary morning, or shortly before midnight or a change of London's
    clocks."""
    crashes: tuple[int, ...]
    """Steps of the service after each start; then it is killed."""
    channel_downs: tuple[tuple[float, float], ...]
    clock_steps: tuple[tuple[float, int], ...]
    """(when, hours)"""
    snapshots: tuple[float, ...]
    takeovers: tuple[float, ...]
    """A second service is started while the first one thinks that it is alone."""
    lane_bound: int
    imports: int
    """Batches of markers, one after the other."""
    real_matcher: bool
    journal_outs: tuple[tuple[float, float], ...]
    """While the journal cannot be written, nor anybody become its writer."""
    spool_fails: float
    starts_off: int
    """Hours by which the machine's clock is off at the start."""

    def random(self, of: str) -> Random:
        """Chance for one part of the world, the same in every run of the seed."""
        return Random(f"{self.seed} {of}")


def plan_of(seed: int, incidents: int | None = None) -> Plan:
    """Every seed draws its own weather, from calm to hurricane."""
    draw = Random(f"{seed} plan")
    midnight = draw.random() < 0.25
    storm = draw.uniform(60, 420)

    def rate(*of: float) -> float:
        return draw.choice(of)

    def times(most: int) -> list[float]:
        return sorted(draw.uniform(0, storm) for _ in range(draw.randint(0, most)))

    return Plan(
        seed=seed,
        storm=storm,
        incidents=incidents or draw.randint(3, 14),
        loss=rate(0, 0.02, 0.1, 0.3),
        doubling=rate(0, 0.05, 0.3),
        late=rate(0, 0.05, 0.3),
        append_takes=rate(0.005, 0.005, 0.2),
        append_fails=rate(0, 0, 0.05, 0.2),
        append_slow=rate(0, 0, 0.05),
        check_slow=rate(0, 0, 0.1, 0.5),
        check_fails=rate(0, 0, 0.1, 0.5),
        put_fails=rate(0, 0, 0.2),
        crashes=tuple(
            draw.choice((draw.randint(1, 120), draw.randint(100, 3_000)))
            for _ in range(draw.choice((0, 1, 2, 4, 8)))
        ),
        channel_downs=tuple((at, at + draw.uniform(1, 60)) for at in times(3)),
        clock_steps=tuple((at, draw.choice((-1, 1))) for at in times(0 if midnight else 2)),
        snapshots=tuple(times(2)),
        takeovers=tuple(times(draw.choice((0, 0, 2)))),
        imports=draw.choice((0, 1, 12)),
        lane_bound=draw.choice((3, 20, 1_000)),
        real_matcher=seed % 5 == 4,
        starts_off=0 if midnight else draw.choice((0, 0, -1, 1)),
        journal_outs=tuple((at, at + draw.uniform(1, 90)) for at in times(2)),
        spool_fails=rate(0, 0, 0.2),
        begun=_begun(draw, midnight=midnight),
    )


def _begun(draw: Random, *, midnight: bool) -> datetime:
    if midnight:
        return draw.choice(MIDNIGHTS)
    return draw.choice(CLOCKS_CHANGE) if draw.random() < 0.3 else EPOCH


@dataclass(slots=True)
class Weather:
    """Whether the storm is on, and its dice."""

    plan: Plan
    stormy: bool = True
    _dice: dict[str, Random] = field(default_factory=dict)

    def journal_is_out(self, at: float) -> bool:
        """Whether it cannot be written at this moment."""
        return self.stormy and any(begin <= at < end for begin, end in self.plan.journal_outs)

    def strikes(self, what: str, rate: float) -> bool:
        """Whether this goes wrong now."""
        dice = self._dice.setdefault(what, self.plan.random(what))
        return dice.random() < rate and self.stormy
