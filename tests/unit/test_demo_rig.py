"""What the demo sets up: two do not get into each other's way, and every way out is a rung of its
configuration (O3, N4, N5)."""

import asyncio
import socket
from pathlib import Path

import pytest

from adapters.table import ADAPTERS
from middleware.config import load as read_configuration
from simulators.demo_rig import Broken, Rig, reserve
from simulators.shift import load


def test_o3_two_demos_have_no_port_in_common(tmp_path: Path) -> None:
    first, second = Rig.prepare(tmp_path / "one"), Rig.prepare(tmp_path / "two")

    assert set(first.ports.values()).isdisjoint(second.ports.values())
    first.stop()
    second.stop()


def test_o3_a_second_demo_leaves_the_directory_of_the_first_alone(tmp_path: Path) -> None:
    first = Rig.prepare(tmp_path / "demo")
    (first.folder / "forewarn.toml").touch()
    with pytest.raises(Broken, match="demo already; end it"):
        Rig.prepare(tmp_path / "demo")
    assert (first.folder / "forewarn.toml").exists()
    first.stop()

    Rig.prepare(tmp_path / "demo").stop()


async def test_a_server_listens_on_a_port_that_is_kept_for_it() -> None:
    with reserve(0) as held:
        port = held.getsockname()[1]
        server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", port)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await reader.read() == b""
        with reserve(port) as other:
            assert other.getsockname()[1] != port
        writer.close()
        server.close()


def test_a_port_that_somebody_has_is_left_to_them() -> None:
    with socket.socket() as theirs:
        theirs.bind(("127.0.0.1", 0))
        theirs.listen()
        with reserve(theirs.getsockname()[1]) as held:
            assert held.getsockname()[1] != theirs.getsockname()[1]


@pytest.mark.parametrize(("sip", "rings"), [(5060, ["voice"]), (0, [])])
def test_n4_n5_the_demo_climbs_every_way_out_and_rings_where_there_are_telephones(
    tmp_path: Path, sip: int, rings: list[str]
) -> None:
    rig = Rig.prepare(tmp_path / "demo")
    rig.configure(load(), sip)
    rig.stop()

    escalation = read_configuration(rig.config, ADAPTERS, {}).escalation
    assert [rung.channel for rung in escalation.rung] == ["mdt", "radio", *rings, "console"]
    alone = [rung.channel for rung in escalation.single_responder]
    assert alone == ["radio", *rings, "mdt", "console"]
