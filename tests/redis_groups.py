"""Real Valkey servers that take each other's place: a primary with replicas under Sentinels, and a
cluster."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from adapters.channels.broker import free_port
from middleware.ops.listening import HostPort
from tests.redis_server import PASSWORD, RedisServer, journal_on

PATIENCE_S = 60.0
PRIMARY = "journal"
SENTINEL_USER = "watch"
SENTINEL_RIGHTS = "-@all +@connection +sentinel|master"
"""What docs/redis-failover.md gives the service at the Sentinels."""
PATIENT = "60000"  # ms
SLOTS = ((0, 5460), (5461, 10922), (10923, 16383))
"""Of the three primaries; the room eoc1 is with the last, eoc2 with the one before."""
TAGS = ("{north}", "{eoc2}", "{eoc1}")
"""In the slots of each."""


class SentinelServer(RedisServer):
    """Not durable: it watches others, and keeps what it knows in its configuration."""

    def __init__(self, folder: Path, primary: int, quorum: int, down_after_ms: int) -> None:
        super().__init__(folder)
        self._conf = folder / "sentinel.conf"
        self._conf.write_text(
            f"port {self.port}\nbind 127.0.0.1\ndir {folder}\n"
            f"sentinel monitor {PRIMARY} 127.0.0.1 {primary} {quorum}\n"
            f"sentinel down-after-milliseconds {PRIMARY} {down_after_ms}\n"
            f"sentinel failover-timeout {PRIMARY} 5000\n"
            f"user {SENTINEL_USER} on >{PASSWORD} {SENTINEL_RIGHTS}\n"
        )

    async def start(self) -> None:
        """It does nothing for 30 s when it was not given the processor for two: not here."""
        await super().start()
        async with self.client() as client:
            anything: Any = client
            await anything.execute_command("SENTINEL", "DEBUG", "tilt-trigger", 600_000)

    def _words(self) -> list[str]:
        return [str(self._conf), "--sentinel"]

    async def points_at(self, port: int, host: str = "127.0.0.1") -> None:
        """As if those who elect had elected that one."""
        async with self.client() as client:
            await client.sentinel_remove(PRIMARY)
            await client.sentinel_monitor(PRIMARY, host, port, 1)


@asynccontextmanager
async def running(*servers: RedisServer) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for server in servers:
            stack.push_async_callback(server.kill)
            await server.start()
        yield


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if await true():
                return
            await asyncio.sleep(0.02)


async def caught_up(primary: RedisServer, replicas: int, key: str = "here") -> None:
    """All of it is on the disks of so many replicas."""

    async def there() -> bool:
        async with primary.client() as client:
            await client.set(key, "now")
            _, count = await client.waitaof(1, replicas, 200)
            return bool(count >= replicas)

    await until(there)


@asynccontextmanager
async def replicated(folder: Path, replicas: int) -> AsyncIterator[list[RedisServer]]:
    """The primary first, then replicas that have caught up."""
    first = RedisServer(folder / "0")
    others = [
        RedisServer(folder / str(n), replicaof=f"127.0.0.1 {first.port}")
        for n in range(1, replicas + 1)
    ]
    async with running(first, *others):
        await caught_up(first, replicas)
        for other in others:
            del other.options["replicaof"]  # not said again when it comes back
        yield [first, *others]


@asynccontextmanager
async def watched(
    folder: Path, primary: RedisServer, replicas: int, count: int = 3, down_after_ms: int = 1_000
) -> AsyncIterator[list[SentinelServer]]:
    """Sentinels that know each other and all replicas."""
    quorum = count // 2 + 1
    sentinels = [
        SentinelServer(folder / f"sentinel-{n}", primary.port, quorum, down_after_ms)
        for n in range(count)
    ]

    async def level() -> bool:
        known: list[tuple[int, int]] = []
        for sentinel in sentinels:
            async with sentinel.client() as client:
                said: Any = await client.sentinel_master(PRIMARY)
                known.append((said["num-slaves"], said["num-other-sentinels"]))
        return set(known) == {(replicas, count - 1)}

    async with running(*sentinels):
        await until(level)
        yield sentinels


def journal_found(sentinels: Sequence[RedisServer], folder: Path) -> dict[str, Any]:
    """What `[store.redis]` says where Sentinels say who is the primary."""
    told = journal_on(0, folder)
    del told["connect"]
    places = tuple(HostPort("127.0.0.1", one.port) for one in sentinels)
    account = {
        "sentinel_username": SENTINEL_USER,
        "sentinel_password_file": told["password_file"],
    }
    return told | account | {"sentinels": places, "primary": PRIMARY, "replicas": 1}


# --- a cluster --------------------------------------------------------------------------


class ClusterNode(RedisServer):
    """One of a cluster, alone at first. So patient that none is voted out because the processor was
    busy: a replica takes over when it is told to."""

    def __init__(self, folder: Path) -> None:
        self.bus = free_port("127.0.0.1")
        bus = {"cluster-port": str(self.bus), "cluster-node-timeout": PATIENT}
        super().__init__(folder, **{"cluster-enabled": "yes"}, **bus)

    async def said(self, *words: str | int) -> str:
        async with self.client() as client:
            anything: Any = client
            answer = await anything.execute_command("CLUSTER", *words)
            return answer.decode() if isinstance(answer, bytes) else str(answer)

    async def meet(self, other: "ClusterNode") -> None:
        await self.said("MEET", "127.0.0.1", other.port, other.bus)

    async def knows(self, nodes: int) -> bool:
        said = await self.said("INFO")
        return "cluster_state:ok" in said and f"cluster_known_nodes:{nodes}" in said

    async def follow(self, primary: "ClusterNode") -> None:
        await self.said("REPLICATE", await primary.said("MYID"))


@asynccontextmanager
async def cluster(folder: Path) -> AsyncIterator[list[ClusterNode]]:
    """Three primaries with a third of the slots each; then a replica of each of the last two."""
    nodes = [ClusterNode(folder / str(n)) for n in range(5)]
    first, primaries, replicas = nodes[0], nodes[:3], nodes[3:]
    async with running(*nodes):
        for node, slots in zip(primaries, SLOTS, strict=True):
            await node.said("ADDSLOTSRANGE", *slots)
        for node in nodes[1:]:
            await first.meet(node)
        for node in nodes:
            await until(lambda node=node: node.knows(len(nodes)))  # type: ignore[misc]
        for replica, primary, tag in zip(replicas, primaries[1:], TAGS[1:], strict=True):
            await replica.follow(primary)
            await caught_up(primary, 1, f"{tag}here")
        yield nodes


def journal_in(nodes: Sequence[RedisServer], folder: Path) -> dict[str, Any]:
    """What `[store.redis]` says of a cluster."""
    told = journal_on(0, folder)
    del told["connect"]
    return told | {"cluster": tuple(HostPort("127.0.0.1", n.port) for n in nodes), "replicas": 1}
