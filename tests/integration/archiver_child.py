"""Appends to a journal and archives it until it is killed; prints every head that was acknowledged.

python -m tests.integration.archiver_child FOLDER SEED
"""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path
from random import Random

from adapters.stores.archive_folder import ArchiveFolder
from adapters.stores.sqlite import SqliteJournal
from middleware.flow import archiving
from middleware.flow.whole import WholeJournal
from middleware.ops.clock import SystemClock
from middleware.ops.logging import start_logging
from middleware.ops.metrics import Metrics

KEEP = 100
ROOM = "eoc1"


def record(position: int) -> bytes:
    """Follows from the position, so that the parent knows what must lie there."""
    return b"%d " % position * (1 + position % 97)


def whole(folder: Path) -> WholeJournal:
    """The journal in the folder."""
    archive = ArchiveFolder(folder / "archive", ROOM)
    return WholeJournal(SqliteJournal(folder / "journal.sqlite"), archive)


async def work(folder: Path, chance: Random) -> None:
    journal = whole(folder)
    token, head = await journal.acquire(), await journal.head()
    archiver = archiving.Archiver(journal, token, KEEP, SystemClock(), Metrics())
    print(head, flush=True)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(archiver.run())
        while True:
            size = chance.randint(1, 40)
            await journal.append(head, token, [record(head + n) for n in range(1, size + 1)])
            head += size
            archiver.on_snapshot(head)
            print(head, flush=True)


if __name__ == "__main__":
    archiving.SEGMENT = 50  # many of them: some are killed in the midst of one
    archiving.PAUSE = archiving.LOOK = timedelta(0)
    start_logging(SystemClock())
    asyncio.run(work(Path(sys.argv[1]), Random(int(sys.argv[2]))))
