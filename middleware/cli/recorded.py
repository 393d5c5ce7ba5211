"""What the commands about recordings share: opening them, and how long jobs are shown."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from middleware.cli.common import read_config, tell
from middleware.cli.files import screen

if TYPE_CHECKING:
    from middleware.flow.recording.file import Recording
    from middleware.ports import Keys


def open_recording(path: Path, args: argparse.Namespace) -> "Recording":
    """The file; where it is sealed, with the keys of the configuration. Trouble says what to do."""
    from middleware.flow.recording.file import Recording, read_header

    return Recording(path, keys_of(args) if read_header(path).key else None)


def keys_of(args: argparse.Namespace) -> "Keys | None":
    """The keys of the configured service; None where there are none on this machine."""
    from middleware.ops.keys import FileKeys

    directory = read_config(args).keys_directory()
    return FileKeys(directory) if directory.is_dir() else None


def tell_if_cut(recording: "Recording") -> None:
    """After reading it to the end."""
    if recording.seal is None:
        tell(f"{recording.path} was cut off: it has no seal, and is read as far as it is whole")


@contextmanager
def shown(what: str) -> Iterator[Callable[[int, int], None]]:
    """Progress in bytes of the file."""
    from rich.progress import Progress

    with Progress(console=screen()) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
