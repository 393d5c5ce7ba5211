"""Which crew is on which incidents now, and on which radio: found at once, however many incidents
there are (D1)."""

from collections.abc import Iterator
from dataclasses import dataclass, field

OneOrMore = dict[str, dict[str, None]]


@dataclass(slots=True)
class Duties:
    """Of the resources that are active on an incident which is not finished; the newest last."""

    incidents: OneOrMore = field(default_factory=dict)
    """Call sign to incidents."""
    crews: OneOrMore = field(default_factory=dict)
    """Radio to call signs."""
    radios: OneOrMore = field(default_factory=dict)
    """Call sign to radios."""

    def begin(self, incident: str, callsign: str, radio: str | None) -> None:
        _last(self.incidents, callsign, incident)
        if radio is not None:
            _last(self.crews, radio, callsign)
            _last(self.radios, callsign, radio)

    def end(self, incident: str, callsign: str) -> None:
        """A radio stays the crew's while the crew is on another incident."""
        _drop(self.incidents, callsign, incident)
        if callsign not in self.incidents:
            for radio in self.radios.pop(callsign, {}):
                _drop(self.crews, radio, callsign)

    def crew_of(self, radio: str) -> str | None:
        """Who was last said to have the radio."""
        return next(reversed(self.crews.get(radio, {})), None)

    def of(self, callsign: str) -> Iterator[str]:
        """The incidents of a crew, the newest first."""
        return reversed(self.incidents.get(callsign, {}))


def _last(table: OneOrMore, key: str, value: str) -> None:
    known = table.setdefault(key, {})
    known.pop(value, None)
    known[value] = None


def _drop(table: OneOrMore, key: str, value: str) -> None:
    known = table.get(key, {})
    known.pop(value, None)
    if not known:
        table.pop(key, None)
