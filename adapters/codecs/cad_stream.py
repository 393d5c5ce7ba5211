"""What stands around messages: hello and welcome of a CAD stream (C1), and the heartbeat, which
senders over HTTP have too."""

import orjson

from middleware.ports import Problem
from schemas.incident import CAD_CONTRACT

HEARTBEAT = b'{"heartbeat":true}'

_LONGEST_HEARTBEAT = 64


def is_heartbeat(line: bytes) -> bool:
    """Whether it says no more than that the sender is there."""
    if len(line) > _LONGEST_HEARTBEAT or b"heartbeat" not in line:
        return False
    try:
        return bool(orjson.loads(line) == {"heartbeat": True})
    except orjson.JSONDecodeError:
        return False


def hello_token(line: bytes) -> str | Problem:
    """The token in the first line of a stream."""
    try:
        token = orjson.loads(line)["hello"]["token"]
    except (orjson.JSONDecodeError, LookupError, TypeError):
        token = None
    if isinstance(token, str):
        return token
    return Problem("hello.token", 'is missing; the first line is {"hello":{"token":"..."}}')


def welcome(room: str, window: int, limit: int) -> bytes:
    """The answer to a good hello: how many messages may be unanswered, how long one may be."""
    known = {"contract": CAD_CONTRACT, "room": room, "window": window, "limit": limit}
    return orjson.dumps({"welcome": known})
