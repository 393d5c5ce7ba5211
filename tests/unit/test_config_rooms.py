"""Several rooms in one process: what cannot be is said before the start, with both files (O4)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.table import ADAPTERS
from middleware.config import ConfigError, Room, load_rooms

ONE = """\
room = "eoc1"
state = "one"
[console]
listen = "127.0.0.1:9100"
[broker]
port = 9101
[source.cad_http]
listen = "127.0.0.1:9102"
"""
TWO = ONE.replace("eoc1", "eoc2").replace('"one"', '"two"').replace("91", "92")
STREAM = '[source.cad_redis]\nconnect = "127.0.0.1:6379"\nstream = "cad:{}"\n'
Load = Callable[..., tuple[Room, ...]]
Refused = Callable[..., list[str]]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    monkeypatch.chdir(tmp_path)

    def read(*texts: str, **environ: str) -> tuple[Room, ...]:
        files = [Path(f"{chr(ord('a') + n)}.toml") for n in range(len(texts))]
        for file, text in zip(files, texts, strict=True):
            file.write_text(text)
        return load_rooms(files, ADAPTERS, environ)

    return read


@pytest.fixture
def refused(load: Load) -> Refused:
    def why(*texts: str, **environ: str) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            load(*texts, **environ)
        return list(caught.value.problems)

    return why


def test_o4_each_room_is_that_of_its_file(load: Load) -> None:
    rooms = load(ONE, TWO)
    assert [(one.config.room, one.file) for one in rooms] == [
        ("eoc1", Path("a.toml")),
        ("eoc2", Path("b.toml")),
    ]


def test_without_a_file_it_is_the_room_of_the_defaults() -> None:
    (room,) = load_rooms([], ADAPTERS, {"FOREWARN_ROOM": "eoc7"})
    assert (room.config.room, room.file) == ("eoc7", None)


@pytest.mark.parametrize(
    ("was", "becomes", "why"),
    [
        ('"eoc2"', '"eoc1"', "b.toml:1: room: is the same as room (a.toml:1)"),
        ('"two"', '"./one"', "b.toml:2: state: is the same as state (a.toml:2)"),
        (
            "127.0.0.1:9200",
            "127.0.0.1:9100",
            "b.toml:4: console.listen: is the same as console.listen (a.toml:4)",
        ),
        (
            "127.0.0.1:9202",
            "localhost:9101",
            "b.toml:8: source.cad_http.listen: is the same as broker.host (a.toml:5)",
        ),
        (
            "[broker]",
            '[journal]\nspool = "s"\n[broker]',
            "b.toml:6: journal.spool: is the same as journal.spool (a.toml:10)",
        ),
    ],
)
def test_o4_what_two_rooms_would_have_as_theirs_is_refused_with_both_places(
    refused: Refused, was: str, becomes: str, why: str
) -> None:
    one = f'{ONE}[journal]\nspool = "s"\n'
    assert refused(one, TWO.replace(was, becomes, 1)) == [f"{why}; give each room its own"]


def test_o4_who_listens_at_every_address_listens_at_each(refused: Refused) -> None:
    for name in ("c.pem", "k.pem"):
        Path(name).touch()
    everywhere = 'listen = "0.0.0.0:9100"\ncertificate = "c.pem"\nkey = "k.pem"\n'
    two = f"listen_beyond_loopback = true\n{TWO}[source.cad_tcp]\n{everywhere}"
    (why,) = refused(ONE, two)
    assert "source.cad_tcp.listen: is the same as console.listen (a.toml:4)" in why


def test_c1_a_stream_that_both_would_read_would_give_each_a_part(refused: Refused) -> None:
    (why,) = refused(ONE + STREAM.format("a"), TWO + STREAM.format("a"))
    assert "source.cad_redis.stream: is the same as source.cad_redis.stream (a.toml:11)" in why


def test_c1_streams_of_their_own_are_theirs(load: Load) -> None:
    assert len(load(ONE + STREAM.format("a"), TWO + STREAM.format("b"))) == 2


def test_a_place_that_the_system_chooses_is_never_the_same(load: Load) -> None:
    one, two = (text.replace('1:9100"', '1:0"').replace('1:9200"', '1:0"') for text in (ONE, TWO))
    assert len(load(one, two)) == 2


def test_a_variable_would_hold_for_every_room_and_is_refused(refused: Refused, load: Load) -> None:
    """It would listen twice at one place, or make a channel in a room that has none."""
    (why,) = refused(ONE, TWO, FOREWARN_CHANNEL__BARS_FLAG__URL="http://127.0.0.1:1/m")
    assert why == (
        "FOREWARN_CHANNEL__BARS_FLAG__URL: would hold for every room; unset it, and say it in "
        "the file of each"
    )
    (room,) = load(ONE, FOREWARN_LANES__BOUND="500")
    assert room.config.lanes.bound == 500


def test_one_file_named_twice_is_one_room(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text(ONE)
    with pytest.raises(ConfigError) as caught:
        load_rooms([file, tmp_path / "." / "a.toml"], ADAPTERS, {})
    assert caught.value.problems == (f"{file}: is named twice; name the file of each room once",)


def test_every_problem_of_every_file_is_told_at_once(refused: Refused) -> None:
    why = refused(ONE.replace("room =", "rom ="), TWO.replace("9200", "nine"))
    assert len(why) == 2
    assert "a.toml:1: rom: is not a known key" in why[0]
    assert "b.toml:4: console.listen: " in why[1]
