"""Keys in a directory of their own, apart from the journal and its backups (E4).

`<name>.key` holds 32 bytes; a data key's name follows from its bytes, so that a new key never
takes the name of one that was deleted. `current` names the key that seals now, `anchor` is the
key that signs heads of the chain. To erase what a key sealed, delete its file and start again;
keep no copy. Losing the directory erases everything.
"""

import hashlib
import secrets
import stat
from pathlib import Path

from middleware.ops.errors import Trouble
from middleware.ops.files import private_directory, write_whole

ANCHOR = "anchor"
KEY_BYTES = 32
_CURRENT = "current"


class FileKeys:
    """The `Keys` of a directory as it is now; makes nothing. For the service: `prepare`."""

    def __init__(self, directory: Path) -> None:
        _demand_private(directory)
        self._directory = directory
        self._keys = {path.stem: _read(path) for path in sorted(directory.glob("*.key"))}
        pointer = directory / _CURRENT
        self._current = pointer.read_text().strip() if pointer.exists() else ""

    @classmethod
    def prepare(cls, directory: Path) -> "FileKeys":
        """The keys for a service that writes: what is missing is made, also the directory."""
        private_directory(directory)
        found = cls(directory)
        if found._current not in found._keys:
            key = secrets.token_bytes(KEY_BYTES)
            name = hashlib.sha256(key).hexdigest()[:16]
            write_whole(directory / f"{name}.key", key)
            write_whole(directory / _CURRENT, name.encode())
        if ANCHOR not in found._keys:
            write_whole(directory / f"{ANCHOR}.key", secrets.token_bytes(KEY_BYTES))
        return cls(directory)

    @property
    def current(self) -> str:
        if self._current not in self._keys:
            raise Trouble(
                f"{self._directory} has no key to seal with",
                "bring the key directory back, or start the service, which makes a new key",
            )
        return self._current

    def key(self, name: str) -> bytes:
        """KeyError when it is not there, or was not when this was opened."""
        return self._keys[name]


def _demand_private(directory: Path) -> None:
    if not directory.is_dir():
        raise Trouble(f"there is no key directory {directory}", "see `keys` in the configuration")
    for path in (directory, *directory.glob("*.key")):
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise Trouble(f"{path} can be read by other users", f"chmod go= {path}")


def _read(path: Path) -> bytes:
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise Trouble(
            f"{path} has {len(key)} bytes, a key has {KEY_BYTES}",
            "bring the file back from where keys are kept; never from a journal backup",
        )
    return key
