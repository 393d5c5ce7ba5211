"""Tokens of systems, devices and programs of people: only their SHA-256 is kept (E2)."""

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from middleware.ops.access import Role
from middleware.ops.errors import Trouble
from middleware.ops.people import NOT_FOR_PEOPLE
from middleware.ops.private_files import read_private, write_private

_CODE = re.compile(r"[A-Za-z0-9_-]{1,32}")
_Kept = TypeAdapter(dict[str, str])


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a token: `name` is the system, device or person, `role` what it may be used as."""

    name: str
    role: Role


def read_holder(text: str) -> Holder:
    """`system:cad`, `device:A101` or `person:NAME:ROLE`; Trouble for anything else."""
    match text.split(":"):
        case [("system" | "device") as kind, name] if _CODE.fullmatch(name):
            return Holder(name, Role(kind))
        case ["person", name, role] if name.strip() and role in set(Role) - NOT_FOR_PEOPLE:
            return Holder(name, Role(role))
    raise Trouble(
        "that is no holder of a token", "write system:NAME, device:CODE or person:NAME:ROLE"
    )


def digest(token: str) -> str:
    """What is kept of a token, and how it is looked up; anything at all may come in a header."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


class Tokens(Mapping[str, str]):
    """Digest to holder, from the file; read again when the file was replaced, so that a token
    that was added or removed counts at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int] | None = None
        self._kept: dict[str, str] = {}

    def __getitem__(self, key: str) -> str:
        return self._fresh()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fresh())

    def __len__(self) -> int:
        return len(self._fresh())

    def add(self, holder: str) -> str:
        """A new token for the holder; it is told once and never again."""
        read_holder(holder)
        token = secrets.token_urlsafe(32)
        kept = {**self._fresh(), digest(token): holder}
        write_private(self.path, _Kept.dump_json(kept, indent=1))
        return token

    def remove(self, holder: str) -> int:
        """Take every token of the holder away; says how many there were."""
        kept = self._fresh()
        left = {key: name for key, name in kept.items() if name != holder}
        write_private(self.path, _Kept.dump_json(left, indent=1))
        return len(kept) - len(left)

    def holder(self, token: str) -> Holder | None:
        """Who holds this token; found by digest, so timing tells nothing of the tokens kept."""
        text = self.get(digest(token))
        return read_holder(text) if text else None

    def _fresh(self) -> dict[str, str]:
        try:
            status = self.path.stat()
            now = (status.st_mtime_ns, status.st_ino)
        except FileNotFoundError:
            now = (0, 0)
        if now != self._seen:
            self._kept = self._read()
            self._seen = now
        return self._kept

    def _read(self) -> dict[str, str]:
        try:
            return _Kept.validate_json(read_private(self.path) or b"{}")
        except ValidationError:
            raise Trouble(
                f"{self.path} is damaged", "restore it, or remove it and add the tokens again"
            ) from None
