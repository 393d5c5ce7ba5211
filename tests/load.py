"""Enough records for a segment of the archive."""

from simulators.cad import CadSimulator

MANY = 1_100
"""Incidents at a time: a segment has a thousand records."""


def load(cad: CadSimulator, first: int) -> None:
    for number in range(first, first + MANY):
        cad.open_incident(f"{number:06}", {"address": f"{number} Marram Road, Saltby"})
