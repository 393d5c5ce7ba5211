"""Appends to a journal until it is killed; prints every head that was acknowledged.

python -m tests.integration.sqlite_writer_child JOURNAL SEED
"""

import asyncio
import sys
from pathlib import Path
from random import Random

from adapters.stores import sqlite_checkpoints
from adapters.stores.sqlite import SqliteJournal

sqlite_checkpoints.WAL_BYTES = 100_000  # a checkpoint every few groups: some are killed half way


def record(position: int) -> bytes:
    """Follows from the position, so that the parent knows what must lie there."""
    return Random(position).randbytes(200 + position * 37 % 6_000)


async def append(path: Path, chance: Random) -> None:
    journal = SqliteJournal(path)
    token = await journal.acquire()
    head = await journal.head()
    print(f"{head} open", flush=True)
    while True:
        sizes = [chance.randint(1, 12) for _ in range(chance.randint(1, 6))]
        async with asyncio.TaskGroup() as tasks:
            for size in sizes:
                group = [record(head + n) for n in range(1, size + 1)]
                tasks.create_task(acknowledged(journal, head, token, group))
                head += size


async def acknowledged(journal: SqliteJournal, head: int, token: int, group: list[bytes]) -> None:
    await journal.append(head, token, group)
    print(head + len(group), flush=True)


if __name__ == "__main__":
    asyncio.run(append(Path(sys.argv[1]), Random(int(sys.argv[2]))))
