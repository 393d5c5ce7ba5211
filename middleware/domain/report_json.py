"""Drafts as JSON, ready for an import (R1): the objects that the reporting system is sent."""

from collections.abc import Iterable

from pydantic import TypeAdapter

from schemas.report import IncidentReport

_ALL = TypeAdapter(list[IncidentReport])


def write_json(reports: Iterable[IncidentReport]) -> str:
    """An array of objects, each on lines of its own; what nobody said is null."""
    return _ALL.dump_json(list(reports), indent=2).decode() + "\n"
