"""Ready means that every part can do its work, and each that cannot says why (O1)."""

import pytest

from middleware.ops.health import Health, Part


def test_before_the_start_nothing_is_ready() -> None:
    health = Health()
    assert not health.is_ready
    assert set(health.report()) == {"journal", "state", "index", "adapters"}
    assert "ready" not in health.report().values()


def test_it_is_ready_when_every_part_is() -> None:
    health = Health()
    for part in Part:
        assert not health.is_ready
        health.ready(part)
    assert health.is_ready
    assert set(health.report().values()) == {"ready"}


def test_a_part_that_fails_later_says_why() -> None:
    health = Health([Part.JOURNAL])
    health.ready(Part.JOURNAL)
    health.not_ready(Part.JOURNAL, "the disk is full")
    assert not health.is_ready
    assert health.report() == {"journal": "the disk is full"}


def test_a_part_that_nobody_registered_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="no such part"):
        Health([Part.JOURNAL]).ready(Part.INDEX)
