"""Two real services, one journal: one writes, the other takes over, whatever happens to the first
or to its network; nothing is lost, nothing is shown twice, no stale writer writes (O4)."""

from pathlib import Path

import pytest
from aiohttp import ClientSession

from schemas.service import BuildStarted
from simulators.cad_messages import resource
from tests.fault_proxy import Way
from tests.pair import pair
from tests.pair_shift import shift
from tests.service_process import ended

pytestmark = pytest.mark.timeout(400)
SEED = 20_261_123


async def test_o4_d1_d2_nothing_is_lost_doubled_or_stale_while_one_after_the_other_is_broken(
    tmp_path: Path,
) -> None:
    """Killed; paused beyond its lease and woken; cut off from the store and let in again; each time
    the other one takes over, and the first one follows, in the same process where it lives. A
    man-down pressed before, meanwhile or after is on record once, under the id it is shown by, and
    a supervisor has it in hand."""
    async with pair(tmp_path) as two, shift(two, seed=SEED) as during:
        first = await two.writer()
        during.alarms.press()
        first.kill()
        during.alarms.press()
        second = await two.writer(after=first)
        during.alarms.press()
        await during.goes_on()
        first.start()
        await first.until_follows()

        during.alarms.press()
        second.freeze()
        during.alarms.press()
        assert await two.writer(after=second) is first
        during.alarms.press()
        await during.goes_on()
        second.thaw()
        await second.until_follows()

        during.alarms.press()
        two.wires[first.name].hold(Way.THERE)
        during.alarms.press()
        assert await two.writer(after=first) is second
        during.alarms.press()
        await during.goes_on()
        two.wires[first.name].heal()
        await first.until_follows()

        during.alarms.press()
        two.wires[second.name].half_open()
        during.alarms.press()
        assert await two.writer(after=second) is first
        during.alarms.press()
        await during.goes_on()
        two.wires[second.name].heal()
        await second.until_follows()

        assert await during.judged() == []
        assert len(during.alarms.reached) == len(during.alarms.pressed) > 12
        entries = await two.journal()
        assert sum(isinstance(one.event, BuildStarted) for one in entries) == 5
        verified = await first.forewarn("journal", "verify")
        assert (verified.code, "sound" in verified.out) == (0, True), verified.out


async def test_o4_what_passes_is_no_reason_to_take_over(tmp_path: Path) -> None:
    """Connections that are reset, a slow network, a store that is away for longer than the lease
    and comes back: the writer goes on, and the other one still follows."""
    async with pair(tmp_path) as two, shift(two, seed=SEED) as during:
        writer = await two.writer()
        follower = two.other(writer)
        for wire in two.wires.values():
            wire.reset()
        await during.goes_on()
        two.wires[writer.name].delay = 0.05
        await during.goes_on()
        two.wires[writer.name].heal()
        await two.server.kill()
        await writer.until_figure(1, "forewarn_journal_away")
        await during.goes_on()
        await two.server.start()
        await writer.until_figure(0, "forewarn_journal_away")
        await follower.until_follows()
        assert await during.judged() == []
        await writer.ready()
        assert await follower.follows()
        entries = await two.journal()
        assert sum(isinstance(one.event, BuildStarted) for one in entries) == 1


async def test_o4_a_writer_that_is_stopped_hands_over_at_once_and_a_follower_says_who_writes(
    tmp_path: Path,
) -> None:
    """The lease is so long that nobody could wait for its end."""
    async with pair(tmp_path, lease="20s") as two:
        writer = await two.writer()
        follower = two.other(writer)
        async with ClientSession(follower.console) as anybody:
            async with anybody.get("/") as page:
                told = await page.text()
            async with anybody.get("/readyz") as ready:
                report = await ready.json()
        assert (page.status, ready.status) == (503, 503)
        assert f"{writer.name} writes, at {writer.console}" in told
        assert report["pair"].startswith("follower")
        await follower.until_figure(1, "forewarn_pair_role", role="follower")
        await writer.until_figure(1, "forewarn_pair_followers")
        assert await writer.stop() == 0
        assert await two.writer() is follower
        await follower.until_figure(1, "forewarn_pair_role", role="writer")
        await follower.until_figure(0, "forewarn_pair_followers")
        async with two.cad() as cad, two.device("A101"):
            cad.open_incident(
                "000001", {"address": "14 Marram Street"}, resources=[resource("A101")]
            )
            await cad.settled()


async def test_o4_two_of_one_name_and_other_keys_are_refused_with_what_to_do(
    tmp_path: Path,
) -> None:
    async with pair(tmp_path) as two:
        writer = await two.writer()
        other = two.other(writer)
        assert await other.stop() == 0
        config = other.config.read_text()
        other.config.write_text(config.replace(f'name = "{other.name}"', f'name = "{writer.name}"'))
        other.start()
        child, other.child = other.child, None
        assert child
        assert await ended(child) == 1
        assert "another instance of this pair is called" in other.log.read_text()
        other.config.write_text(config)
        for key in (other.state / "keys").glob("*"):
            key.unlink()
        told = await other.forewarn("run")
        assert told.code == 1
        assert "copy the folder keys of the other instance" in told.err
