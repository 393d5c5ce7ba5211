"""Is the journal what was written? Every record, the chain, and the anchors (E1).

Called by `forewarn journal verify`; it changes nothing and may run beside the service.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from middleware.flow.anchor import Anchor, BadAnchor, read_anchor
from middleware.flow.chain import Chain
from middleware.flow.header import Tampered, UnknownRecord
from middleware.flow.records import open_record
from middleware.flow.whole import Hole
from middleware.ops.errors import Trouble
from middleware.ops.keys import ANCHOR
from middleware.ports import Journal, Keys

FAULTS_KEPT = 1_000
EVERY = 1_000
"""Records between two calls of `progress`."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and the position at which to look."""

    position: int
    what: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`records` read, of them `erased` (in part or whole) because their key was deleted;
    `anchors` held against the chain; `faults` by position, at most FAULTS_KEPT of them."""

    records: int
    head: int
    erased: int
    anchors: int
    faults: tuple[Fault, ...]

    @property
    def sound(self) -> bool:
        return not self.faults


async def verify(
    journal: Journal,
    keys: Keys,
    anchors: Sequence[bytes],
    *,
    room: str,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Verdict:
    """Read everything once. `anchors` are the lines of the anchor file (`read_lines`).

    Finds a changed record, a gap, records in another order or of another room, a head or tail
    cut off, a segment of the archive that is missing, changed or cut, a chain written anew, an
    anchor with a wrong signature. Raises Trouble when there are anchors and no key to check them
    with. A last cut or rewriting after the last anchor cannot be found by anybody.
    """
    check = _Check(Chain(room, keys))
    check.read_anchors(anchors)
    head = await journal.head()
    after: int | None = 0
    while after is not None:
        after = await _read_on(check, journal, after, lambda done: progress(done, head))
    check.tail()
    progress(check.records, head)
    return check.verdict()


async def _read_on(
    check: "_Check", journal: Journal, after: int, progress: Callable[[int], None]
) -> int | None:
    """Where to go on behind a hole; None at the end."""
    try:
        async for position, record in journal.read(after):
            check.record(position, record)
            if not check.records % EVERY:
                progress(check.records)
    except Hole as hole:
        check.fault(hole.first, f"{hole.reason} (up to {hole.last})")
        return hole.last
    except OSError as error:
        check.fault(check.chain.position + 1, f"the store cannot be read on from here: {error}")
    return None


@dataclass(slots=True)
class _Check:
    chain: Chain
    records: int = 0
    erased: int = 0
    signed: dict[int, list[Anchor]] = field(default_factory=dict)
    proven: int = 0
    """The last position at which an anchor agreed."""
    rewritten: bool = False
    faults: list[Fault] = field(default_factory=list)
    faulty: set[int] = field(default_factory=set)

    def fault(self, position: int, what: str) -> None:
        """The first thing found at a position stands: what follows from it says nothing new."""
        if position not in self.faulty and len(self.faults) < FAULTS_KEPT:
            self.faulty.add(position)
            self.faults.append(Fault(position, what))

    def read_anchors(self, lines: Sequence[bytes]) -> None:
        for number, line in enumerate(lines, start=1):
            try:
                anchor = read_anchor(line, self.chain.room, self.chain.keys)
            except BadAnchor as error:
                self.faults.append(Fault(error.position, f"anchor {number}: {error}"))
            except KeyError:
                raise Trouble(
                    f"the key {ANCHOR!r} is not there, so no anchor can be checked",
                    "bring back the file of that key, or verify without anchors",
                ) from None
            else:
                self.signed.setdefault(anchor.position, []).append(anchor)

    def record(self, position: int, record: bytes) -> None:
        gap = position - self.chain.position - 1
        if gap:
            first = self.chain.position + 1
            self.fault(first, f"{gap} records are missing, up to {position - 1}")
        try:
            opened = open_record(record, self.chain.keys, position=position)
            self.erased += bool(opened.erased)
            if not gap:
                self.chain.hold(position, opened.header)
        except (Tampered, UnknownRecord) as error:
            self.fault(error.position, error.reason)
        self.chain.go_on(position, record)
        self.records += 1
        self._hold_against_anchors(position)

    def _hold_against_anchors(self, position: int) -> None:
        for anchor in self.signed.get(position, ()):
            if anchor.digest == self.chain.previous.hex():
                self.proven = position
            elif not self.rewritten:
                self.rewritten = True
                what = f"not what was anchored at {anchor.at:%Y-%m-%dT%H:%M:%SZ}"
                self.fault(position, f"{what}; written anew somewhere after {self.proven}")

    def tail(self) -> None:
        """What was anchored behind the last record was there once."""
        last = max(self.signed, default=0)
        head = self.chain.position
        if last > head:
            at = self.signed[last][0].at
            what = f"cut off here: position {last} was anchored at {at:%Y-%m-%dT%H:%M:%SZ}"
            self.fault(head + 1, what)

    def verdict(self) -> Verdict:
        anchors = sum(map(len, self.signed.values()))
        faults = tuple(sorted(self.faults, key=lambda fault: fault.position))
        return Verdict(self.records, self.chain.position, self.erased, anchors, faults)
