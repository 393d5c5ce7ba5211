"""A recording sent to a running service, over real connections (O2)."""

import argparse
import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

from pydantic import ValidationError

from adapters.sources import ami_session, esl_session
from adapters.sources.http_door import Door
from adapters.table import ADAPTERS
from middleware.cli.against import Line, Speaker
from middleware.cli.against.conveyance import ConveyedFrom, ConveyedTo
from middleware.cli.against.exchanges import Exchange, RestExchange
from middleware.cli.against.messages import Entries, Posts, Stream, Topic
from middleware.cli.common import tell
from middleware.cli.recorded import shown, tell_if_cut
from middleware.flow.recording.file import Recording
from middleware.flow.recording.frames import WIRE, read_wire
from middleware.flow.replay.pace import pace_of
from middleware.ops.errors import Trouble
from middleware.ports import Kind

LINES: Mapping[str, Callable[[str, str, Speaker], Line]] = {
    "cad_tcp": Stream,
    "cad_redis": Entries,
    "cad_mqtt": lambda source, at, speaker: Topic(source, at, "cad", speaker),
    "man_down_mqtt": lambda source, at, speaker: Topic(source, at, "man-down", speaker),
    "asterisk_ami": lambda source, at, _: Exchange(source, at, ami_session.PRIMER),
    "freeswitch_esl": lambda source, at, _: Exchange(source, at, esl_session.PRIMER),
    "asterisk_ari": lambda source, at, _: RestExchange(source, at),
    "eido_server": ConveyedTo,
    "eido_client": lambda source, at, _: ConveyedFrom(source, at),
}
"""By source; every door over HTTP is posted to besides."""


def line_of(source: str, address: str, speaker: Speaker) -> Line:
    """Trouble where there is none for that source; ValueError where the address is none."""
    if source in LINES:
        return LINES[source](source, address, speaker)
    spec = ADAPTERS.get((Kind.SOURCE, source))
    if spec is not None and isinstance(spec.make, type) and issubclass(spec.make, Door):
        return Posts(source, address, spec.make.path, speaker)
    known = ", ".join((*LINES, "a source over HTTP such as cad_http"))
    what = f"what {source} heard cannot be sent to a service"
    raise Trouble(what, f"choose of {known}; or replay in-process")


def send_again(args: argparse.Namespace, recording: Recording, against: list[str]) -> None:
    """Trouble where an address is none, or the service does not answer."""
    lines = _lines(args, recording.header.room, against)
    try:
        asyncio.run(_send(args, recording, lines))
    except (OSError, TimeoutError) as error:
        raise Trouble(
            f"the service could not be spoken to ({type(error).__name__})",
            "start it with sources at these addresses, and try again from the beginning",
        ) from None
    tell_if_cut(recording)
    for line in lines.values():
        told = ", ".join(f"{count} {what}" for what, count in line.tally.items())
        print(f"{line.source}: {told or 'nothing was recorded'}")


def _lines(args: argparse.Namespace, room: str, against: list[str]) -> Mapping[str, Line]:
    lines: dict[str, Line] = {}
    for one in against:
        source, _, address = one.partition("=")
        speaker = Speaker(room, _token_file(args, source), args.ca_file)
        try:
            lines[source] = line_of(source, address, speaker)
        except ValidationError as error:
            why = error.errors(include_url=False, include_input=False)[0]["msg"]
            raise Trouble(f"--against {one}: {why}", "give --ca-file, for TLS") from None
        except ValueError as error:
            what = f"--against {one}: {error}"
            raise Trouble(what, "write it as cad_tcp=127.0.0.1:8102") from None
    return lines


def _token_file(args: argparse.Namespace, source: str) -> Path | None:
    """The one of the source, else the one of all."""
    of_all = None
    for given in args.token_file or ():
        name, sign, path = given.partition("=")
        if sign and name == source:
            return Path(path)
        of_all = of_all if sign else Path(given)
    return of_all


async def _send(args: argparse.Namespace, recording: Recording, lines: Mapping[str, Line]) -> None:
    pace = pace_of(args.speed or "1")
    async with AsyncExitStack() as stack:
        for line in lines.values():
            await line.begin(stack)
        with shown("sending") as progress:
            for frame in recording.frames(progress):
                line_to = lines.get(frame.get("source", ""))
                if frame["f"] in WIRE and line_to is not None:
                    await asyncio.to_thread(pace, frame, frame["t"])
                    await line_to.say(read_wire(frame))
    tell("sent to the end")
