"""The conveyance of EIDOs over a WebSocket (NENA-STA-024): JSON messages ◄─► what they say (C1).

Each is an object with one name, and in it the fields. Read tolerantly, written strictly.
"""

from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from adapters.codecs.contract import too_deep, too_long
from middleware.ports import Problem

SUBPROTOCOL = "emergency-ent1.0"
PATH = "/IncidentData/ent"
LIMIT = 1_048_576
"""Bytes of one message."""
DEPTH = 40
"""Objects and lists may lie in one another this deep."""
MOST_OBJECTS = 500
EIDO = "EIDO"
NEW = "new"

OK, BAD_REQUEST, TOO_LARGE, NO_SUBSCRIPTION, NOT_IMPLEMENTED = 200, 400, 413, 481, 501
TEXTS = {
    OK: "OK",
    BAD_REQUEST: "Bad Request",
    TOO_LARGE: "Too Large",
    NO_SUBSCRIPTION: "Subscription Does Not Exist",
    NOT_IMPLEMENTED: "Not implemented",
}


class Message(BaseModel):
    """What every message may name."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    request: str = Field("", validation_alias="requestId", max_length=200)
    subscription: str = Field("", validation_alias="subscriptionId", max_length=200)


class Subscribe(Message):
    kind: str = Field("", validation_alias="requestType", max_length=100)
    of: str = Field("", validation_alias="requestSubType", max_length=100)
    expires: int | None = None
    min_rate: int | None = Field(None, validation_alias="minRate")


class Subscribed(Message):
    status: int = Field(validation_alias="statusCode")
    expires: int | None = None
    min_rate: int | None = Field(None, validation_alias="minRate")


class Unsubscribe(Message):
    """The subscriber wants no more."""


class Terminate(Message):
    """The notifier sends no more."""


class Notified(Message):
    """`eidos` as they came: each is read by itself."""

    transaction: str = Field("", validation_alias="transactionId", max_length=200)
    eidos: tuple[Any, ...] = Field((), validation_alias="notification", max_length=MOST_OBJECTS)


class Acknowledged(Message):
    transaction: str = Field("", validation_alias="transactionId", max_length=200)
    status: int = Field(validation_alias="statusCode")


class Answered(Message):
    """To something else: that it was not understood, or that it ended."""

    status: int = Field(0, validation_alias="statusCode")


@dataclass(frozen=True, slots=True)
class Unknown:
    """A message of a name that nobody here knows; `request`: what an answer names."""

    name: str
    request: str = ""


Spoken = (
    Subscribe | Subscribed | Unsubscribe | Terminate | Notified | Acknowledged | Answered | Unknown
)
KINDS: dict[str, type[Message]] = {
    "subscribe": Subscribe, "subscribeResponse": Subscribed, "unsubscribe": Unsubscribe,
    "unsubscribeResponse": Answered, "response": Answered, "event": Notified,
    "eventResponse": Acknowledged, "terminate": Terminate, "terminateResponse": Answered,
}  # fmt: skip


def read(raw: bytes) -> Spoken | Problem:
    """The message in these bytes, or what is wrong with it; never the values."""
    if len(raw) > LIMIT:
        return too_long(LIMIT)
    try:
        said = orjson.loads(raw)
    except orjson.JSONDecodeError as fault:
        return Problem("message", f"is not JSON at character {fault.pos}; send one UTF-8 object")
    if not isinstance(said, dict) or len(said) != 1:
        why = "is no object with one name in it, such as event; send what NENA-STA-024 has"
        return Problem("message", why)
    ((name, fields),) = said.items()
    return too_deep(raw, said, DEPTH) or _message(name, fields)


def _message(name: str, fields: Any) -> Spoken | Problem:
    kind = KINDS.get(name)
    if kind is None:
        request = fields.get("requestId") if isinstance(fields, dict) else ""
        return Unknown(name, request if isinstance(request, str) else "")
    if isinstance(fields, dict):
        fields = {key: one for key, one in fields.items() if one is not None}
    try:
        return kind.model_validate(fields)  # type: ignore[return-value]
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_context=False, include_input=False)[0]
        field = ".".join([name, *map(str, first["loc"])])
        return Problem(field, f"{first['msg']}; mend it as NENA-STA-024 has it")


def transaction_of(raw: bytes) -> str:
    """What a message that cannot be read names, so far as that can be seen."""
    try:
        said = orjson.loads(raw[: LIMIT + 1])
    except orjson.JSONDecodeError:
        return ""
    fields = said.get("event") if isinstance(said, dict) else None
    named = fields.get("transactionId") if isinstance(fields, dict) else None
    return named if isinstance(named, str) and len(named) <= 200 else ""


# --- what the subscriber says -----------------------------------------------------------


def subscribe(request: str, expires: int, min_rate: int, subscription: str = "") -> str:
    """For all incidents, from now on; with `subscription` it is renewed."""
    said: dict[str, Any] = {"requestId": request, "expires": expires}
    if subscription:
        return _said("subscribe", said | {"subscriptionId": subscription})
    new = {"requestType": EIDO, "requestSubType": NEW, "minRate": min_rate}
    return _said("subscribe", said | new)


def event_response(transaction: str, status: int, text: str = "") -> str:
    said = {"transactionId": transaction, "statusCode": status, "statusText": text or TEXTS[status]}
    return _said("eventResponse", said)


def terminate_response(said: Terminate) -> str:
    return _answer("terminateResponse", said, OK)


def not_implemented(request: str) -> str:
    """To what is not understood, or not done here."""
    said = {"requestId": request, "statusCode": NOT_IMPLEMENTED}
    return _said("response", said | {"statusText": TEXTS[NOT_IMPLEMENTED]})


# --- what the notifier says -------------------------------------------------------------


def subscribe_response(
    said: Subscribe, status: int, subscription: str, expires: int, min_rate: int
) -> str:
    answer: dict[str, Any] = {"requestId": said.request}
    if status == OK:
        answer |= {"subscriptionId": subscription, "expires": expires, "minRate": min_rate}
    return _said("subscribeResponse", answer | {"statusCode": status, "statusText": TEXTS[status]})


def unsubscribe_response(said: Unsubscribe, status: int) -> str:
    return _answer("unsubscribeResponse", said, status)


def event(subscription: str, transaction: str, *eidos: dict[str, Any]) -> str:
    said = {"subscriptionId": subscription, "transactionId": transaction}
    return _said("event", said | {"notification": eidos})


def terminate(request: str, subscription: str) -> str:
    return _said("terminate", {"requestId": request, "subscriptionId": subscription})


def _answer(name: str, said: Message, status: int) -> str:
    named = {"requestId": said.request, "subscriptionId": said.subscription}
    return _said(name, named | {"statusCode": status, "statusText": TEXTS[status]})


def _said(name: str, fields: dict[str, Any]) -> str:
    return orjson.dumps({name: fields}).decode()
