"""Redis does what the journal in memory does, whatever is said to it and whatever the bytes (O4);
and whatever a server says of itself, it is only trusted when it says that it loses nothing."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.stores.memory import MemoryJournal
from adapters.stores.redis import RedisJournal
from adapters.stores.redis_durable import too_weak
from adapters.stores.redis_settings import RedisSettings
from middleware.ports import Fenced, Journal, OutOfPlace
from tests.redis_server import journal_on, redis_server

GOOD = {
    "appendonly": "yes",
    "appendfsync": "always",
    "no-appendfsync-on-rewrite": "no",
    "maxmemory": "0",
    "maxmemory-policy": "noeviction",
}
INFO = {"role": "master", "cluster_enabled": "0"}
ALONE = RedisSettings()


@dataclass(frozen=True, slots=True)
class Append:
    """`expected` and `token` are counted from what would be right."""

    expected: int
    token: int
    records: tuple[bytes, ...]


values = st.sampled_from([b"", b"\0", b"\xff\xfe", b"1-0", b"a\r\nb"]) | st.binary(max_size=30)
appends = st.builds(
    Append,
    expected=st.sampled_from([0, 0, 0, 0, -1, -2, -3, 1, 5]),
    token=st.sampled_from([0, 0, 0, 0, 0, -1, 1]),
    records=st.lists(values, max_size=4).map(tuple),
)


async def outcomes(journal: Journal, said: Sequence[Append]) -> list[object]:
    token = await journal.acquire()
    told: list[object] = [token]
    for one in said:
        expected = max(0, await journal.head() + one.expected)
        try:
            await journal.append(expected, token + one.token, one.records)
        except (Fenced, OutOfPlace) as refusal:
            told.append(type(refusal))
        told.append([row async for row in journal.read(0)])
    return told


@settings(max_examples=25, deadline=None)
@given(said=st.lists(appends, max_size=12))
def test_o4_it_takes_and_refuses_what_the_journal_in_memory_does(said: list[Append]) -> None:
    async def on_redis() -> list[object]:
        with TemporaryDirectory() as made:
            folder = Path(made)
            async with redis_server(folder / "redis") as server:
                journal = RedisJournal(RedisSettings(**journal_on(server.port, folder)), "eoc1")
                try:
                    return await outcomes(journal, said)
                finally:
                    await journal.close()

    assert asyncio.run(on_redis()) == asyncio.run(outcomes(MemoryJournal(), said))


def test_o4_a_server_that_loses_nothing_is_taken() -> None:
    assert not list(too_weak(GOOD, INFO, ALONE))
    assert not list(too_weak(GOOD | {"maxmemory": "900"}, INFO, ALONE))
    assert not list(too_weak(GOOD | {"maxmemory-policy": "allkeys-lru"}, INFO, ALONE)), (
        "nothing is limited"
    )


@given(
    name=st.sampled_from(sorted(set(GOOD) - {"maxmemory", "maxmemory-policy"})),
    value=st.none() | st.text(max_size=10),
)
def test_o4_anything_else_that_it_says_or_leaves_out_is_refused_with_what_to_set(
    name: str, value: str | None
) -> None:
    said = {key: kept for key, kept in GOOD.items() if key != name}
    if value is not None and value != GOOD[name]:
        said[name] = value
    ((_, wanted),) = too_weak(said, INFO, ALONE)
    assert wanted == f"{name} {GOOD[name]}"
