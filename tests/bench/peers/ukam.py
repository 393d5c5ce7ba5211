"""uk-address-matcher: Splink on DuckDB. It answers in batches, and prepares its markers in files.

A certain match (exact) has no weight: it ranks before all others.
"""

import tempfile
import time
from pathlib import Path

import duckdb  # type: ignore[import-not-found,unused-ignore]
import pyarrow as pa  # type: ignore[import-not-found,unused-ignore]
from uk_address_matcher import (  # type: ignore[import-not-found,unused-ignore]
    AddressMatcher,
    ExactMatchStage,
    SplinkStage,
    prepare_canonical_folder,
)

from tests.bench.peers.exchange import Query, Reply, Task, memory, task_of

EXACT = 100.0
SINGLE = 3
"""So many queries are also asked one by one, to time what a person would wait."""


def texts(queries: list[Query]) -> pa.Table:
    return pa.table({
        "unique_id": [query.id for query in queries],
        "address_concat": [query.text for query in queries],
        "postcode": pa.array([None] * len(queries), pa.string()),
    })  # fmt: skip


def prepare(task: Task, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """The markers as its own prepared files."""
    columns = list(zip(*task.markers(), strict=True))
    names = ("unique_id", "address_concat", "postcode")
    connection.register("markers", pa.table(dict(zip(names, columns, strict=False))))
    prepare_canonical_folder(
        connection.sql("SELECT * FROM markers"), output_folder=folder, con=connection,
        overwrite=True, show_progress="off",
    )  # fmt: skip
    connection.unregister("markers")


def match(
    connection: duckdb.DuckDBPyConnection, folder: Path, queries: list[Query]
) -> dict[str, Reply]:
    """Every answer, however weak: the comparison sets the threshold."""
    connection.register("queries", texts(queries))
    stages = [
        ExactMatchStage(),
        SplinkStage(final_match_weight_threshold=-100, final_distinguishability_threshold=None),
    ]
    matcher = AddressMatcher(
        canonical_addresses=folder, addresses_to_match=connection.sql("SELECT * FROM queries"),
        con=connection, stages=stages, show_progress="off",
    )  # fmt: skip
    wanted = "unique_id, resolved_canonical_id, match_weight"
    with matcher.match() as result:
        rows = result.matches().select(wanted).fetchall()
    return {query: _reply(marker, weight) for query, marker, weight in rows}


def _reply(marker: str | None, weight: float | None) -> Reply:
    if marker is None:
        return Reply()
    score = EXACT if weight is None else weight
    return Reply((marker,), score, 1 / (1 + 2**-score))


def main() -> None:
    """Builds, asks all in one batch, then some alone."""
    task, connection = task_of("uk-address-matcher"), duckdb.connect()
    queries = task.queries()
    with tempfile.TemporaryDirectory(dir=task.folder) as name:
        before, begun = memory(), time.perf_counter()
        prepare(task, connection, Path(name))
        task.built(begun, before)
        begun = time.perf_counter()
        replies = match(connection, Path(name), queries)
        took = (time.perf_counter() - begun) / len(queries)
        task.figures["batch_us"] = took * 1e6
        task.tell(f"asked {len(queries):,} at once, {took * 1e3:.2f} ms each")
        singles = sorted(_alone(connection, Path(name), query) for query in queries[:SINGLE])
        task.figures["single_us"] = singles[len(singles) // 2] * 1e6
    each = took * 1e6
    task.write([(query.id, replies.get(query.id, Reply()), each, each) for query in queries])


def _alone(connection: duckdb.DuckDBPyConnection, folder: Path, query: Query) -> float:
    begun = time.perf_counter()
    match(connection, folder, [query])
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
