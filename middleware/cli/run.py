"""forewarn run"""

import argparse
import asyncio
from collections.abc import Coroutine
from typing import Any

from middleware.cli.common import FINE, Commands, Parser, add_config, command, read_config, tell


def add(commands: "Commands[Parser]") -> None:
    parser = command(
        commands,
        "run",
        act,
        what="start the service",
        more="It says where its console, metrics, broker and journal are, and ends with Ctrl-C or\n"
        "SIGTERM. Nothing taken in is lost, however it ends.",
        examples="  forewarn run\n"
        "  forewarn run --config forewarn.toml\n"
        "  FOREWARN_CONSOLE__LISTEN=127.0.0.1:9000 forewarn run",
    )
    add_config(parser)


def act(args: argparse.Namespace) -> int:
    config = read_config(args)
    from middleware.app import run

    _run(run(config, tell, args.config))
    return FINE


def _run(service: Coroutine[Any, Any, None]) -> None:
    try:
        import uvloop
    except ImportError:  # a system that has none: slower, and right
        asyncio.run(service)
    else:
        uvloop.run(service)
