"""The same again changes nothing; other content under the same name is a conflict (O4)."""

from datetime import timedelta

from middleware.engine.seen import REVISIONS_KEPT, Again, Seen, digest
from schemas.event import Event
from schemas.incident import IncidentUpdated
from tests import said
from tests.said import DAY, START, Cad

WINDOW = timedelta(hours=24)


def said_of_it(revision: int, nature: str = "fall") -> IncidentUpdated:
    return IncidentUpdated(
        source="cad", id="1", revision=revision, occurred_at=START, number="1", service_day=DAY,
        nature=nature,
    )  # fmt: skip


def heard(*events: Event) -> Seen:
    seen = Seen()
    for position, event in enumerate(events, start=1):
        seen.note(event, digest(event), position, START, WINDOW)
    return seen


def stands(seen: Seen, event: Event) -> tuple[Again, int]:
    return seen.look_up(event, digest(event))


def test_o4_the_same_again_is_known_with_its_position() -> None:
    assert stands(heard(said_of_it(1), said_of_it(2)), said_of_it(2)) == (Again.SAME, 2)


def test_o4_an_older_revision_that_never_came_is_superseded() -> None:
    assert stands(heard(said_of_it(3)), said_of_it(2)) == (Again.OLDER, 0)


def test_o4_other_content_under_the_same_revision_is_a_conflict() -> None:
    seen = heard(said_of_it(1))

    assert stands(seen, said_of_it(1, "chest pain")) == (Again.CONFLICT, 1)


def test_o4_another_source_or_thing_is_new() -> None:
    seen = heard(said_of_it(1))
    for change in ({"source": "other"}, {"id": "2"}):
        assert stands(seen, said_of_it(1).model_copy(update=change))[0] is Again.NEW


def test_o4_our_own_time_of_arrival_is_no_content() -> None:
    seen = heard(said.rang("07700 900123"))
    again = said.rang("07700 900123", at=START + timedelta(seconds=9))

    assert stands(seen, again)[0] is Again.SAME


def test_o4_a_sources_own_time_is_content() -> None:
    opened = Cad().opened()
    other = opened.model_copy(update={"occurred_at": START + timedelta(seconds=1)})

    assert stands(heard(opened), other)[0] is Again.CONFLICT


def test_o4_what_was_not_mentioned_for_the_window_is_forgotten() -> None:
    seen = heard(said_of_it(1))
    other = said_of_it(1).model_copy(update={"id": "2"})
    seen.note(other, digest(other), 2, START + WINDOW + timedelta(seconds=1), WINDOW)

    assert list(seen.heard) == [("cad", "2")]


def test_o4_of_one_thing_a_bounded_number_of_revisions_is_kept() -> None:
    seen = heard(*(said_of_it(n) for n in range(1, REVISIONS_KEPT + 10)))

    (kept,) = seen.heard.values()
    assert len(kept.revisions) == REVISIONS_KEPT
    assert stands(seen, said_of_it(1))[0] is Again.OLDER
