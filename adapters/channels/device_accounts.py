"""Accounts of devices at the broker: a JSON file of device to password hashes, mode 0600 (E2).

Passwords are made here, long and random, so the quickest form of each hash is enough: nobody
guesses 192 bits, and a fleet that comes back at once must not wait for slow ones.
"""

import base64
import hashlib
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path

import bcrypt
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from middleware.ops.errors import Trouble
from middleware.ops.private_files import read_private, write_private
from schemas.base import Code

SERVICE = "forewarn"
"""The service's own account at the broker; no device can have this name."""

_COST = 4
_ROUNDS = 101


class Account(BaseModel):
    """The same password as the embedded broker (bcrypt) and mosquitto ($7$) keep it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bcrypt: str
    pbkdf2: str


_FILE = TypeAdapter(dict[Code, Account])


class DeviceAccounts:
    """The accounts of a control room's devices. Raises Trouble for a file that is not one."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._accounts = _read(file)

    def __iter__(self) -> Iterator[tuple[str, Account]]:
        return iter(sorted(self._accounts.items()))

    def __contains__(self, device: str) -> bool:
        return device in self._accounts

    def add(self, device: str) -> str:
        """A new account, or a new password for a device that has one; returns the password.

        It is kept nowhere: give it to the device now.
        """
        return self.add_all([device])[device]

    def add_all(self, devices: Iterable[str]) -> dict[str, str]:
        """Like `add`, written once."""
        passwords = {_named(device): new_password() for device in devices}
        self._accounts |= {device: account(text) for device, text in passwords.items()}
        write_private(self._file, _FILE.dump_json(self._accounts, indent=1))
        return passwords

    def remove(self, device: str) -> None:
        """Take the account away; KeyError where there is none."""
        del self._accounts[device]
        write_private(self._file, _FILE.dump_json(self._accounts, indent=1))


def accounts_in(state: Path) -> DeviceAccounts:
    """Those of the embedded broker of a service with this state directory."""
    return DeviceAccounts(_file_in(state))


def when_changed(state: Path) -> tuple[int, int]:
    """Another value after every change of those accounts."""
    try:
        status = _file_in(state).stat()
    except FileNotFoundError:
        return 0, 0
    return status.st_mtime_ns, status.st_ino


def _file_in(state: Path) -> Path:
    return state / "broker" / "devices.json"


def new_password() -> str:
    """192 random bits as 32 letters."""
    return secrets.token_urlsafe(24)


def account(password: str) -> Account:
    """Both hashes of a password."""
    salt = secrets.token_bytes(12)
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ROUNDS)
    pbkdf2 = f"$7${_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"
    hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt(_COST)).decode()
    return Account(bcrypt=hashed, pbkdf2=pbkdf2)


def _named(device: str) -> str:
    if device == SERVICE:
        raise Trouble(f"a device cannot be called {SERVICE}", "that is the service's own account")
    return TypeAdapter(Code).validate_python(device)


def _read(file: Path) -> dict[str, Account]:
    try:
        return _FILE.validate_json(read_private(file) or b"{}")
    except ValidationError as fault:
        raise Trouble(
            f"{file} holds no device accounts", "take it from a backup or add the devices anew"
        ) from fault
