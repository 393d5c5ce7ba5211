"""SQLite FTS5, in memory: any of the words, ranked by its bm25."""

import sqlite3
from collections.abc import Iterator

from tests.bench.peers.exchange import Ask, Marker, Reply, run, words

FIND = "SELECT id, rank FROM markers WHERE markers MATCH ? ORDER BY rank LIMIT 1"


def build(markers: Iterator[Marker]) -> Ask:
    """The table, and how it is asked."""
    base = sqlite3.connect(":memory:")
    base.execute("CREATE VIRTUAL TABLE markers USING fts5(text, id UNINDEXED)")
    rows = ((marker.text, marker.id) for marker in markers)
    base.executemany("INSERT INTO markers VALUES (?, ?)", rows)
    base.execute("INSERT INTO markers(markers) VALUES ('optimize')")

    def ask(text: str) -> Reply:
        wanted = " OR ".join(f'"{word}"' for word in words(text))
        found = base.execute(FIND, (wanted,)).fetchone() if wanted else None
        return Reply((found[0],), -found[1]) if found else Reply()

    return ask


if __name__ == "__main__":
    run("SQLite FTS5", build)
