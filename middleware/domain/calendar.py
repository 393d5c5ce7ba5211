"""Days as people in the control room count them: midnight in Europe/London."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def london_day(at: datetime) -> date:
    """The day it is in London at this instant."""
    return at.astimezone(LONDON).date()


def next_midnight(at: datetime) -> datetime:
    """The instant the next London day begins, in UTC."""
    tomorrow = london_day(at) + timedelta(days=1)
    return datetime.combine(tomorrow, time(), LONDON).astimezone(UTC)
