"""The base of all decisions."""

from typing import ClassVar

from schemas.base import Said


class Decision(Said):
    """Base of all decisions."""

    kind: ClassVar[str]
    version: ClassVar[int] = 1
