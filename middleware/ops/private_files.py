"""Small files that only their owner may read, replaced whole or not at all."""

import os
import stat
from pathlib import Path

from middleware.ops.errors import Trouble


def read_private(path: Path) -> bytes | None:
    """The content, None when there is no file; Trouble when others may read it (E2)."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & 0o077:
                raise Trouble(
                    f"{path} may be read by others (mode {mode:o})", f"run: chmod 600 {path}"
                )
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        raise Trouble(f"{path} cannot be read: {why}", "look at its owner and mode") from None


def write_private(path: Path, content: bytes) -> None:
    """Replace the file: durable, mode 0600 from the first byte on."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        why = (error.strerror or type(error).__name__).lower()
        raise Trouble(f"{path} cannot be written: {why}", "make room or give access") from None
