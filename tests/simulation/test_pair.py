"""The seeded simulation of a pair: killed, paused and cut off, and nothing lost, doubled or stale;
and it is able to fail (O4)."""

from collections.abc import Iterator

import pytest
import structlog

from middleware.engine import apply
from middleware.flow.standby import Standby
from tests.simulation.pair import simulate
from tests.simulation.pair_wires import FarLease

SEEDS = range(6)
RESET_WHILE_TAKING_OVER = 751
LOOKED_AT = range(12)
"""Seeds among which one must see each mutation."""


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """What the service logs of the faults it is given is not the report."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    yield
    structlog.reset_defaults()


@pytest.mark.parametrize("seed", [*SEEDS, RESET_WHILE_TAKING_OVER])
def test_o4_a_pair_loses_doubles_and_forgets_nothing(seed: int) -> None:
    outcome = simulate(seed)
    assert outcome.wrong == ()
    assert outcome.turns > 1
    assert outcome.notes


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


def test_o4_it_sees_a_writer_that_never_learns_that_it_was_taken_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def says_nothing(*_: object) -> None:
        """As if the token were never compared."""

    monkeypatch.setattr(FarLease, "renew", says_nothing)
    assert seen_among(LOOKED_AT)
