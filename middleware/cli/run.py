"""forewarn run"""

import argparse
import asyncio
from collections.abc import Coroutine
from typing import Any

from middleware.cli.common import FINE, Commands, Parser, add_configs, command, read_rooms, tell


def add(commands: "Commands[Parser]") -> None:
    parser = command(
        commands,
        "run",
        act,
        what="start the service",
        more="It says where its console, metrics, broker and journal are, and ends with Ctrl-C or\n"
        "SIGTERM. Nothing taken in is lost, however it ends.\n\n"
        "With several --config it serves as many control rooms, each with all that it has for\n"
        "itself: state, journal, console, keys, credentials. What goes wrong in one is said, and\n"
        "that room is started again; the others go on. docs/several-rooms.md explains it.",
        examples="  forewarn run\n"
        "  forewarn run --config forewarn.toml\n"
        "  forewarn run --config eoc1.toml --config eoc2.toml\n"
        "  FOREWARN_CONSOLE__LISTEN=127.0.0.1:9000 forewarn run",
    )
    add_configs(parser)


def act(args: argparse.Namespace) -> int:
    rooms = read_rooms(args)
    from middleware.rooms import run

    _run(run(rooms, tell))
    return FINE


def _run(service: Coroutine[Any, Any, None]) -> None:
    try:
        import uvloop
    except ImportError:  # a system that has none: slower, and right
        asyncio.run(service)
    else:
        uvloop.run(service)
