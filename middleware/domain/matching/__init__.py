"""Matching: does a marker apply to this place or person? Pure, no clock, no chance (M2, C3, C4)."""

from middleware.domain.matching.index import MarkerIndex

__all__ = ["MarkerIndex"]
