"""`python -m simulators eido`: another service that conveys its incidents by EIDO (O3, C1)."""

import argparse
import asyncio
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession, web

from simulators.eido_notifier import FAULTS, PATH, SUBPROTOCOL, Notifier
from simulators.eido_objects import Incident, eido, new_key
from simulators.eido_subscriber import describe, subscribe

ABOUT = """\
A neighbouring service with one incident, which it conveys to whoever subscribes.

  serve     it listens, and [source.eido_client] connects to it
  connect   it connects to [source.eido_server], and is asked there for its incidents
  subscribe it has no incident, and subscribes to [channel.eido_notifier]: each caution and unit
            emergency that it is told is a JSON line

examples:
  python -m simulators eido serve --civic HNO=14 "RD=Marram Street" A3=Saltby
  python -m simulators eido connect --token-file eido-token.txt --civic HNO=14 "RD=Marram Street" \\
      --unit "A101=En Route" --number 01632960114 --then close
  python -m simulators eido subscribe --token-file eido-token.txt
"""
OK = 200
Told = Iterator[tuple[str, dict[str, Any]]]


def incident(given: argparse.Namespace) -> Incident:
    """As the command line has it."""
    at = None
    if given.at:
        latitude, longitude = (float(part) for part in given.at.split(","))
        at = (longitude, latitude) if given.fault == "swap" else (latitude, longitude)
    return Incident(
        key=given.key or new_key(),
        began=datetime.fromisoformat(given.began) if given.began else datetime.now(UTC),
        civic=tuple(_pair(one) for one in given.civic),
        at=at,
        number=given.number,
        handler=given.handler,
        units=tuple(_pair(one) for one in given.unit),
        caution=given.caution,
    )


def objects(given: argparse.Namespace, known: Incident) -> Told:
    """What is conveyed, one after the other, each with what it is called."""
    first = eido(known, datetime.now(UTC))
    yield "the incident", first
    if given.then == "again":
        yield "the same again", first
    elif given.then == "update":
        moved = tuple((callsign, "On Scene") for callsign, _ in known.units)
        yield "an update", eido(replace(known, units=moved), datetime.now(UTC))
    elif given.then == "close":
        yield "its end", eido(known, datetime.now(UTC), closed=True)


async def convey(notifier: Notifier, told: Told) -> int:
    """0 when all of it was acknowledged, else 1."""
    await notifier.subscribed.wait()
    refused = 0
    for name, one in told:
        answer = await notifier.notify(one)
        refused += answer["statusCode"] != OK
        print(f"eido: {name} was conveyed: {answer['statusCode']} {answer['statusText']}")
    return 1 if refused else 0


async def _talk(socket: Any, given: argparse.Namespace) -> int:
    """One conversation; 1 when it ended before all was acknowledged."""
    notifier = Notifier(socket, list, given.fault)
    running = asyncio.create_task(notifier.run())
    conveying = asyncio.create_task(convey(notifier, objects(given, incident(given))))
    try:
        await asyncio.wait({running, conveying}, return_when=asyncio.FIRST_COMPLETED)
        if conveying.done() and not conveying.cancelled():
            return conveying.result()
        print("eido: the other side ended the conversation before all was acknowledged")
        return 1
    finally:
        running.cancel()
        conveying.cancel()
        await asyncio.gather(running, conveying, return_exceptions=True)
        await socket.close()


async def _connect(given: argparse.Namespace) -> int:
    headers = _headers(given.token_file)
    async with (
        ClientSession(headers=headers) as http,
        http.ws_connect(given.url, protocols=[SUBPROTOCOL]) as socket,
    ):
        return await _talk(socket, given)


async def _serve(given: argparse.Namespace) -> int:
    """Until interrupted, or with --once until the first conversation is over."""
    ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def on_subscriber(request: web.Request) -> web.StreamResponse:
        wanted = _headers(given.token_file).get("Authorization")
        if wanted and request.headers.get("Authorization") != wanted:
            return web.Response(status=401, text="who are you?\n")
        socket = web.WebSocketResponse(protocols=[SUBPROTOCOL])
        await socket.prepare(request)
        code = await _talk(socket, given)
        if given.once and not ended.done():
            ended.set_result(code)
        return socket

    app = web.Application()
    app.router.add_get(PATH, on_subscriber)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, given.host, given.port).start()
        where = f"ws://{given.host}:{runner.addresses[0][1]}{PATH}"
        print(f"eido: conveys incidents at {where}", file=sys.stderr, flush=True)
        return await ended
    finally:
        await runner.cleanup()


async def _subscribe(given: argparse.Namespace) -> int:
    return await subscribe(given, _headers(given.token_file))


WAYS = {"serve": _serve, "connect": _connect, "subscribe": _subscribe}


def main(argv: Sequence[str]) -> int:
    """1 when something was refused, 2 when nobody is there or a file is not."""
    given = _parser().parse_args(argv)
    try:
        return asyncio.run(WAYS[given.how](given))
    except (OSError, ClientError) as fault:
        remedy = "check --url or --port, --token-file, and that the other side runs"
        print(f"eido: {type(fault).__name__}; {remedy}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulators eido", description=ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    ways = parser.add_subparsers(dest="how", required=True, metavar="serve|connect|subscribe")
    serve = ways.add_parser("serve", help="listen for subscribers")
    serve.add_argument("--host", default="127.0.0.1", help="(%(default)s)")
    serve.add_argument("--port", type=int, default=8114, help="(%(default)s); 0: any")
    serve.add_argument("--once", action="store_true", help="end after the first conversation")
    serve.add_argument("--token-file", type=Path, help="the token that is asked for")
    connect = ways.add_parser("connect", help="connect to whoever takes incidents")
    connect.add_argument(
        "--url", default=f"ws://127.0.0.1:8112{PATH}", help="where to (%(default)s)"
    )
    connect.add_argument("--token-file", type=Path, required=True, help="file with our token there")
    for way in (serve, connect):
        _describe(way)
    hears = ways.add_parser("subscribe", help="subscribe to cautions and unit emergencies")
    hears.add_argument("--url", default=f"ws://127.0.0.1:8113{PATH}", help="where (%(default)s)")
    hears.add_argument("--token-file", type=Path, required=True, help="file with our token there")
    describe(hears)
    return parser


def _describe(way: argparse.ArgumentParser) -> None:
    add = way.add_argument
    add("--civic", nargs="*", default=[], metavar="NAME=TEXT",
        help="elements of its civic address: UNIT, HNO, RD, A3, PC, ...")  # fmt: skip
    add("--at", default="", metavar="LAT,LON", help="its position")
    add("--key", default="", help="by which all services know it (default: a new one)")
    add("--began", default="", metavar="MOMENT", help="of its call, with UTC offset (default: now)")
    add("--number", default="", help="who rang")
    add("--handler", default="", help="who answered the call")
    add("--unit", nargs="*", default=[], metavar="CALLSIGN=WORDS",
        help='a unit, and the words for where it is: "A101=En Route"')  # fmt: skip
    add("--caution", default="", help="what the sender warns of")
    add("--then", choices=("again", "update", "close"), help="what is conveyed after it")
    add("--fault", choices=(*FAULTS, "swap"), default="",
        help="refuse the subscription or never answer it; say no message; say nothing more (deaf); "
        "terminate; swap coordinates")  # fmt: skip


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value


def _headers(file: Path | None) -> dict[str, str]:
    if file is None:
        return {}
    return {"Authorization": f"Bearer {file.read_text().strip()}"}
