"""One snapshot in a file beside the journal: a cache, whole or not there."""

from pathlib import Path

import orjson
import structlog

from middleware.ops.files import write_whole
from middleware.ops.redaction import Fixed
from middleware.ports import Snapshot

log = structlog.get_logger()


class SnapshotFile:
    """A line of JSON (position, version), then the data as given; the last one saved replaces
    the one before."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def save(self, snapshot: Snapshot) -> None:
        head = orjson.dumps({"position": snapshot.position, "version": snapshot.version})
        write_whole(self._path, b"%b\n%b" % (head, snapshot.data))

    def load(self, version: str) -> Snapshot | None:
        """None when there is none of this version: then the fold begins earlier."""
        if not self._path.exists():
            return None
        with self._path.open("rb") as file:
            head, data = file.readline(), file.read()
        try:
            said = orjson.loads(head)
            snapshot = Snapshot(said["position"], said["version"], data)
        except (ValueError, KeyError, TypeError):
            log.warning(
                "snapshot_unreadable", remedy=Fixed("none needed: the journal is read instead")
            )
            return None
        return snapshot if snapshot.version == version else None
