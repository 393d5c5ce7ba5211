"""The pair with an archive, by seed: old records leave the store while the writer is killed, paused
and cut off, and whoever reads finds one journal; and it is able to fail (E3, O4)."""

from collections.abc import Sequence

import pytest

from adapters.stores.memory import MemoryJournal
from middleware.flow.archiving import Archiver
from middleware.ports import Span
from tests.archives import MemoryArchive
from tests.simulation.pair import simulate
from tests.simulation.pair_archive import SEGMENT, FarArchive

SEEDS = range(5)
LOOKED_AT = range(12)
"""Seeds among which one must see each mutation."""


@pytest.mark.parametrize("seed", SEEDS)
def test_o4_e3_a_pair_reads_archive_and_store_as_one_whoever_writes(seed: int) -> None:
    outcome = simulate(seed, archive=True)
    assert outcome.wrong == ()
    assert outcome.turns > 1
    assert outcome.archived > SEGMENT


def test_e1_the_same_seed_gives_the_same_journal_again() -> None:
    assert simulate(SEEDS[0], archive=True) == simulate(SEEDS[0], archive=True)


def seen(words: str) -> bool:
    """Whether a seed sees just this."""
    return any(words in " ".join(simulate(seed, archive=True).wrong) for seed in LOOKED_AT)


def test_o4_it_sees_a_writer_that_was_taken_over_and_drops(monkeypatch: pytest.MonkeyPatch) -> None:
    async def whoever_says_so(self: MemoryJournal, until: int, _: int) -> None:
        gone = max(0, until - self.disk.dropped)
        del self.disk.records[:gone]
        self.disk.dropped += gone

    monkeypatch.setattr(MemoryJournal, "drop", whoever_says_so)
    assert seen("dropped, ")


def test_o4_it_sees_records_that_are_dropped_unread_from_the_archive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def says_so(*_: object) -> None:
        """Done, it says."""

    monkeypatch.setattr(MemoryArchive, "write", says_so)
    monkeypatch.setattr(Archiver, "_demand_same", says_so)
    assert seen("was dropped, and is nowhere")


def test_e3_it_sees_an_instance_that_does_not_find_the_archive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def nothing(_: FarArchive) -> Sequence[Span]:
        return []

    monkeypatch.setattr(FarArchive, "spans", nothing)
    assert seen("neither the store nor the archive has them")
