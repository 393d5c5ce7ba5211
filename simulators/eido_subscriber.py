"""Another service that subscribes to EIDOs and reads the cautions and emergencies in them (O3).

Each that is new is a JSON line on standard output. It comes again when the connection is cut.
"""

import argparse
import asyncio
import json
import sys
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, WSMsgType

from simulators.eido_notifier import SUBPROTOCOL

Json = dict[str, Any]
AGAIN = 0.2
EXPIRES, ALIVE = 600, 20
FAULTS = ("busy", "refuse", "silent", "no-renewal")
_STATUS = {"busy": (503, "Busy"), "refuse": (400, "Bad Request"), "": (200, "OK")}


@dataclass
class Subscriber:
    """What it was told; `fault`: busy or refuse every notification, answer none, renew nothing."""

    fault: str = ""
    expires: int = EXPIRES
    told: set[tuple[str, int]] = field(default_factory=set)

    async def run(self, url: str, headers: dict[str, str]) -> None:
        """Until interrupted."""
        while True:
            try:
                async with (
                    ClientSession(headers=headers) as http,
                    http.ws_connect(url, protocols=[SUBPROTOCOL]) as socket,
                ):
                    await self._converse(socket)
            except (ClientError, OSError) as fault:
                print(f"eido: {type(fault).__name__}; again", file=sys.stderr, flush=True)
            await asyncio.sleep(AGAIN)

    async def _converse(self, socket: ClientWebSocketResponse) -> None:
        await self._subscribe(socket, {"requestType": "EIDO", "requestSubType": "new"})
        renewing: asyncio.Task[None] | None = None
        try:
            while (message := await socket.receive()).type is WSMsgType.TEXT:
                for name, said in json.loads(message.data).items():
                    if name == "subscribeResponse" and renewing is None:
                        renewing = asyncio.create_task(self._renew(socket, said))
                    elif name == "event":
                        await self._on_event(socket, said)
        finally:
            if renewing is not None:
                renewing.cancel()

    async def _subscribe(self, socket: ClientWebSocketResponse, more: Json) -> None:
        said = {"requestId": str(uuid4()), "expires": self.expires, "minRate": ALIVE}
        await socket.send_str(json.dumps({"subscribe": said | more}))

    async def _renew(self, socket: ClientWebSocketResponse, said: Json) -> None:
        if said["statusCode"] != 200 or self.fault == "no-renewal":
            return
        while True:
            await asyncio.sleep(said["expires"] / 2)
            await self._subscribe(socket, {"subscriptionId": said["subscriptionId"]})

    async def _on_event(self, socket: ClientWebSocketResponse, said: Json) -> None:
        if self.fault == "silent":
            return
        code, text = _STATUS.get(self.fault, (200, "OK"))
        if code == 200:
            for one in said.get("notification", []):
                self._read(one)
        answer = {"transactionId": said["transactionId"], "statusCode": code, "statusText": text}
        await socket.send_str(json.dumps({"eventResponse": answer}))

    def _read(self, eido: Json) -> None:
        number = eido.get("incidentComponent", {}).get("internalIncidentId")
        for part in eido.get("cautionComponent", []):
            own = part["forewarn"]
            words = {"text": part["cautionTypeInternalText"], "severity": part["cautionSeverity"]}
            self._say(own["note"], own["revision"], words | {"withdrawn": own["withdrawn"]}, number)
        for part in eido.get("unitEmergencyStateComponent", []):
            own = part["forewarn"]
            units = [unit["emergencyResourceName"] for unit in eido["emergencyResourceComponent"]]
            words = {"units": units, "severity": part["severity"]}
            words |= {"acknowledged": "acknowledgementTimestamp" in part}
            words |= {"withdrawn": False, "stopped": "stopTimestamp" in part}
            self._say(own["alarm"], own["revision"], words, number)

    def _say(self, name: str, revision: int, words: Json, incident: str | None) -> None:
        if (name, revision) not in self.told:
            self.told.add((name, revision))
            said = {"id": name, "revision": revision, "incident": incident} | words
            print(json.dumps(said, ensure_ascii=False), flush=True)


def describe(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    what = "every notification: not now, or never; no answer at all; no renewal"
    parser.add_argument("--fault", choices=FAULTS, default="", help=what)
    parser.add_argument("--expires", type=int, default=EXPIRES, help="seconds (%(default)s)")


async def subscribe(given: argparse.Namespace, headers: dict[str, str]) -> int:
    """Until interrupted."""
    print(f"eido: subscribes at {given.url}", file=sys.stderr, flush=True)
    await Subscriber(given.fault, given.expires).run(given.url, headers)
    return 0
