"""The power goes: what was written and not made durable is lost or torn, and nothing that was
acknowledged is (O4). Some cuts here; hundreds by `python -m tests.power_cuts`."""

import subprocess
from pathlib import Path
from random import Random

import pytest

from middleware.flow.chain import Chain
from middleware.flow.verify import verify
from middleware.ports import Journal
from tests.golden.files import GoldenKeys
from tests.needs import require
from tests.power_cuts.cutting import STORES, Cut, make, take_out
from tests.power_cuts.disk import SECTOR, Disk
from tests.power_cuts.trace import Did, Event
from tests.power_cuts.writer import ROOM, Sealed
from tests.power_cuts.writer import opened as store_opened

pytestmark = pytest.mark.timeout(300)
CUTS = range(10)


@pytest.fixture(autouse=True)
def strace(tmp_path: Path) -> None:
    """Allowed to look at other processes; where a container forbids that, nobody can record."""
    tried = subprocess.run([require("strace"), "-o", tmp_path / "tried", "true"], check=False)
    if tried.returncode:
        pytest.skip("strace may not trace here: allow ptrace in this container")


def after(cuts: list[Cut]) -> dict[int, list[str]]:
    """What is wrong, by the number of the cut."""
    return {cut.number: cut.wrong for cut in cuts if cut.wrong}


@pytest.mark.parametrize("store", STORES)
def test_o4_after_a_power_cut_every_store_opens_with_all_that_it_acknowledged(
    store: str, tmp_path: Path
) -> None:
    """The chain holds, tokens go on, and so does the writing."""
    cuts = list(make(store, CUTS, tmp_path, ordered=True))
    assert after(cuts) == {}
    assert sum(cut.said.head for cut in cuts) > 0
    assert any(cut.unsynced for cut in cuts), "the power went while something was under way"
    assert not any(cut.mended for cut in cuts)


@pytest.mark.parametrize("store", STORES)
def test_o4_also_where_any_sector_may_be_missing(store: str, tmp_path: Path) -> None:
    """There a Redis may need what docs/redis.md says, and has lost nothing then either."""
    cuts = list(make(store, CUTS, tmp_path))
    assert after(cuts) == {}
    assert store == "redis" or not any(cut.mended or cut.trimmed for cut in cuts)


@pytest.mark.parametrize("store", ["sqlite", "redis"])
def test_o4_a_store_that_acknowledges_too_early_is_found_out(store: str, tmp_path: Path) -> None:
    """The cuts can fail: with weaker settings the same cuts lose what was acknowledged."""
    assert sum(cut.lost for cut in make(store, CUTS, tmp_path, weak=True)) > 0


def test_o4_an_archive_that_is_not_on_the_disk_before_the_store_lets_go_is_found_out(
    tmp_path: Path,
) -> None:
    wrong = after(list(make("archived", CUTS, tmp_path, weak=True)))
    assert any("the archive" in what for cut in wrong.values() for what in cut)


async def test_o4_e1_a_torn_end_is_taken_out_as_the_docs_say_and_the_writing_goes_on(
    tmp_path: Path,
) -> None:
    """Records of an append that nobody was told of, with zeros where sectors are missing."""
    (tmp_path / "redis").mkdir()
    async with store_opened("redis", tmp_path / "redis") as (journal, server):
        assert server is not None
        token = await journal.acquire()
        sealed = Sealed.behind(Chain(ROOM, GoldenKeys()), token)
        whole = [*sealed.group(), *sealed.group()]
        await journal.append(0, token, whole)
        torn = [record[:200] + bytes(len(record) - 200) for record in sealed.group()]
        await journal.append(len(whole), token, torn)
        verdict = await verify(journal, GoldenKeys(), [], room=ROOM)
        assert verdict.faults[0].position == len(whole) + 1
        await take_out(server, verdict.faults[0].position)
        assert (await verify(journal, GoldenKeys(), [], room=ROOM)).sound
        assert await journal.head() == len(whole)
        again = Sealed.behind(await chain_of(journal), token).group()
        await journal.append(len(whole), token, again)
        assert [record async for _, record in journal.read(0)] == [*whole, *again]


async def chain_of(journal: Journal) -> Chain:
    chain = Chain(ROOM, GoldenKeys())
    async for position, record in journal.read(0):
        chain.open(position, record)
    return chain


# --- the disk itself --------------------------------------------------------------------


def written(*events: Event) -> Disk:
    disk = Disk()
    for event in events:
        disk.happened(event)
    return disk


def opened(path: str) -> Event:
    return Event(Did.OPENED, path, "1", flags="O_RDWR|O_CREAT")


def wrote(path: str, data: bytes, at: int = 0) -> Event:
    return Event(Did.WROTE, path, "1", data, at)


def synced(path: str) -> tuple[Event, Event]:
    return Event(Did.SYNC_BEGAN, path, "1"), Event(Did.SYNC_ENDED, path, "1")


def images(disk: Disk, *, ordered: bool = False) -> list[dict[str, bytes]]:
    return [disk.after_cut(Random(seed), ordered=ordered) for seed in range(300)]


def test_what_was_synced_is_in_every_image_and_what_was_not_in_some() -> None:
    disk = written(opened("f"), wrote("f", b"a" * 2_000), *synced("f"), wrote("f", b"b" * 2_000))
    found = [image["f"] for image in images(disk)]
    assert {len(content) for content in found} == {2_000}
    assert set(b"".join(found)) == {ord("a"), ord("b")}
    torn = [content for content in found if len(set(content)) == 2]
    assert any(content[:1] == b"b" for content in torn)
    assert any(content[:1] == b"a" for content in torn), "also a later sector without the first"


def test_what_was_written_after_a_sync_began_is_not_covered_by_it() -> None:
    began, ended = synced("f")
    disk = written(opened("f"), wrote("f", b"a"), began, wrote("f", b"b", at=1), ended)
    assert {image["f"] for image in images(disk)} == {b"a", b"ab"}


def test_a_name_that_no_sync_made_durable_may_be_gone() -> None:
    disk = written(opened("f"), wrote("f", b"a"))
    assert {"f" in image for image in images(disk)} == {True, False}
    renamed = Event(Did.RENAMED, "f", "1", to="g")
    disk = written(opened("f"), wrote("f", b"a"), *synced("f"), renamed)
    assert {tuple(image) for image in images(disk)} == {("f",), ("g",)}
    disk = written(opened("f"), wrote("f", b"a"), *synced("f"), renamed, *synced("."))
    assert {tuple(image) for image in images(disk)} == {("g",)}


def test_on_an_ordered_disk_a_file_has_no_gap_behind_what_was_durable() -> None:
    events = (opened("f"), wrote("f", b"a" * SECTOR), *synced("f"))
    disk = written(*events, wrote("f", b"b" * 10 * SECTOR, at=SECTOR))
    assert any(0 in image["f"] for image in images(disk))
    assert not any(0 in image["f"] for image in images(disk, ordered=True))


def test_a_file_that_was_removed_may_be_back_and_nothing_is_written_into_it_any_more() -> None:
    removed = Event(Did.REMOVED, "f", "1")
    disk = written(opened("f"), wrote("f", b"a"), *synced("f"), removed, wrote("f", b"b"))
    assert {tuple(image.items()) for image in images(disk)} == {(("f", b"a"),), ()}
