"""The part of the configuration that decisions depend on. It is state: on record at each start."""

from collections.abc import Mapping
from datetime import timedelta

from pydantic import BaseModel, ConfigDict

from middleware.domain.letter_wording import LETTER
from middleware.ports import LIKE_AN_MDT, By, Way
from schemas.abuse import SharedBy
from schemas.alarm import Audience
from schemas.decision import Ladder
from schemas.police import Wanted

CONSOLE = "console"


class Rung(BaseModel):
    """One step of the ladder: tell on `channel`, wait so long for a person's answer (N5). With no
    wait the next rung is told at the same time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channel: str
    wait: timedelta


class AlarmStep(BaseModel):
    """One step of the man-down ladder: told `to` these, wait so long for a person (D2)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    to: Audience
    wait: timedelta


class KnownRadio(BaseModel):
    """Whose a radio is, where the CAD does not say; `listening`: ambient listening was agreed
    beforehand (D3)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    callsign: str | None = None
    listening: bool = False


class ManDown(BaseModel):
    """`window`: signals of a radio at most so far apart are one press; `silent_after`: with
    nothing heard for so long the radio counts as silent; `old_after`: a position older than that
    is said to be old; `radios`: by their numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: tuple[AlarmStep, ...] = (
        AlarmStep(to=Audience.SUPERVISORS, wait=timedelta(seconds=15)),
        AlarmStep(to=Audience.SUPERVISORS, wait=timedelta(seconds=15)),
        AlarmStep(to=Audience.DISPATCHERS, wait=timedelta(seconds=30)),
        AlarmStep(to=Audience.EVERYBODY, wait=timedelta(seconds=30)),
    )
    window: timedelta = timedelta(minutes=2)
    silent_after: timedelta = timedelta(minutes=1)
    old_after: timedelta = timedelta(minutes=10)
    radios: Mapping[str, KnownRadio] = {}


class StandOff(BaseModel):
    """`prompts`: after so long control and crew are asked about a crew that holds; after the last
    of them, `every` so often. `channels`: the ways on which a crew is asked (P3)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompts: tuple[timedelta, ...] = tuple(timedelta(minutes=m) for m in (10, 20, 30))
    every: timedelta = timedelta(minutes=10)
    channels: tuple[str, ...] = ("mdt",)

    def wait(self, rounds: int) -> timedelta:
        """From the prompt of that number (0: from the beginning) to the next one."""
        if rounds >= len(self.prompts):
            return self.every
        return self.prompts[rounds] - (self.prompts[rounds - 1] if rounds else timedelta())


class BackUpStep(BaseModel):
    """One step of a request for police or further resources: ask `of` these people on `channel`,
    or on the console, where a person reads it out; wait so long for an answer (P2)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    of: str
    channel: str
    wait: timedelta


def _aloud(of: str, minutes: int) -> BackUpStep:
    return BackUpStep(of=of, channel=CONSOLE, wait=timedelta(minutes=minutes))


class BackUpRules(BaseModel):
    """`police`, `resources`: the steps of a request, the last one a person in the EOC;
    `judge_within`: time for a person to say after a refusal that it is not needed any more, before
    it goes on; `come_within`: who agreed to come is there by then, or it goes on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    police: tuple[BackUpStep, ...] = (
        _aloud("police control room", 2),
        _aloud("police duty inspector", 3),
        _aloud("EOC supervisor", 1),
    )
    resources: tuple[BackUpStep, ...] = (
        _aloud("dispatch desk", 2),
        _aloud("duty manager", 3),
        _aloud("EOC supervisor", 1),
    )
    judge_within: timedelta = timedelta(seconds=30)
    come_within: timedelta = timedelta(minutes=20)

    def steps(self, wanted: Wanted) -> tuple[BackUpStep, ...]:
        """Those of the request; a person where the configuration has none."""
        found = self.police if wanted is Wanted.POLICE else self.resources
        return found or (_aloud("EOC supervisor", 1),)


class Often(BaseModel):
    """So many calls from one number within this time are those of a frequent caller (M6)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    calls: int
    within: timedelta


OFTEN = (
    Often(calls=5, within=timedelta(days=30)),
    Often(calls=12, within=timedelta(days=90)),
)
"""As the Frequent Caller National Network defines it, counted by number."""


class Rules(BaseModel):
    """`ladder`: for whom no other is meant; `single_responder`, `moving`: for those, where not
    empty; `ways`: how the configured channels tell; `keep_for`: how long a note is in force;
    `keep_finished`: how long finished incidents stay on the screens; `same_again`: how long a
    message is recognised as said before; `recheck_after`: when a check that could not be made is
    tried again; `remind_security`: how long the security team has to take a physical assault before
    it is told again (R3); `shared_numbers`: those that stand for no person, as E.164;
    `handler_groups`: handler to group, for the figures (A2); `often`: any of these makes a frequent
    caller, none: rings are not counted (M6); `letter`: the draft after an abusive call, and
    `letter_from`, who writes it; `services`: to whom incidents are handed on, by their ids, and
    `sender`, `sender_id`, who we are there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ladder: tuple[Rung, ...] = (
        Rung(channel="mdt", wait=timedelta(seconds=60)),
        Rung(channel=CONSOLE, wait=timedelta(seconds=60)),
    )
    single_responder: tuple[Rung, ...] = ()
    moving: tuple[Rung, ...] = ()
    ways: Mapping[str, Way] = {}
    keep_for: timedelta = timedelta(hours=12)
    keep_finished: timedelta = timedelta(hours=1)
    same_again: timedelta = timedelta(hours=24)
    recheck_after: timedelta = timedelta(seconds=2)
    man_down: ManDown = ManDown()
    remind_security: timedelta = timedelta(minutes=15)
    shared_numbers: Mapping[str, SharedBy] = {}
    handler_groups: Mapping[str, str] = {}
    often: tuple[Often, ...] = OFTEN
    letter: str = LETTER
    letter_from: str = "The ambulance service"
    services: Mapping[str, str] = {}
    sender: str = "Ambulance service"
    sender_id: str = "forewarn"
    back_up: BackUpRules = BackUpRules()
    stand_off: StandOff = StandOff()

    def rungs(self, ladder: Ladder) -> tuple[Rung, ...]:
        """The rungs of that ladder; of the default one where it is empty."""
        if ladder is Ladder.SINGLE_RESPONDER:
            return self.single_responder or self.ladder
        return (ladder is Ladder.MOVING and self.moving) or self.ladder

    @property
    def rings_kept(self) -> timedelta:
        """For how long a ring is kept, so that it can be counted (E4)."""
        return max((one.within for one in self.often), default=timedelta())

    def way(self, channel: str) -> Way:
        """How the channel tells; like an MDT where nobody said."""
        return self.ways.get(channel, LIKE_AN_MDT)

    def write_backs(self) -> tuple[str, ...]:
        """The channels that tell no crew but write into the incident on the other side (N2)."""
        return self.channels_by(By.INCIDENT, By.PEER)

    def channels_by(self, *several: By) -> tuple[str, ...]:
        """The configured channels that reach one of these."""
        return tuple(name for name, way in self.ways.items() if way.by in several)
