"""Markers of invented addresses for the tests of matching."""

from datetime import date

from schemas.marker import Category, Marker, Scope, Severity


def address_marker(
    key: str,
    address: str | None,
    postcode: str | None = None,
    scope: Scope = Scope.HOUSE,
    **more: object,
) -> Marker:
    """A marker whose place matters and whose other words do not."""
    fields = {
        "id": key,
        "address": address,
        "postcode": postcode,
        "scope": scope,
        "category": Category.VERBAL_ABUSE,
        "severity": Severity.LOW,
        "what": "shouted at the crew",
        "happened_on": date(2026, 1, 5),
        "review_on": date(2027, 1, 5),
        "source": "crew report",
    }
    return Marker.model_validate(fields | more)
