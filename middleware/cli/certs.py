"""forewarn certs: a test authority, and certificates for what listens (E2)."""

import argparse
import re
from datetime import timedelta
from pathlib import Path

from middleware.cli.common import FINE, Commands, Parser, command, tell

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:-]{0,252}")


def add(commands: "Commands[Parser]") -> None:
    parser = command(
        commands,
        "certs",
        act,
        what="make a test authority and certificates for what listens",
        more="FOLDER gets ca.pem and ca.key, and NAME.pem and NAME.key for each name; an\n"
        "authority that is there signs again, so that a certificate can be renewed. All files are\n"
        "readable by their owner alone. Give ca.pem to what connects; keep ca.key away from the\n"
        "service. In a trust use its own authority.",
        examples="  forewarn certs certs forewarn mosquitto\n"
        "  forewarn certs certs eoc1.example.nhs.uk --also 192.0.2.7 --days 30",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument(
        "name", nargs="+", type=_name, metavar="NAME", help="host name or address of a server"
    )
    parser.add_argument(
        "--also", action="append", default=[], type=_name, metavar="NAME",
        help="a further name or address of each of them, for example localhost",
    )  # fmt: skip
    parser.add_argument(
        "--days", type=_days, default=90, metavar="N", help="how long they hold (default: 90)"
    )


def act(args: argparse.Namespace) -> int:
    from middleware.ops.authority import Authority
    from middleware.ops.clock import SystemClock

    authority = Authority(args.folder, SystemClock())
    for name in args.name:
        authority.sign(name, tuple(args.also), timedelta(days=args.days))
        tell(f"{args.folder / name}.pem and .key, for {args.days} days")
    tell(f"those who connect need {args.folder / 'ca.pem'}")
    return FINE


def _name(text: str) -> str:
    if not _NAME.fullmatch(text) or text == "ca":
        raise argparse.ArgumentTypeError(
            "is no host name or address: letters, digits, dots and hyphens; `ca` is the authority"
        )
    return text


def _days(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 825:
        raise argparse.ArgumentTypeError("is no number of days from 1 to 825")
    return int(text)
