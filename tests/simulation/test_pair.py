"""The seeded simulation of a pair: killed, paused and cut off, and nothing lost, doubled or stale;
and it is able to fail (O4)."""

from itertools import count

import pytest

from middleware.engine import alarms, apply
from middleware.flow.standby import Standby
from tests.simulation.pair import simulate
from tests.simulation.pair_wires import FarLease

SEEDS = range(6)
MANY_TURNS = 2
ASKED = ("head", "read", "append", "look", "renew", "followers", "handed_on", "taken_in")
"""Of the store by an instance that has just taken over."""
LOOKED_AT = range(12)
"""Seeds among which one must see each mutation."""


@pytest.mark.parametrize("seed", SEEDS)
def test_o4_d1_a_pair_loses_doubles_and_forgets_nothing(seed: int) -> None:
    outcome = simulate(seed)
    assert outcome.wrong == ()
    assert outcome.turns > 1
    assert outcome.notes
    assert outcome.alarms


@pytest.mark.parametrize("asked", ASKED)
def test_o4_a_connection_that_is_reset_while_taking_over_ends_no_instance(asked: str) -> None:
    """Whatever it has just asked of the store: it asks again."""
    outcome = simulate(MANY_TURNS, resets={asked})
    assert outcome.wrong == ()
    assert outcome.turns > 1


def test_e1_the_same_seed_gives_the_same_again() -> None:
    assert simulate(SEEDS[0]) == simulate(SEEDS[0])


def seen_among(seeds: range) -> bool:
    return any(simulate(seed).wrong for seed in seeds)


def test_o4_it_sees_that_what_was_answered_for_is_not_handed_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def forgets(_: Standby) -> None:
        """What lies in the spool is left there."""

    monkeypatch.setattr(Standby, "_hand_on", forgets)
    assert seen_among(LOOKED_AT)


def test_o4_it_sees_that_early_receipts_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply, "_is_early", lambda _: False)
    assert seen_among(LOOKED_AT)


def test_d1_it_sees_a_man_down_that_the_other_instance_shows_under_an_id_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    numbers = count()
    monkeypatch.setattr(alarms, "begun_by", lambda *_: f"a{next(numbers)}")
    assert seen_among(LOOKED_AT)


def test_o4_it_sees_a_writer_that_never_learns_that_it_was_taken_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def says_nothing(*_: object) -> None:
        """As if the token were never compared."""

    monkeypatch.setattr(FarLease, "renew", says_nothing)
    assert seen_among(LOOKED_AT)
