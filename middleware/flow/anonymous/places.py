"""Positions and property numbers: the same is always the same other, near stays near (O2)."""

from random import Random

CELL = 0.02
"""Degrees; a cell of the map goes as a whole to another place."""
_SOUTH, _NORTH, _WEST, _EAST = 50.5, 55.0, -3.5, 0.5


class Places:
    """Cells and property numbers as they are met."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._cells: dict[tuple[int, int], tuple[float, float]] = {}
        self._uprns: dict[str, str] = {}
        self.positions = 0

    @property
    def uprns(self) -> int:
        return len(self._uprns)

    def position(self, latitude: float, longitude: float) -> tuple[float, float]:
        """Somewhere else in England, turned about within its cell."""
        self.positions += 1
        cell = int(latitude // CELL), int(longitude // CELL)
        if cell not in self._cells:
            self._cells[cell] = (
                self._random.uniform(_SOUTH, _NORTH),
                self._random.uniform(_WEST, _EAST),
            )
        south, west = self._cells[cell]
        return (
            round(south + CELL - latitude % CELL, 6),
            round(west + CELL - longitude % CELL, 6),
        )

    def uprn(self, uprn: str) -> str:
        """999…, which nobody has given out."""
        own = uprn.lstrip("0")
        if own not in self._uprns:
            self._uprns[own] = f"999{len(self._uprns) + 1:09}"
        return self._uprns[own]
