"""The floor: a bare pass-through. The same bytes read from TCP, appended and fdatasynced in
groups, published as hand-made MQTT packets; no validation, no matching, no state.

    python -m tests.bench.floor --listen 7001 --broker 1883 --file floor.log
"""

import argparse
import asyncio
import os
import threading
from collections import deque
from pathlib import Path

import uvloop

from tests.bench import mqtt

TOPICS = 500


class Appender(threading.Thread):
    """Everything that waits goes into the next write and fdatasync."""

    def __init__(self, path: Path, loop: asyncio.AbstractEventLoop, done: "Publisher") -> None:
        super().__init__(daemon=True)
        self._file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        self._loop, self._done = loop, done
        self._waiting: deque[bytes] = deque()
        self._work = threading.Event()

    def add(self, line: bytes) -> None:
        self._waiting.append(line)
        self._work.set()

    def run(self) -> None:
        while True:
            self._work.wait()
            self._work.clear()
            group = []
            while self._waiting:
                group.append(self._waiting.popleft())
            if group:
                os.write(self._file, b"\n".join(group))
                os.fdatasync(self._file)
                self._loop.call_soon_threadsafe(self._done.publish, group)


class Publisher(mqtt.Client):
    """Publishes a group with QoS 1; acknowledgements are read and dropped."""

    number = 0

    def publish(self, group: list[bytes]) -> None:
        for line in group:
            self.number += 1
            topic = f"floor/{self.number % TOPICS}"
            self.write(mqtt.publish_packet(topic, line, self.number % 65_535 + 1))


class Lines(asyncio.Protocol):
    """NDJSON in; nobody is answered."""

    def __init__(self, appender: Appender) -> None:
        self._appender, self._rest = appender, b""

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._appender.add(line)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listen", type=int, required=True)
    parser.add_argument("--broker", type=int, required=True)
    parser.add_argument("--file", type=Path, required=True)
    given = parser.parse_args()
    loop = asyncio.get_running_loop()
    _, publisher = await loop.create_connection(
        lambda: Publisher("floor"), "127.0.0.1", given.broker
    )
    await publisher.connected
    appender = Appender(given.file, loop, publisher)
    appender.start()
    server = await loop.create_server(lambda: Lines(appender), "127.0.0.1", given.listen)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
