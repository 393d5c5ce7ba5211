"""What the commands share: how they explain themselves, the configuration, secrets from files."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from middleware.config import Config, Room

FINE, FOUND_TROUBLE, WRONG_USE = 0, 1, 2
"""Exit codes: all is well; something needs a person; the command or configuration is wrong."""

Parser = argparse.ArgumentParser
Commands = argparse._SubParsersAction
Act = Callable[[argparse.Namespace], int]


def command(
    commands: "Commands[Parser]", name: str, act: Act | None, *, what: str, more: str = "",
    examples: str = "",
) -> Parser:  # fmt: skip
    """A command that explains itself: one line in the list, the rest and examples in its help."""
    epilog = f"examples:\n{examples}" if examples else None
    parser = commands.add_parser(
        name,
        help=what,
        description=f"{what[0].upper()}{what[1:]}.\n\n{more}".strip(),
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    if act is not None:
        parser.set_defaults(act=act)
    return parser


def add_config(parser: Parser) -> None:
    """The option --config."""
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="the configuration (TOML); without it the defaults and FOREWARN_ variables hold",
    )


def read_config(args: argparse.Namespace) -> "Config":
    """The configuration as the service would have it; raises ConfigError."""
    from adapters.table import ADAPTERS
    from middleware.config import load

    return load(args.config, ADAPTERS, os.environ)


def add_configs(parser: Parser) -> None:
    """The option --config, once for each control room."""
    parser.add_argument(
        "--config",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="the configuration (TOML) of a control room; once for each room of the process; "
        "without it the defaults hold. FOREWARN_ variables hold where there is one room",
    )


def read_rooms(args: argparse.Namespace) -> "tuple[Room, ...]":
    """The rooms as the process would have them, checked together; raises ConfigError."""
    from adapters.table import ADAPTERS
    from middleware.config import load_rooms

    return load_rooms(args.config, ADAPTERS, os.environ)


def read_secret(path: Path, what: str) -> str:
    """The first line of a file that holds a secret; Trouble when there is none."""
    from middleware.ops.errors import Trouble

    try:
        line = path.read_text(encoding="utf-8").partition("\n")[0].strip("\r")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise Trouble(f"the file of the {what} cannot be read: {why}", "name another") from None
    if not line:
        raise Trouble(f"the file of the {what} is empty", f"write the {what} on its first line")
    return line


def ask_password(path: Path | None, name: str, *, twice: bool = False) -> str:
    """The password from a file, or asked for at the terminal; never from an argument."""
    from getpass import getpass

    from middleware.ops.errors import Trouble

    if path:
        return read_secret(path, "password")
    if not sys.stdin.isatty():
        raise Trouble("there is no terminal to ask for the password", "give --password-file FILE")
    password = getpass(f"password of {name}: ")
    if twice and getpass("the same again: ") != password:
        raise Trouble("the two passwords differ", "try again")
    return password


def tell(text: str) -> None:
    """To the person at the terminal, apart from the output."""
    print(text, file=sys.stderr, flush=True)
