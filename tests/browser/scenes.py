"""What happens in the control room behind the browser tests."""

from datetime import date

from schemas.call import CallAnswered
from schemas.marker import Category, Scope, Severity
from schemas.service import JournalAway, JournalBack, Refused, SourceConnected, SourceLost
from tests import said
from tests.matching import NOT_AN_ADDRESS
from tests.room import Room
from tests.said import HIGH_STREET, MILL_LANE

KESTREL_HOUSE = "Kestrel House, Harbour Road, Anytown"
WHAT = "A crew was assaulted at the door; the vehicle was struck with a bottle."


def markers(room: Room) -> None:
    """One at an address, overdue for review; one for a building, with a number."""
    room.marker_put(
        said.marker("M1", what=WHAT, review_on=date(2026, 3, 1), supplied_by="Exampleshire Police",
                    basis="crime prevention")
    )  # fmt: skip
    room.marker_put(
        said.marker("M2", KESTREL_HOUSE, scope=Scope.BUILDING, phones=("07700 900123",),
                    category=Category.VERBAL_ABUSE, severity=Severity.LOW)
    )  # fmt: skip


def every_answer(room: Room) -> None:
    """An incident or call for each of the values, and the reasons not checked."""
    markers(room)
    room.incident_opened(HIGH_STREET, "A101", "A102", number="2101")
    room.incident_opened(f"Flat 12, {KESTREL_HOUSE}", "A117", number="2102")
    room.incident_opened(MILL_LANE, "A130", number="2103")
    room.incident_opened(None, number="2104")
    room.incident_opened(NOT_AN_ADDRESS, number="2105")
    room.incident_opened("9 Old Road, Anytown", number="2106")
    room.closed("2106")
    room.happens(said.rang("07700 900123", "c1", room.now))
    room.happens(said.rang("07700 900999", "c2", room.now))
    room.happens(said.rang(None, "c3", room.now))
    answered = CallAnswered(
        source="telephony", id="c2/answered", occurred_at=room.now, call="c2",
        handler="Cal", position="7001",
    )  # fmt: skip
    room.happens(answered)


def trouble(room: Room) -> None:
    """Crews that were not told, one that answered, a source that is cut off, a refusal."""
    told = room.note("A117", "M2", "2102")
    room.displayed(told)
    room.acknowledged(told, by="S44")
    room.displayed(room.note("A102", "M1", "2101"))
    room.wait(seconds=61)
    for name, kind in (("ami", "telephony"), ("mdt", "channel")):
        room.happens(SourceConnected(source=name, id=name, occurred_at=room.now))
        room.happens(
            SourceLost(
                source=name, id=name, revision=2, occurred_at=room.now, reason=kind, gap=False
            )
        )
    room.happens(
        Refused(source="cad", id="refused", occurred_at=room.now, field="place.uprn",
                reason="has letters; give digits", raw=b"{}", size=2)
    )  # fmt: skip
    supplied = [said.marker(f"P{n}", f"{n} Example Row") for n in range(1, 40)]
    room.happens(room.team.staged("police-june", *supplied, at=room.now))


def a_bad_night(room: Room) -> None:
    """All of it."""
    every_answer(room)
    trouble(room)


def journal_away(room: Room, *, in_memory: bool) -> None:
    """Man-down and notes go on; `in_memory`: the spool cannot be written either."""
    room.happens(
        JournalAway(
            source="self", id="journal", revision=1, occurred_at=room.now,
            after=1, in_memory=in_memory,
        )
    )  # fmt: skip


def journal_back(room: Room) -> None:
    room.happens(
        JournalBack(source="self", id="journal", revision=2, occurred_at=room.now, after=1, until=2)
    )
