"""The seeded simulation: the real service in a world that goes wrong (O4, N3, N5, N7, C3, C4, E1).

Nothing acknowledged is lost; nothing is shown twice as new; every note ends acknowledged,
withdrawn or in the hands of a person; and the simulation is able to fail.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.mutations import MUTATIONS, first_seed_that_sees
from tests.simulation.world import complains, simulate

pytestmark = pytest.mark.timeout(300)
SEEDS = range(1000, 1025)
CHANGED_AND_BACK = 133
"""A marker is put otherwise and back within seconds, and a device misses what came between."""
ON_SQLITE = range(1025, 1028)
LOOKED_AT = range(40)
"""Seeds among which one must see each mutation."""
SEEN_AT = {
    "acknowledged before the append": 2,
    "a person's answer stops no call": 2,
    "timers are lost at a restart": 4,
    "alarms are forgotten at a restart": 6,
    "overdue steps wait after a restart": 6,
    "the same is requested twice": 3,
    "who was taken back is recognised": 4,
    "a proposal outlives its ground": 4,
    "what was handed on is said once": 5,
    "a marker that ended stays with the other service": 5,
    "who stands off is asked about once": 4,
    "who stands off is never asked about": 4,
    "everything waits for the journal": 4,
    "memory counts as kept": 2,
    "the spool is emptied too soon": 401,
    "overdue duties wait after a restart": 15,
}
"""Where it was seen before it is looked for first, then in all of those above."""
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("seed", [CHANGED_AND_BACK, *SEEDS])
def test_o4_whatever_goes_wrong_nobody_is_forgotten(seed: int) -> None:
    assert simulate(seed).wrong == ()


@pytest.mark.parametrize("seed", ON_SQLITE)
def test_o4_on_the_real_store_too(seed: int, tmp_path: Path) -> None:
    assert simulate(seed, sqlite=tmp_path).wrong == ()


@pytest.mark.parametrize("seed", SEEDS[:3])
def test_e1_the_same_seed_gives_the_same_journal_to_the_byte(seed: int) -> None:
    assert simulate(seed) == simulate(seed)


def test_e1_on_the_real_store_too(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    second.mkdir()

    assert simulate(ON_SQLITE[0], sqlite=first) == simulate(ON_SQLITE[0], sqlite=second)


def test_e1_in_another_process_too() -> None:
    """Where sets and dicts of text are hashed otherwise."""
    said = [_elsewhere(SEEDS[0], hash_seed) for hash_seed in ("1", "2")]

    assert said[0] == said[1]
    assert simulate(SEEDS[0]).digest[:16] in said[0]


def _elsewhere(seed: int, hash_seed: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.simulation", "--seed", str(seed)],
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()[0]


def test_of_a_service_that_is_whole_nobody_complains() -> None:
    """Else every mutation would be seen."""
    assert not complains(SEEDS[0])


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_service_broken_on_purpose_is_seen(name: str) -> None:
    """Else the simulation would prove nothing."""
    seeds = dict.fromkeys((SEEN_AT.get(name, 0), *LOOKED_AT))
    assert first_seed_that_sees(name, complains, tuple(seeds)) is not None
