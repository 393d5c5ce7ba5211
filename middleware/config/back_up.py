"""`[back_up]`: who is asked for police and for further resources, in which order, and how long is
waited for an answer (P2)."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from middleware.config.lines import Path as Key
from middleware.domain import rules
from middleware.domain.rules import CONSOLE
from middleware.ops.durations import Between, Duration, read_duration
from middleware.ports import By, Way
from schemas.base import Name

_DEFAULT = rules.BackUpRules()


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Asked(_Row):
    """Who is asked, each in its turn; the last row is a named person in the EOC, asked again and
    again."""

    of: Name = Field(description="whom this step asks, as the screens and the request say it")
    channel: Name = Field(
        CONSOLE,
        description="a configured channel to a desk, or console: a named person reads it out",
    )
    wait: Annotated[Duration, Between("1s", "24h")] = Field(
        description="time for an answer, and for a person to read it out, before the next step"
    )


Steps = Annotated[tuple[Asked, ...], Field(min_length=1, max_length=20)]


def _default(steps: tuple[rules.BackUpStep, ...]) -> tuple[Asked, ...]:
    return tuple(Asked(of=one.of, channel=one.channel, wait=one.wait) for one in steps)


class BackUp(_Row):
    """Requests for police and for further resources."""

    judge_within: Annotated[Duration, Between("0s", "1h")] = Field(
        read_duration("30s"),
        description="time for a named person to say after a refusal that it is not needed any "
        "more; then the escalation goes on by itself",
    )
    come_within: Annotated[Duration, Between("1s", "24h")] = Field(
        read_duration("20m"),
        description="who agreed to come, or is en route, is there by then; or it goes on",
    )
    police: Steps = Field(
        _default(_DEFAULT.police), description="the steps of a request for police"
    )
    resources: Steps = Field(
        _default(_DEFAULT.resources), description="the steps of a request for further resources"
    )

    def rules(self) -> rules.BackUpRules:
        """What decisions depend on."""
        return rules.BackUpRules(
            police=_steps(self.police),
            resources=_steps(self.resources),
            judge_within=self.judge_within,
            come_within=self.come_within,
        )


def _steps(asked: tuple[Asked, ...]) -> tuple[rules.BackUpStep, ...]:
    return tuple(rules.BackUpStep(of=a.of, channel=a.channel, wait=a.wait) for a in asked)


def wrong_steps(
    section: BackUp, configured: Mapping[str, object], ways: Mapping[str, Way]
) -> Iterator[tuple[Key, str]]:
    """(key, reason and remedy) of every step that asks nobody, and of every desk that none asks."""
    desks = [name for name in configured if name in ways and ways[name].by is By.DESK]
    known = ", ".join((*desks, CONSOLE))
    for name in ("police", "resources"):
        steps: tuple[Asked, ...] = getattr(section, name)
        key: Key = ("back_up", name)
        for n, step in enumerate(steps):
            if step.channel != CONSOLE and step.channel not in desks:
                why = f"names no configured channel to a desk; choose one of: {known}"
                yield (*key, n, "channel"), why
        if steps[-1].channel != CONSOLE:
            why = 'the last step must reach a person; add a row with channel = "console"'
            yield (*key, len(steps) - 1, "channel"), why
    asked = {step.channel for step in (*section.police, *section.resources)}
    for desk in desks:
        if desk not in asked:
            yield ("channel", desk), f'no step asks it; add [[back_up.police]] channel = "{desk}"'
