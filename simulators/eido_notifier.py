"""A service that conveys EIDOs over a WebSocket (NENA-STA-024, the notifier's side), with fault
switches (O3)."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

from aiohttp import ClientWebSocketResponse, WSMsgType, web

Json = dict[str, Any]
Socket = ClientWebSocketResponse | web.WebSocketResponse
SUBPROTOCOL = "emergency-ent1.0"
PATH = "/IncidentData/ent"
MOST = 4_000_000
FAULTS = ("refuse", "garbage", "deaf", "terminate", "no-subscription-answer")


class Notifier:
    """One connection: answers subscriptions, notifies, hears what was acknowledged.

    `live`: the objects that a new subscriber is told at once. `fault`: one of FAULTS.
    """

    def __init__(self, socket: Socket, live: Callable[[], list[Json]], fault: str = "") -> None:
        self._socket, self._live, self._fault = socket, live, fault
        self._answers: dict[str, asyncio.Future[Json]] = {}
        self.subscription = ""
        self.subscribed = asyncio.Event()
        self.unreadable = asyncio.Queue[Json]()
        """Answers to what could not be read."""
        self._living: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Until the connection is over; what has no answer then has none."""
        try:
            while (message := await self._socket.receive()).type is WSMsgType.TEXT:
                for name, said in json.loads(message.data).items():
                    await self._on(name, said)
        finally:
            for waiting in (*self._answers.values(), self._living):
                if waiting is not None:
                    waiting.cancel()

    async def notify(self, *eidos: Json) -> Json:
        """The answer of the subscriber."""
        if self._fault == "garbage":
            await self._socket.send_str("no message at all")
            return await self.unreadable.get()
        transaction = str(uuid4())
        self._answers[transaction] = asyncio.get_running_loop().create_future()
        said = {"subscriptionId": self.subscription, "transactionId": transaction}
        await self._say("event", said | {"notification": list(eidos)})
        return await self._answers[transaction]

    async def send(self, raw: bytes) -> None:
        """Whatever it is; what cannot be read is answered in `unreadable`."""
        await self._socket.send_str(raw.decode("utf-8", "replace"))

    async def terminate(self) -> None:
        """It sends no more."""
        said = {"requestId": str(uuid4()), "subscriptionId": self.subscription}
        await self._say("terminate", said)

    async def _on(self, name: str, said: Json) -> None:
        on: dict[str, Callable[[Json], Awaitable[None]]] = {
            "subscribe": self._on_subscribe,
            "eventResponse": self._on_answer,
            "unsubscribe": self._on_unsubscribe,
        }
        if name in on:
            await on[name](said)

    async def _on_subscribe(self, said: Json) -> None:
        if self._fault == "no-subscription-answer":
            return
        answer = {"requestId": said["requestId"], "statusCode": 200, "statusText": "OK"}
        if self._fault == "refuse":
            refused = {"statusCode": 403, "statusText": "Forbidden"}
            await self._say("subscribeResponse", answer | refused)
            return
        self.subscription = said.get("subscriptionId") or str(uuid4())
        granted = {key: said[key] for key in ("expires", "minRate") if key in said}
        named = {"subscriptionId": self.subscription}
        await self._say("subscribeResponse", answer | named | granted)
        self.subscribed.set()
        if "subscriptionId" not in said:
            await self._begin(granted.get("minRate", 0))

    async def _begin(self, every: float) -> None:
        """A new subscriber is told of all that is live; with nothing live, of nothing."""
        if self._fault == "terminate":
            await self.terminate()
        elif self._fault != "deaf":
            await self._tell(self._live())
            if every and self._living is None:
                self._living = asyncio.create_task(self._live_on(every))

    async def _live_on(self, every: float) -> None:
        """Says that it is there, as often as it was asked to."""
        with suppress(ConnectionError):
            while True:
                await asyncio.sleep(every)
                await self._tell([])

    async def _tell(self, eidos: list[Json]) -> None:
        said = {"subscriptionId": self.subscription, "transactionId": str(uuid4())}
        await self._say("event", said | {"notification": eidos})

    async def _on_answer(self, said: Json) -> None:
        waiting = self._answers.pop(said.get("transactionId", ""), None)
        if waiting is not None and not waiting.done():
            waiting.set_result(said)
        elif said.get("statusCode") != 200:
            self.unreadable.put_nowait(said)

    async def _on_unsubscribe(self, said: Json) -> None:
        named = {key: said[key] for key in ("requestId", "subscriptionId")}
        await self._say("unsubscribeResponse", named | {"statusCode": 200, "statusText": "OK"})

    async def _say(self, name: str, said: Json) -> None:
        await self._socket.send_str(json.dumps({name: said}))
