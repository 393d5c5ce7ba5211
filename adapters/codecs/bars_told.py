"""What a service is told that referred an incident to us (BaRS): that we are there, and that its
message was taken. docs/bars.md."""

from typing import Any
from uuid import NAMESPACE_OID, uuid5

import orjson

from adapters.codecs import fhir
from adapters.codecs.bars_flag import CONTENT_TYPE, SYSTEMS
from adapters.codecs.fhir_parts import MessageHeader
from middleware.ports import Problem

STANDINGS = "https://fhir.nhs.uk/CodeSystem/forewarn-standing"
OURS = {"name": "Forewarn", "endpoint": "urn:forewarn:bars"}
SINCE = "2026-11-23"


def there() -> bytes:
    """The statement that a sender looks at to see whether somebody is there."""
    return orjson.dumps(
        {
            "resourceType": "CapabilityStatement",
            "status": "active",
            "date": SINCE,
            "kind": "instance",
            "implementation": {"description": "Forewarn: takes referral messages"},
            "fhirVersion": "4.0.1",
            "format": [CONTENT_TYPE],
            "rest": [{"mode": "server"}],
        }
    )


def taken(raw: bytes, standing: str) -> bytes:
    """The answer to the message `raw`, which the journal has: `standing` is taken, known or
    superseded, as in the CAD contract."""
    named = _name_of(raw)
    one = str(uuid5(NAMESPACE_OID, f"forewarn/answer/{named}"))
    header: dict[str, Any] = {
        "resourceType": "MessageHeader",
        "id": one,
        "eventCoding": {
            "system": f"{SYSTEMS}message-events-bars",
            "code": "servicerequest-response",
        },
        "source": OURS,
        "response": {"identifier": named, "code": "ok"},
    }
    return orjson.dumps(
        {
            "resourceType": "Bundle",
            "meta": {"tag": [{"system": STANDINGS, "code": standing}]},
            "type": "message",
            "entry": [{"fullUrl": f"urn:uuid:{one}", "resource": header}],
        }
    )


def _name_of(raw: bytes) -> str:
    """The id of its header, by which the sender knows it."""
    message = fhir.read(raw)
    parts = () if isinstance(message, Problem) else message.resources
    return next((key for key, one in parts if isinstance(one, MessageHeader)), "")
