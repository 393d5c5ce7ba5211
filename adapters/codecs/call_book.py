"""The calls an exchange has up, as far as they must be remembered to tell of them (C2, O4)."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import ValidationError

from middleware.ports import Problem
from schemas.call import CallEnded, CallEvent

MOST_CALLS = 10_000
"""Calls held at once, and ended calls remembered: more than any control room has lines."""
MOST_SAID = 100
"""Different things that can be said of one call."""

Said = CallEvent | Problem


@dataclass(slots=True)
class Call:
    """A call that is up; `said` counts what was said of it, by what it was;
    `queue` is kept where the exchange does not name it as the call leaves it."""

    id: str
    number: str | None = None
    handler: str | None = None
    in_queue: bool = False
    queue: str = ""
    abandoned: bool = False
    ended_by: str = "unknown"
    said: dict[str, int] = field(default_factory=dict)


class CallBook:
    """Calls by the id of the caller's channel, under which their legs are linked.

    Bounded: with MOST_CALLS calls up, the one that came first is held to have ended unseen.
    """

    def __init__(self, source: str, exchange: str) -> None:
        self._source = source
        self._prefix = f"{exchange}/"
        self._up: OrderedDict[str, Call] = OrderedDict()
        self._over: OrderedDict[str, None] = OrderedDict()
        self._doubtful: set[str] = set()

    @property
    def up(self) -> frozenset[str]:
        """The ids of the calls held to be up."""
        return frozenset(call.id for call in self._up.values())

    def believe(self, calls: Iterable[str]) -> None:
        """Take over what an earlier run reported of this exchange: it rang, and no more."""
        for call in calls:
            if call.startswith(self._prefix):
                link = call.removeprefix(self._prefix)
                self._up.setdefault(link, Call(call, number="", said={"rang": 1}))

    def find(self, channel: str, link: str) -> Call | None:
        """By the channel itself; else by its link, which changes when two calls are joined."""
        return self._up.get(channel) or self._up.get(link)

    def callers(self, channel: str) -> Call | None:
        """The call whose caller's channel this is."""
        return self._up.get(channel)

    def is_over(self, link: str) -> bool:
        """Whether the call ended a while ago: what still comes of it does not revive it."""
        return link in self._over

    def hold(self, link: str, now: datetime) -> tuple[Call, list[Said]]:
        """The call under `link`, new if need be; and what must be said to make room."""
        call = self._up.get(link)
        if call is not None:
            return call, []
        full = len(self._up) >= MOST_CALLS
        said = self.end(next(iter(self._up)), now, missed=True) if full else []
        call = self._up[link] = Call(self._prefix + link)
        return call, said

    def late(self, link: str) -> Call:
        """A call that is over, for what may still be said of it."""
        return Call(self._prefix + link)

    def say(
        self, call: Call, what: str, kind: type[CallEvent], now: datetime, **fields: object
    ) -> list[Said]:
        """The event, or why it cannot be made.

        `what` makes its id: said again it is the same message, wherever it was said before.
        """
        return [self._make(call, what, 1, kind, now, fields)]

    def count(
        self, call: Call, what: str, kind: type[CallEvent], now: datetime, **fields: object
    ) -> list[Said]:
        """As `say`, for what can happen more than once: each time is a revision."""
        if what not in call.said and len(call.said) >= MOST_SAID:
            return [Problem("message", f"is one too many: {MOST_SAID} things of one call")]
        revision = call.said[what] = call.said.get(what, 0) + 1
        return [self._make(call, what, revision, kind, now, fields)]

    def _make(
        self,
        call: Call,
        what: str,
        revision: int,
        kind: type[CallEvent],
        now: datetime,
        fields: dict[str, object],
    ) -> Said:
        event_id = f"{call.id}/{what}"
        common = {"source": self._source, "id": event_id, "revision": revision, "call": call.id}
        try:
            return kind.model_validate(common | {"occurred_at": now} | fields)
        except ValidationError as wrong:
            first = wrong.errors(include_input=False, include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "message"
            return Problem(where, first["msg"])

    def end(self, link: str, now: datetime, *, missed: bool = False, cause: str = "") -> list[Said]:
        """Over: by whom as far as it was seen, or missed."""
        call = self._up.pop(link)
        self._doubtful.discard(link)
        self._over[link] = None
        if len(self._over) > MOST_CALLS:
            self._over.popitem(last=False)
        by = "unknown" if missed else call.ended_by
        return self.say(call, "ended", CallEnded, now, by=by, cause=cause or None, missed=missed)

    def doubt_all(self) -> None:
        """A new session: the end of any call may have been missed."""
        self._doubtful = set(self._up)

    def trust(self, link: str) -> None:
        """The exchange spoke of this channel, so the rest of it will be heard."""
        self._doubtful.discard(link)

    def end_doubtful(self, up: set[str], now: datetime) -> list[Said]:
        """End what is in doubt and not `up`, in the order the calls came."""
        gone = [link for link in self._up if link in self._doubtful and link not in up]
        self._doubtful.clear()
        return [said for link in gone for said in self.end(link, now, missed=True)]
