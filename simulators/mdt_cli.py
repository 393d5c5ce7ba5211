"""`python -m simulators mdt`: one device or a fleet on a console; a line for every note shown."""

import argparse
import asyncio
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from simulators.mdt import Crew, Faults, MdtSimulator
from simulators.mdt_link import Link
from simulators.mdt_screen import Screen, ShownLog

EXAMPLE = """example:
  python -m simulators mdt --callsign A101 --broker mqtt://127.0.0.1:1883 --password-file a101.txt
  python -m simulators mdt --callsign A101 --fleet 20 --password-file fleet.txt --late 5

The password file holds the password of the one device, or a line CALLSIGN:PASSWORD for each.
With --fleet 20 the devices are A101 to A120. Ctrl-C ends it and tells what happened; the exit code
is 1 when a device broke the contract (showed a note twice as new, or an older one over a newer).
"""


def main(argv: Sequence[str]) -> int:
    asked = _parser().parse_args(argv)
    try:
        log = ShownLog()
        devices = fleet(asked, log)
    except (OSError, ValueError) as fault:
        print(f"mdt: {fault}", file=sys.stderr)
        return 2
    try:
        asyncio.run(_run(devices))
    except KeyboardInterrupt:
        print(summary(devices, log))
    return 1 if log.violations else 0


def fleet(asked: argparse.Namespace, log: ShownLog) -> list[MdtSimulator]:
    """The devices that were asked for; ValueError or OSError with what to mend."""
    link = Link.read(asked.broker, asked.tls_ca)
    names = callsigns(asked.callsign, asked.fleet)
    passwords = read_passwords(asked.password_file, names)
    faults = Faults(
        never_displays=asked.never_displays,
        never_acknowledges=asked.never_acknowledges,
        late=asked.late,
        duplicate_receipts=asked.duplicate_receipts,
        drops_connection_every=asked.drops_connection_every,
        offline_for=asked.offline_for,
        lose_memory=asked.lose_memory,
    )
    return [
        MdtSimulator(
            name,
            link,
            room=asked.room,
            password=passwords.get(name),
            crew=_crew(f"P{1000 + n}", asked),
            faults=faults,
            screen=Screen(asked.memory / f"{name}.json" if asked.memory else None),
            log=log,
            say=lambda line: print(line, flush=True),
            repeat_s=asked.repeat_every,
            seed=asked.seed,
        )
        for n, name in enumerate(names)
    ]


def _crew(by: str, asked: argparse.Namespace) -> Crew:
    least, most = sorted(asked.acknowledges_after)
    return Crew(by, least, most, asked.says, asked.stands_off, asked.violence)


def callsigns(first: str, count: int) -> list[str]:
    """A101, A102, …: the number at the end counts up and keeps its width."""
    match = re.fullmatch(r"(?P<word>[A-Za-z0-9_-]*?)(?P<number>[0-9]+)", first, re.ASCII)
    if count > 1 and not match:
        raise ValueError("--fleet counts up from the number at the end of --callsign, like A101")
    if not match:
        return [first]
    width, start = len(match["number"]), int(match["number"])
    return [f"{match['word']}{start + n:0{width}}" for n in range(count)]


def read_passwords(file: Path | None, names: Sequence[str]) -> dict[str, str]:
    """By call sign; without a file there are none, for a broker that asks for none."""
    if file is None:
        return {}
    lines = file.read_text().split()
    if len(names) == 1 and len(lines) == 1 and ":" not in lines[0]:
        return {names[0]: lines[0]}
    found = dict(line.split(":", 1) for line in lines if ":" in line)
    if missing := [name for name in names if name not in found]:
        raise ValueError(f"the password file has no line for {', '.join(missing)}")
    return found


def summary(devices: Sequence[MdtSimulator], log: ShownLog) -> str:
    """What happened on all devices together."""
    tally: Counter[str] = sum((device.tally for device in devices), Counter())
    waiting = sum(len(device.open_receipts) for device in devices)
    counts = ", ".join(f"{what} {count}" for what, count in sorted(tally.items()))
    lines = [f"{len(devices)} devices: {counts or 'nothing happened'}; not yet taken {waiting}"]
    return "\n".join(lines + [f"BROKEN: {violation}" for violation in log.violations])


async def _run(devices: Sequence[MdtSimulator]) -> None:
    async with asyncio.TaskGroup() as tasks:
        for device in devices:
            tasks.create_task(device.run())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulators mdt",
        description="A mobile data terminal, or a fleet of them, that speaks forewarn.mdt/1.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--callsign", required=True, help="call sign of the (first) device, like A101")
    add("--fleet", type=int, default=1, metavar="N", help="so many devices, counting up")
    add("--broker", default="mqtt://127.0.0.1:1883", metavar="URL", help="default %(default)s")
    add("--tls-ca", type=Path, metavar="FILE", help="authority of the broker, for mqtts://")
    add("--room", default="eoc1", help="code of the control room, default %(default)s")
    add("--password-file", type=Path, metavar="FILE", help="see below")
    add("--memory", type=Path, metavar="FOLDER", help="remember what was shown over a restart")
    add("--repeat-every", type=float, default=5.0, metavar="S", help="receipts, until taken")
    add("--seed", type=int, default=7, help="of the crews' reaction times")
    add("--acknowledges-after", type=float, nargs=2, default=(2.0, 8.0), metavar="S",
        help="least and most seconds until the crew acknowledges")  # fmt: skip
    add("--says", choices=("wrong_address", "not_the_same_place"), default=None,
        help="what the crew says of every note when it has acknowledged it")  # fmt: skip
    add("--stands-off", type=float, default=None, metavar="S",
        help="says that it stands off when a note comes, and goes in so much later")  # fmt: skip
    add("--violence", default=None, metavar="SUB_CATEGORY",
        help="reports it after a note, such as physical_assault or verbal_abuse")  # fmt: skip
    faults = parser.add_argument_group("faults")
    add = faults.add_argument
    add("--never-displays", action="store_true", help="takes notes and shows none")
    add("--never-acknowledges", action="store_true", help="the crew does not react")
    add("--late", type=float, default=0.0, metavar="S", help="shows a note so much later")
    add("--duplicate-receipts", action="store_true", help="says every receipt twice")
    add(
        "--drops-connection-every",
        type=float,
        default=0.0,
        metavar="S",
        help="comes back by itself",
    )
    add("--offline-for", type=float, default=0.0, metavar="S", help="away before every connection")
    add("--lose-memory", action="store_true", help="forgets what it has shown when it reconnects")
    return parser
