"""One collector of garbage for all rooms of a process: none is walked for another (O4)."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from middleware.ops.collector import Collector


class Cycle:
    """What nothing but the collector ends."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collector() -> Iterator[Collector]:
    enabled, threshold = gc.isenabled(), gc.get_threshold()
    try:
        yield Collector()
    finally:
        gc.unfreeze()
        gc.set_threshold(*threshold)
        if enabled:
            gc.enable()


def test_it_is_off_until_a_first_room_has_what_stays(collector: Collector) -> None:
    assert not gc.isenabled()
    collector.settle("eoc1")
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0


def test_a_room_alone_that_lets_go_is_collected_and_it_is_off_again(
    collector: Collector,
) -> None:
    held = weakref.ref(Cycle())
    collector.settle("eoc1")
    assert held() is not None, "frozen: it is not walked"
    collector.let_go("eoc1")
    assert held() is None
    assert not gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_o4_a_room_that_lets_go_beside_another_leaves_that_one_served(
    collector: Collector,
) -> None:
    held = weakref.ref(Cycle())
    for room in ("eoc1", "eoc2"):
        collector.settle(room)
    collector.let_go("eoc1")
    assert held() is None
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0, "what is the other's is not walked again"


def test_o4_a_room_that_never_came_so_far_changes_nothing_of_another(collector: Collector) -> None:
    collector.settle("eoc1")
    collector.let_go("eoc2")
    assert gc.isenabled()
