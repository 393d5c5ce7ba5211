"""Who may what at the broker, from the one table of rules; default deny (E2).

The same rules for the embedded broker (NATS: permissions on subjects, `/` becomes `.`) and for
mosquitto, the usual broker of a production system.
"""

from collections.abc import Iterable
from typing import Any

from adapters.channels.device_accounts import SERVICE, Account
from adapters.codecs import mdt
from middleware.ops.access import RULES, Role

Accounts = Iterable[tuple[str, Account]]

_QOS_1 = "$MQTT.sub.>"
"""Where NATS hands QoS 1 messages to a session; MQTT clients cannot subscribe to it by name."""


def down() -> list[str]:
    """The last levels of the topics that a device may hear."""
    return _leaves("topic down ")


def up() -> list[str]:
    """The last levels of the topics on which a device may speak."""
    return _leaves("topic up ")


def _leaves(start: str) -> list[str]:
    found = (n for n, roles in RULES.items() if n.startswith(start) and Role.DEVICE in roles)
    return [name.removeprefix(start) for name in found]


# --- NATS ------------------------------------------------------------------------------


def nats_users(
    room: str, accounts: Accounts, service: Account, loopback: tuple[str, Account] | None = None
) -> list[dict[str, Any]]:
    """The users of the embedded broker: the service, and each device with its own topics. The
    loopback device may what a device may, and no device has its name."""
    everybody = dict(accounts) | dict([loopback] if loopback else [])
    own = [f"forewarn.{room}", f"forewarn.{room}.>"]  # "#" takes in the level above it too
    devices = [
        _nats_user(
            device,
            account,
            publish=[_subject(mdt.topic(room, device, leaf)) for leaf in up()],
            subscribe=[_subject(mdt.topic(room, device, leaf)) for leaf in down()],
        )
        for device, account in everybody.items()
    ]
    return [_nats_user(SERVICE, service, publish=own, subscribe=own), *devices]


def _nats_user(
    name: str, account: Account, *, publish: list[str], subscribe: list[str]
) -> dict[str, Any]:
    """Over MQTT alone: over NATS' own protocol `$MQTT.sub.>` would be everybody's messages."""
    return {
        "user": name,
        "password": account.bcrypt,
        "allowed_connection_types": ["MQTT"],
        "permissions": {
            "publish": {"allow": publish},
            "subscribe": {"allow": [*subscribe, _QOS_1]},
        },
    }


def _subject(topic: str) -> str:
    return topic.replace("/", ".")


# --- mosquitto -------------------------------------------------------------------------


def mosquitto_acl(room: str, devices: Iterable[str]) -> str:
    """The content of mosquitto's acl_file. Its answer "granted" to a subscription says nothing:
    what the list does not allow is never served."""
    lines = [f"user {SERVICE}", f"topic readwrite forewarn/{room}/#"]
    for device in devices:
        lines += ["", f"user {device}"]
        lines += [f"topic read {mdt.topic(room, device, leaf)}" for leaf in down()]
        lines += [f"topic write {mdt.topic(room, device, leaf)}" for leaf in up()]
    return "\n".join(lines) + "\n"


def mosquitto_passwords(accounts: Accounts, service: Account) -> str:
    """The content of mosquitto's password_file."""
    everybody = [(SERVICE, service), *accounts]
    return "".join(f"{name}:{account.pbkdf2}\n" for name, account in everybody)
