"""What another service is told of each incident: an object holds all of it (N2, N7, D1)."""

from collections import OrderedDict
from typing import Any

from adapters.codecs.eido_told import Sender, Told, eido, incident_of
from middleware.ports import Clock
from schemas.told import CadNote

MOST_INCIDENTS = 10_000


class Board:
    """What stands of each incident since the start: each object has all of it."""

    def __init__(self, sender: Sender, clock: Clock) -> None:
        self._sender, self._clock = sender, clock
        self._incidents: OrderedDict[str, dict[str, Told]] = OrderedDict()

    def put(self, told: Told) -> dict[str, Any]:
        """The object of its incident, with this in it."""
        name, now = incident_of(told, self._sender), self._clock.now()
        known = self._incidents.pop(name, {})
        before = known.get(told.note)
        if before is None or before.revision <= told.revision:
            known[told.note] = told
        known = {key: one for key, one in known.items() if one is told or one.expires_at > now}
        self._incidents[name] = known
        if len(self._incidents) > MOST_INCIDENTS:
            self._incidents.popitem(last=False)
        return eido(known.values(), self._sender, now)

    def settle(self, told: Told) -> None:
        """The other side has it: what it took back or ended need not stand any more."""
        name = incident_of(told, self._sender)
        known = self._incidents.get(name, {})
        if _is_over(told) and known.get(told.note) is told:
            del known[told.note]
        if not known:
            self._incidents.pop(name, None)

    def live(self) -> list[dict[str, Any]]:
        """An object of each incident of which something stands."""
        now = self._clock.now()
        standing = (
            [one for one in known.values() if one.expires_at > now]
            for known in self._incidents.values()
        )
        return [eido(several, self._sender, now) for several in standing if several]


def _is_over(told: Told) -> bool:
    return told.withdrawn if isinstance(told, CadNote) else told.stopped_at is not None
