"""Who is signed in (E2): random ids that only the browser knows; here only their digests.

Kept in a private file, so that nobody has to sign in again when the service comes back.
"""

import secrets
from collections.abc import Container
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from middleware.ops.access import Role
from middleware.ops.private_files import read_private, write_private
from middleware.ops.tokens import digest
from middleware.ports import Clock
from schemas.base import Moment

LASTING = timedelta(hours=13)
"""A shift and its hand-over; then one signs in again."""


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person in one role."""

    name: str
    role: Role
    ends_at: Moment


_Kept = TypeAdapter(dict[str, Session])


@dataclass(slots=True)
class Sessions:
    """Digest of the cookie to the session."""

    path: Path
    clock: Clock
    _kept: dict[str, Session] = field(init=False)

    def __post_init__(self) -> None:
        try:
            self._kept = _Kept.validate_json(read_private(self.path) or b"{}")
        except ValidationError:
            self._kept = {}  # a damaged file costs a sign-in, nothing else

    def open(self, name: str, role: Role) -> str:
        """A new session; returns what the cookie holds."""
        cookie = secrets.token_urlsafe(32)
        self._kept[digest(cookie)] = Session(name, role, self.clock.now() + LASTING)
        self._save()
        return cookie

    def find(self, cookie: str) -> Session | None:
        """The session, unless its time is over."""
        session = self._kept.get(digest(cookie))
        return session if session and self.clock.now() < session.ends_at else None

    def close(self, cookie: str) -> None:
        """Sign out."""
        if self._kept.pop(digest(cookie), None):
            self._save()

    def keep_only(self, entitled: Container[tuple[str, Role]]) -> None:
        """End the sessions of those who left or lost that role."""
        kept = {k: s for k, s in self._kept.items() if (s.name, s.role) in entitled}
        if kept != self._kept:
            self._kept = kept
            self._save()

    def _save(self) -> None:
        now = self.clock.now()
        self._kept = {k: s for k, s in self._kept.items() if now < s.ends_at}
        write_private(self.path, _Kept.dump_json(self._kept))
