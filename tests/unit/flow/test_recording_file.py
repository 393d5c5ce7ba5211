"""The file of a recording: sealed, whole or said to be cut, the same for the same (O2, E4)."""

from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from middleware.flow.recording.file import Header, Recording, RecordingWriter
from middleware.flow.recording.frames import read_bytes, write_bytes
from middleware.ops.errors import Trouble
from tests.flowing import OneKey

HEADER = Header(
    room="eoc1",
    build="test",
    matcher="match/1",
    begun=datetime(2026, 11, 23, 4, tzinfo=UTC),
    sources={"cad_tcp": "wire"},
    rules="{}",
    configuration="{}",
)
FRAMES = [{"t": n / 10, "f": "heard", "data": f"message {n}"} for n in range(10)]
NAMES = count()
SLOW = settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])


class OtherKey(OneKey):
    """Somebody else's."""

    current = "k2"

    def key(self, name: str) -> bytes:
        if name != self.current:
            raise KeyError(name)
        return bytes(32)


def written(folder: Path, keys: OneKey | None, frames: list[Any]) -> Path:
    """Two blocks."""
    path = folder / f"{next(NAMES)}.jsonl"
    writer = RecordingWriter(path, HEADER, keys)
    half = len(frames) // 2
    for block in (frames[:half], frames[half:]):
        writer.add(orjson.dumps(frame) for frame in block)
    writer.close("told to")
    return path


def read(path: Path, keys: OneKey | None) -> tuple[Recording, list[Any]]:
    recording = Recording(path, keys)
    return recording, list(recording.frames())


@pytest.fixture(params=[OneKey(), None], ids=["sealed", "anonymous"])
def keys(request: pytest.FixtureRequest) -> OneKey | None:
    key: OneKey | None = request.param
    return key


def test_o2_what_is_written_is_read_and_its_seal_says_so(
    tmp_path: Path, keys: OneKey | None
) -> None:
    recording, frames = read(written(tmp_path, keys, FRAMES), keys)
    assert frames == FRAMES
    assert recording.seal is not None
    assert (recording.seal.frames, recording.seal.why) == (10, "told to")
    assert list(recording.frames()) == FRAMES


def test_o2_the_same_frames_are_the_same_bytes(tmp_path: Path, keys: OneKey | None) -> None:
    first, second = (written(tmp_path, keys, FRAMES).read_bytes() for _ in range(2))
    assert first == second


def test_o2_a_file_that_was_cut_off_is_read_as_far_as_it_is_whole(
    tmp_path: Path, keys: OneKey | None
) -> None:
    path = written(tmp_path, keys, FRAMES)
    data = path.read_bytes()
    path.write_bytes(data[: data.rindex(b'{"seal"') - 3])
    recording, frames = read(path, keys)
    assert recording.seal is None
    assert frames == FRAMES[: len(frames)]
    assert 5 <= len(frames) < 10


@SLOW
@given(at=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_o2_any_change_is_found(tmp_path: Path, at: float, bit: int) -> None:
    """A flipped bit anywhere: read to the end it is Trouble, or has no seal."""
    path = written(tmp_path, OneKey(), FRAMES)
    data = bytearray(path.read_bytes())
    data[int(at * len(data))] ^= 1 << bit
    path.write_bytes(data)
    try:
        recording, _ = read(path, OneKey())
    except Trouble:
        return
    assert recording.seal is None


def test_e4_without_its_key_it_stays_shut(tmp_path: Path) -> None:
    path = written(tmp_path, OneKey(), FRAMES)
    for keys in (OtherKey(), None):
        with pytest.raises(Trouble, match="which is not here"):
            Recording(path, keys)


def test_o2_nothing_is_written_over(tmp_path: Path) -> None:
    path = written(tmp_path, None, FRAMES)
    with pytest.raises(Trouble, match="is there already"):
        RecordingWriter(path, HEADER, None)


@SLOW
@given(junk=st.binary(max_size=200))
def test_o2_what_is_no_recording_is_told_so(tmp_path: Path, junk: bytes) -> None:
    path = tmp_path / f"{next(NAMES)}.jsonl"
    path.write_bytes(junk)
    with pytest.raises(Trouble, match="is no recording of this format"):
        Recording(path)


@given(data=st.binary())
def test_o2_bytes_of_the_wire_come_back_as_they_were(data: bytes) -> None:
    assert read_bytes(orjson.loads(orjson.dumps(write_bytes(data)))) == data
