"""`python -m simulators radio`: a TETRA radio at the control room, and crews with theirs (O3)."""

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from simulators.radio import RadioGateway
from simulators.radio_handset import Crew, Faults, Handset

ABOUT = """\
A TETRA radio at the control room that speaks PEI over TCP or a pseudo-terminal, and the radios of
crews: they display texts, acknowledge with a status, ask, and press the emergency button. Point
Forewarn at it with connect or serial of [channel.radio], and give there what the status codes mean.
"""
EXAMPLE = """example:
  python -m simulators radio --radio 1001001 --fleet 5
  python -m simulators radio --pty ./radio --radio 1001001 --emergency-every 60 --late 3
"""
SIGNALS = ("status", "call", "lip")


def main(argv: Sequence[str] | None = None) -> int:
    """Run until interrupted; then tell what happened."""
    given = _parser().parse_args(argv)
    gateway = RadioGateway(
        host=given.host,
        port=given.port,
        serial=given.pty,
        tell=lambda line: print(line, flush=True),
        seed=given.seed,
    )
    try:
        asyncio.run(_run(gateway, given))
    except KeyboardInterrupt:
        print(summary(gateway))
    except OSError as fault:
        why = fault.strerror or type(fault).__name__
        print(f"radio: {why}; choose another --port or --pty", file=sys.stderr)
        return 1
    return 0


def summary(gateway: RadioGateway) -> str:
    """What happened on all radios together."""
    tally: Counter[str] = sum((each.tally for each in gateway.handsets.values()), Counter())
    counts = ", ".join(f"{what} {count}" for what, count in sorted(tally.items()))
    return f"{len(gateway.handsets)} radios: {counts or 'nothing happened'}"


async def _run(gateway: RadioGateway, given: argparse.Namespace) -> None:
    gateway.faults.silent = given.silent
    gateway.faults.refuses = given.refuses
    gateway.faults.never_says_sent = given.never_says_sent
    gateway.faults.cut_after = given.dies_after
    acknowledges = None if given.never_acknowledges else int(given.acknowledge_status, 16)
    least, most = sorted(given.acknowledges_after)
    crew = Crew(acknowledges, int(given.ask_status, 16), least, most)
    names = ("late", "lost", "doubled", "busy", "off", "unseen", "short")
    async with gateway.running():
        where = f"pty {given.pty}" if given.pty else f"{given.host}:{gateway.port}"
        print(f"radio: PEI at {where}", flush=True)
        async with asyncio.TaskGroup() as tasks:
            for n in range(given.fleet):
                handset = gateway.handset(str(given.radio + n), crew)
                handset.faults = Faults(**{name: getattr(given, name) for name in names})
                tasks.create_task(_live(handset, given))


async def _live(handset: Handset, given: argparse.Namespace) -> None:
    """What its crew does by itself."""
    async with asyncio.TaskGroup() as tasks:
        if given.ask_every:
            tasks.create_task(_again(handset.ask, given.ask_every))
        if given.locate_every:
            tasks.create_task(_again(handset.locate, given.locate_every))
        if given.emergency_every:
            signals = {name: name in given.emergency_by for name in SIGNALS}
            press = partial(handset.emergency, **signals)
            tasks.create_task(_again(press, given.emergency_every))
        await asyncio.Event().wait()


async def _again(do: Callable[[], None], every: float) -> None:
    while True:
        await asyncio.sleep(every)
        do()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulators radio",
        description=ABOUT,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    add("--port", type=int, default=4001, help="port to listen on (%(default)s)")
    add("--pty", type=Path, metavar="PATH", help="a pseudo-terminal instead, linked from here")
    add("--radio", type=int, default=1001001, metavar="ISSI", help="the first radio (%(default)s)")
    add("--fleet", type=int, default=1, metavar="N", help="so many radios, counting up")
    add("--seed", type=int, default=7, help="of the crews' reaction times")
    crew = parser.add_argument_group("what crews do")
    add = crew.add_argument
    add("--acknowledge-status", default="8010", metavar="HEX", help="default %(default)s")
    add("--ask-status", default="8011", metavar="HEX", help="default %(default)s")
    add("--acknowledges-after", type=float, nargs=2, default=(2.0, 8.0), metavar="S",
        help="least and most seconds until a crew acknowledges")  # fmt: skip
    add("--never-acknowledges", action="store_true", help="crews do not react")
    add("--ask-every", type=float, default=0.0, metavar="S", help="what is known of our incident?")
    add("--locate-every", type=float, default=0.0, metavar="S", help="say the position")
    add("--emergency-every", type=float, default=0.0, metavar="S", help="press the button")
    add("--emergency-by", nargs="+", choices=SIGNALS, default=SIGNALS, help="signals of one press")
    _add_faults(parser)
    return parser


def _add_faults(parser: argparse.ArgumentParser) -> None:
    faults = parser.add_argument_group("faults")
    add = faults.add_argument
    add("--late", type=float, default=0.0, metavar="S", help="texts come so much later")
    add("--lost", action="store_true", help="texts never come")
    add("--doubled", action="store_true", help="radios say everything twice")
    add("--busy", action="store_true", help="radios are in another call")
    add("--off", action="store_true", help="radios are not registered")
    add("--unseen", action="store_true", help="texts are received and never displayed")
    add("--short", action="store_true", help="reports come as short ones, in a status")
    add("--silent", action="store_true", help="the line stays open and says nothing")
    add("--refuses", action="store_true", help="the radio takes no message")
    add("--never-says-sent", action="store_true", help="no +CMGS after the OK")
    add("--dies-after", type=int, metavar="BYTES", help="the line is cut in what comes next")
