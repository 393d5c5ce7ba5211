"""The file of a recording: JSON lines that explain themselves, sealed as a whole (O2, E4).

The first line is the header, the last the seal with the hash of all before it. Between them are
frames: in the clear where nothing personal is left, else in blocks that are encrypted under the
key of the journal, so that deleting that key erases them. What is written is the same bytes when
it is the same content: the nonce follows from it.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Literal

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from pydantic import BaseModel, ConfigDict, ValidationError

from middleware.ops.errors import Trouble
from middleware.ops.files import PRIVATE
from middleware.ports import Keys
from schemas.base import Moment

Frame = dict[str, Any]
Progress = Callable[[int, int], None]
_NONCE = 12
_OTHER = "make it anew with this build, or use the build that made it"


class Header(BaseModel):
    """What the file is. `sources`: each source to how it is kept, as bytes of its wire or as the
    events it told; `key`: the name of the journal's key that opens it, None where nothing personal
    is left; `made_from`: the hash of the recording that this one was made from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    forewarn: Literal["forewarn.recording/1"] = "forewarn.recording/1"
    holds: Literal["recording", "outcome"] = "recording"
    room: str
    build: str
    matcher: str
    begun: Moment
    sources: dict[str, Literal["wire", "events"]]
    rules: str
    configuration: str
    key: str | None = None
    made_from: str | None = None


class Seal(BaseModel):
    """The last line: how many frames, why it ended, and what all lines before it hash to. `mac` is
    made with the key, where there is one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    frames: int
    why: str
    sha256: str
    mac: str | None = None


class RecordingWriter:
    """Writes one file, readable by this user alone; Trouble where there is one already."""

    def __init__(self, path: Path, header: Header, keys: Keys | None) -> None:
        """`keys`: seals with the current one; None writes in the clear."""
        key = _subkey(keys.key(keys.current)) if keys else None
        named = header.model_copy(update={"key": keys.current if keys else None})
        self._file = _create(path)
        self._hash = hashlib.sha256()
        self._frames = self.size = 0
        line = named.model_dump_json().encode()
        self._write(line)
        self._box = _Box(key, line) if key else None

    def add(self, frames: Iterable[bytes]) -> None:
        """Frames as JSON; written as one block."""
        lines = list(frames)
        if not lines:
            return
        self._frames += len(lines)
        plain = b"\n".join(lines)
        self._write(self._box.close(plain) if self._box else plain)

    def close(self, why: str) -> str:
        """Seal it; returns the hash. On the disk from here on."""
        digest = self._hash.digest()
        mac = self._box.mac(digest, why) if self._box else None
        seal = Seal(frames=self._frames, why=why, sha256=digest.hex(), mac=mac)
        with self._file as file:
            file.write(orjson.dumps({"seal": seal.model_dump()}) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return seal.sha256

    def _write(self, line: bytes) -> None:
        self._file.write(line + b"\n")
        self._file.flush()
        self._hash.update(line + b"\n")
        self.size += len(line) + 1


class Recording:
    """A file to be read. `seal` is known when it was read to the end; None: it was cut off."""

    def __init__(self, path: Path, keys: Keys | None = None) -> None:
        """Trouble where it is no recording, or its key is not here."""
        self.path = path
        self.seal: Seal | None = None
        line = next(_lines(path, lambda *_: None), b"")
        self.header = _header(path, line)
        self._box = _Box(_key(self.header, keys), line) if self.header.key else None

    def frames(self, progress: Progress = lambda *_: None) -> Iterator[Frame]:
        """Every frame in its order; `progress` is told bytes read, of all. Trouble where anything
        was changed."""
        lines, summed, count = _lines(self.path, progress), hashlib.sha256(), 0
        summed.update(next(lines) + b"\n")
        if self._box:
            self._box.block = 0
        for line in lines:
            if line.startswith(b'{"seal"'):
                self.seal = self._sealed(line, summed.digest(), count)
                return
            summed.update(line + b"\n")
            for frame in self._open(line):
                count += 1
                yield frame

    def _open(self, line: bytes) -> Iterator[Frame]:
        try:
            plain = self._box.open(line) if self._box else line
            for one in plain.split(b"\n"):
                yield orjson.loads(one)
        except (InvalidTag, ValueError, KeyError, TypeError):
            raise _changed(self.path) from None

    def _sealed(self, line: bytes, digest: bytes, count: int) -> Seal:
        try:
            seal = Seal.model_validate(orjson.loads(line)["seal"])
        except (ValueError, ValidationError):
            raise _changed(self.path) from None
        mac = self._box.mac(digest, seal.why) if self._box else None
        if (seal.sha256, seal.frames, seal.mac) != (digest.hex(), count, mac):
            raise _changed(self.path)
        return seal


class _Box:
    """Seals block after block: each at its place under its header."""

    def __init__(self, key: bytes, header: bytes) -> None:
        self._key, self._cipher = key, AESGCMSIV(key)
        self._header = hashlib.sha256(header).digest()
        self.block = 0

    def close(self, plain: bytes) -> bytes:
        place = self._place()
        nonce = hmac.digest(self._key, place + plain, "sha256")[:_NONCE]
        sealed = base64.b64encode(nonce + self._cipher.encrypt(nonce, plain, place))
        return b'{"sealed":"%b"}' % sealed

    def open(self, line: bytes) -> bytes:
        sealed = base64.b64decode(orjson.loads(line)["sealed"], validate=True)
        return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], self._place())

    def mac(self, digest: bytes, why: str) -> str:
        return hmac.digest(self._key, b"seal" + digest + why.encode(), "sha256").hex()

    def _place(self) -> bytes:
        self.block += 1
        return self._header + self.block.to_bytes(8)


def _subkey(key: bytes) -> bytes:
    """The journal's key is never used for two things."""
    return hmac.digest(key, b"forewarn recording", "sha256")


def _create(path: Path) -> BinaryIO:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    except FileExistsError:
        raise Trouble(f"{path} is there already", "give another name, or move it away") from None
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        raise Trouble(f"{path} cannot be written: {why}", "name another place") from None
    return os.fdopen(descriptor, "wb")


def read_header(path: Path) -> Header:
    """What the file says of itself; Trouble where it is none."""
    return _header(path, next(_lines(path, lambda *_: None), b""))


def _lines(path: Path, progress: Progress) -> Iterator[bytes]:
    """Whole lines: the last one may be cut where the service was killed."""
    try:
        size, read = path.stat().st_size, 0
        with path.open("rb") as file:
            for line in file:
                read += len(line)
                if not line.endswith(b"\n"):
                    return
                yield line[:-1]
                progress(read, size)
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        raise Trouble(f"{path} cannot be read: {why}", "name another file") from None


def _header(path: Path, line: bytes) -> Header:
    try:
        return Header.model_validate_json(line)
    except ValidationError:
        remedy = "give a file of `forewarn record`, `anonymise` or `replay`; or " + _OTHER
        raise Trouble(f"{path} is no recording of this format", remedy) from None


def _key(header: Header, keys: Keys | None) -> bytes:
    try:
        if keys is not None and header.key is not None:
            return _subkey(keys.key(header.key))
    except KeyError:
        pass
    raise Trouble(
        f"the recording is sealed with the key {header.key}, which is not here",
        "name the --config of the service that made it, or ask for an anonymised one",
    )


def _changed(path: Path) -> Trouble:
    remedy = "take it from where it was kept whole; what is in it cannot be relied on"
    return Trouble(f"{path} was changed or damaged since it was made", remedy)
