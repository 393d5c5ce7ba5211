"""The CAD contract, `forewarn.cad/1` (C1): JSON bytes ◄─► events; docs/cad-contract.md."""

from typing import Any

import phonenumbers

from adapters.codecs.contract import DEPTH, LIMIT, Contract, Read, refusal, standing, too_long
from schemas.events import CAD_TYPES
from schemas.incident import CAD_CONTRACT

__all__ = ["CAD", "DEPTH", "LIMIT", "Read", "read", "refusal", "standing", "too_long"]


def _telephones(message: dict[str, Any]) -> None:
    for resource in _resources(message):
        resource["phone"] = _in_full(resource["phone"])


def _resources(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Those that have a hands-free number; whatever else stands there the model refuses."""
    several = message.get("resources")
    found = [message.get("resource"), *(several if isinstance(several, list) else ())]
    return [one for one in found if isinstance(one, dict) and isinstance(one.get("phone"), str)]


def _in_full(dialled: str) -> str:
    """A number as it is dialled in the UK, in the form of E.164; as it was where it is none."""
    try:
        number = phonenumbers.parse(dialled, "GB")
    except phonenumbers.NumberParseException:
        return dialled
    if not phonenumbers.is_possible_number(number):
        return dialled
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


CAD = Contract(CAD_CONTRACT, CAD_TYPES, "docs/cad-contract.md", _telephones)
read = CAD.read
