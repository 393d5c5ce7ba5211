"""Many screens in a process of their own: `python -m tests.bench.screens PORT TOKEN COUNT`.

Prints `open` when all have their snapshot, then for each word on standard input the moment (of
the machine's monotonic clock) at which the last screen had a frame with that word in it.
"""

import asyncio
import resource
import sys
import time

import uvloop

HANDSHAKE = (
    "GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Authorization: Bearer {token}\r\n\r\n"
)
WATCH = b"\x81\x8e\x00\x00\x00\x00" + b'{"do":"watch"}'
AT_ONCE = 100


class Waiting:
    """How many screens have seen the word that is waited for."""

    def __init__(self, count: int) -> None:
        self.count, self.word, self.seen = count, b'"snapshot"', 0
        self.done = asyncio.Event()
        self.at = 0.0

    def begin(self, word: bytes) -> None:
        self.word, self.seen = word, 0
        self.done.clear()

    def saw(self) -> None:
        self.seen += 1
        if self.seen == self.count:
            self.at = time.monotonic()
            self.done.set()


class Screen(asyncio.Protocol):
    def __init__(self, waiting: Waiting) -> None:
        self._waiting, self._is_open, self._tail = waiting, False, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if not self._is_open:
            self._is_open = True
            self.transport.write(WATCH)  # type: ignore[attr-defined]
        if self._waiting.word in self._tail + data:
            self._tail = b""
            self._waiting.saw()
        else:
            self._tail = data[-64:]


def allow_files(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(count, hard)), hard))


async def main(port: int, token: str, count: int) -> None:
    allow_files(count + 100)
    loop, waiting = asyncio.get_running_loop(), Waiting(count)
    hello = HANDSHAKE.format(token=token).encode()
    for start in range(0, count, AT_ONCE):
        many = range(start, min(start + AT_ONCE, count))
        made = [loop.create_connection(lambda: Screen(waiting), "127.0.0.1", port) for _ in many]
        for transport, _ in await asyncio.gather(*made):
            transport.write(hello)
    await waiting.done.wait()
    print("open", flush=True)
    words = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(words), sys.stdin)
    while word := await words.readline():
        waiting.begin(word.strip())
        print("ready", flush=True)
        await waiting.done.wait()
        print(waiting.at, flush=True)


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
