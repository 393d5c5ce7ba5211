"""`[stand_off]` becomes rules of the engine; what does not fit is told with its remedy (P3)."""

from datetime import timedelta
from pathlib import Path

import pytest

from adapters.table import ADAPTERS
from middleware.config import Config, ConfigError, load
from middleware.domain.rules import StandOff
from middleware.ports import By, Way

MINUTE = timedelta(minutes=1)
WAYS = {
    "mdt": Way(),
    "radio": Way(by=By.RADIO, repeatable=False),
    "voice": Way(by=By.PHONE, repeatable=False),
    "cad_writeback": Way(by=By.INCIDENT),
}


def loaded(folder: Path, text: str) -> Config:
    path = folder / "forewarn.toml"
    path.write_text(text)
    return load(path, ADAPTERS, {})


def test_p3_without_a_word_it_is_asked_after_ten_twenty_thirty_minutes_and_every_ten() -> None:
    assert load(None, ADAPTERS, {}).rules(WAYS).stand_off == StandOff()


def test_p3_minutes_reach_the_rules_and_crews_are_asked_where_they_are_shown_something(
    tmp_path: Path,
) -> None:
    """Nobody is rung up, and the CAD is no crew."""
    told = loaded(
        tmp_path,
        '[stand_off]\nprompts = ["5m", "8m"]\nevery = "3m"\n'
        '[channel.mdt]\n[channel.radio]\nconnect = "127.0.0.1:4001"\n',
    ).rules(WAYS)
    assert told.stand_off == StandOff(
        prompts=(5 * MINUTE, 8 * MINUTE), every=3 * MINUTE, channels=("mdt", "radio")
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('prompts = ["20m", "10m"]', "each must be later than the one before; sort them"),
        ('prompts = ["10m", "10m"]', "sort them"),
        ('prompts = ["0s"]', "from 1s to 24h"),
        ('every = "0s"', "from 1s to 24h"),
        ('minutes = ["10m"]', "is not a known key"),
    ],
)
def test_p3_what_does_not_fit_stops_the_start(tmp_path: Path, text: str, wanted: str) -> None:
    with pytest.raises(ConfigError) as refused:
        loaded(tmp_path, f"[stand_off]\n{text}\n")
    assert wanted in str(refused.value)
