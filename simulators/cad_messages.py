"""What a CAD says: our own writing of the contract `forewarn.cad/1` (docs/cad-contract.md).

Written by hand from the contract, so that no mistake of the service can hide in it.
"""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from schemas.incident import CAD_CONTRACT

Place = dict[str, Any]


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Message:
    """One message, kept until it has its answer."""

    id: str
    revision: int
    body: dict[str, Any]

    @property
    def key(self) -> str:
        """The idempotency key."""
        return f"{self.id};{self.revision}"

    def line(self, **changed: Any) -> bytes:
        """The JSON, in one line; `changed` fields make it another message (for conflicts)."""
        return json.dumps(self.body | changed, ensure_ascii=False).encode()


class Pen:
    """Writes messages and knows the revision of everything it wrote about."""

    def __init__(self, day: date, now: Callable[[], datetime] = utc_now) -> None:
        self._day = day
        self._now = now
        self._revisions: Counter[str] = Counter()

    def about_incident(self, kind: str, number: str, parts: dict[str, Any]) -> Message:
        return self._message(kind, f"{self._day}/{number}", number, parts)

    def about_resource(
        self, kind: str, number: str, callsign: str, parts: dict[str, Any]
    ) -> Message:
        return self._message(kind, f"{self._day}/{number}/{callsign}", number, parts)

    def _message(self, kind: str, about: str, number: str, parts: dict[str, Any]) -> Message:
        self._revisions[about] += 1
        revision = self._revisions[about]
        body = {
            "contract": CAD_CONTRACT,
            "type": kind,
            "id": about,
            "revision": revision,
            "occurred_at": self._now().isoformat(timespec="milliseconds"),
            "number": number,
            "service_day": self._day.isoformat(),
        }
        return Message(about, revision, body | parts)


def resource(
    callsign: str, mdt: str | None = None, *, single: bool = False, **reached: str | None
) -> dict[str, Any]:
    """A resource as the contract has it; `reached` by `radio`, by `phone`."""
    told: dict[str, Any] = {"callsign": callsign, "single_responder": single}
    ways = {"mdt": mdt, **reached}
    return told | {name: address for name, address in ways.items() if address}
