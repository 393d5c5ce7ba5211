"""Small files of secrets that only their owner may read (E2)."""

import os
import stat
from pathlib import Path

from middleware.ops.errors import Trouble
from middleware.ops.files import private_directory, write_whole


def read_private(path: Path) -> bytes | None:
    """The content, None when there is no file; Trouble when others may read it."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & (stat.S_IRWXG | stat.S_IRWXO) and not _is_credential(path):
                raise Trouble(f"{path} may be read by others", f"run: chmod 600 {path}")
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        raise Trouble(f"{path} cannot be read: {why}", "look at its owner and mode") from None


def _is_credential(path: Path) -> bool:
    """systemd hands credentials over in a directory that nobody else may enter; there the bits of
    the group are the mask of an access list (LoadCredential=)."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    return folder is not None and path.is_relative_to(folder)


def write_private(path: Path, content: bytes) -> None:
    """Replace the file, durably; Trouble when it cannot be written."""
    try:
        private_directory(path.parent)
        write_whole(path, content)
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        raise Trouble(f"{path} cannot be written: {why}", "make room or give access") from None
