"""forewarn people, tokens, devices: who may sign in, speak or listen (E2)."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from middleware.cli.common import (
    FINE,
    Commands,
    Parser,
    add_config,
    ask_password,
    command,
    read_config,
    tell,
)

if TYPE_CHECKING:
    from adapters.channels.device_accounts import DeviceAccounts
    from middleware.ops.people import People
    from middleware.ops.tokens import Tokens


def add(commands: "Commands[Parser]") -> None:
    _add_people(commands)
    _add_tokens(commands)
    _add_devices(commands)


def _add_people(commands: "Commands[Parser]") -> None:
    from middleware.ops.access import Role
    from middleware.ops.people import NOT_FOR_PEOPLE

    group = _group(commands, "people", "who may sign in at the console")
    adding = command(
        group,
        "add",
        add_person,
        what="add a person, or give one a new password and roles",
        more="The password is asked for, or read from a file; only its Argon2 hash is kept.",
        examples='  forewarn people add "A. Reader" --role supervisor\n'
        '  forewarn people add "A. Reader" --role supervisor --role auditor',
    )
    adding.add_argument("name", metavar="NAME", help="as the journal will call them")
    roles = sorted(set(Role) - NOT_FOR_PEOPLE)
    adding.add_argument(
        "--role", action="append", required=True, choices=roles, metavar="ROLE",
        help=f"may be given several times: {', '.join(roles)}",
    )  # fmt: skip
    adding.add_argument("--password-file", type=Path, metavar="FILE", help="instead of asking")
    add_config(adding)
    removing = command(group, "remove", remove_person, what="let a person sign in no more")
    removing.add_argument("name", metavar="NAME")
    add_config(removing)


def _add_tokens(commands: "Commands[Parser]") -> None:
    group = _group(commands, "tokens", "tokens of systems and programs")
    adding = command(
        group,
        "add",
        add_token,
        what="make a token and print it, once",
        more="Only its digest is kept. The CAD needs system:NAME; a program that imports markers\n"
        "needs person:NAME:marking_team and acts in that person's name.",
        examples="  forewarn tokens add system:cad > cad.token\n"
        '  forewarn tokens add "person:A. Reader:marking_team" > import.token',
    )
    adding.add_argument("holder", metavar="HOLDER", help="system:NAME, device:CODE, person:…")
    add_config(adding)
    removing = command(group, "remove", remove_tokens, what="take away every token of a holder")
    removing.add_argument("holder", metavar="HOLDER")
    add_config(removing)


def _add_devices(commands: "Commands[Parser]") -> None:
    group = _group(commands, "devices", "accounts of MDTs at the embedded broker")
    adding = command(
        group,
        "add",
        add_devices,
        what="make accounts and print `device password` lines, once",
        more="A device that has an account gets a new password.",
        examples="  forewarn devices add A101 A102",
    )
    adding.add_argument("device", nargs="+", metavar="DEVICE", help="letters, digits, - and _")
    add_config(adding)
    removing = command(group, "remove", remove_device, what="take a device's account away")
    removing.add_argument("device", metavar="DEVICE")
    add_config(removing)
    writing = command(
        group,
        "mosquitto",
        write_mosquitto,
        what="write what a mosquitto broker needs: its passwords and access list",
        more="FOLDER gets `passwords` and `acl`, from the same accounts and the same rules as the\n"
        "embedded broker's, `mqtt.password`, the service's own ([broker] password_file), and\n"
        "`probe.password`, of the device of its probes ([probes] mdt_password_file); both are\n"
        "kept when they are there. Write them again after each `devices add` or `remove`, and\n"
        "send mosquitto a SIGHUP.",
        examples="  forewarn devices mosquitto /etc/mosquitto/forewarn",
    )
    writing.add_argument("folder", type=Path, metavar="FOLDER")
    add_config(writing)


def _group(commands: "Commands[Parser]", name: str, what: str) -> "Commands[Parser]":
    parser = command(commands, name, None, what=what)
    return parser.add_subparsers(required=True, metavar="ACTION", title="actions")


def _people(args: argparse.Namespace) -> "People":
    from middleware.ops.people import People

    return People(read_config(args).people_file())


def _tokens(args: argparse.Namespace) -> "Tokens":
    from middleware.ops.tokens import Tokens

    return Tokens(read_config(args).tokens_file())


def _devices(args: argparse.Namespace) -> "DeviceAccounts":
    from adapters.channels.device_accounts import accounts_in

    return accounts_in(read_config(args).state)


def add_person(args: argparse.Namespace) -> int:
    from middleware.ops.access import Role

    people = _people(args)
    password = ask_password(args.password_file, args.name, twice=True)
    people.add(args.name, tuple(Role(role) for role in dict.fromkeys(args.role)), password)
    tell("added; the person can sign in now")
    return FINE


def remove_person(args: argparse.Namespace) -> int:
    from middleware.ops.errors import Trouble

    people = _people(args)
    if not people.remove(args.name):
        raise Trouble("there is nobody of that name", f"look into {people.path}")
    tell("removed; within half a minute that person is signed out everywhere")
    return FINE


def add_token(args: argparse.Namespace) -> int:

    token = _tokens(args).add(args.holder)
    print(token)
    if sys.stdout.isatty():
        tell("write it down now: it is kept nowhere and not shown again")
    return FINE


def remove_tokens(args: argparse.Namespace) -> int:
    from middleware.ops.errors import Trouble

    tokens = _tokens(args)
    count = tokens.remove(args.holder)
    if not count:
        raise Trouble("that holder has no token", f"look into {tokens.path}")
    tell(f"{count} removed; it counts at once")
    return FINE


def add_devices(args: argparse.Namespace) -> int:

    for device, password in _devices(args).add_all(args.device).items():
        print(device, password)
    tell("the broker takes them in within seconds; the passwords are not shown again")
    return FINE


def remove_device(args: argparse.Namespace) -> int:
    from middleware.ops.errors import Trouble

    try:
        _devices(args).remove(args.device)
    except KeyError:
        raise Trouble("that device has no account", "check how it is written") from None
    tell("removed; the broker lets it in no more within seconds")
    return FINE


def write_mosquitto(args: argparse.Namespace) -> int:
    from adapters.channels.broker_access import mosquitto_acl, mosquitto_passwords
    from adapters.channels.device_accounts import account
    from middleware.ops.private_files import write_private

    config, accounts = read_config(args), dict(_devices(args))
    listed = len(accounts)
    if config.probes.mdt is not None:
        accounts[config.probes.mdt] = account(_kept_password(args.folder / "probe.password"))
    service = account(_kept_password(args.folder / "mqtt.password"))
    passwords = mosquitto_passwords(accounts.items(), service)
    write_private(args.folder / "passwords", passwords.encode())
    write_private(args.folder / "acl", mosquitto_acl(config.room, accounts).encode())
    tell(f"written for the service and {listed} devices; send mosquitto a SIGHUP")
    return FINE


def _kept_password(file: Path) -> str:
    """A new one is made and written where there is none."""
    from adapters.channels.device_accounts import new_password
    from middleware.ops.private_files import read_private, write_private

    password = (read_private(file) or b"").decode().strip()
    if not password:
        password = new_password()
        write_private(file, password.encode())
    return password
