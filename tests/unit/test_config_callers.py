"""[abuse], [frequent_callers] and [hand_on] in the configuration (A2, M6, N2, E4)."""

from datetime import timedelta
from pathlib import Path

import pytest

from adapters.table import ADAPTERS
from middleware.config import ConfigError, load
from middleware.domain.letter_wording import LETTER
from middleware.domain.rules import OFTEN, Often, Rules
from middleware.ports import By, Way

BARS = """
[channel.mdt]
[channel.bars_flag]
[[hand_on.service]]
name = "Neighbour"
id = "1122334455"
"""
WAYS = {"bars_flag": Way(by=By.SERVICE)}


def rules(tmp_path: Path, text: str = "") -> Rules:
    path = tmp_path / "forewarn.toml"
    path.write_text(f"[source.cad_http]\n{text}")
    return load(path, ADAPTERS, {}).rules(WAYS)


def wrong(tmp_path: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        rules(tmp_path, text)
    return "\n".join(caught.value.problems)


# --- frequent callers ------------------------------------------------------------------


def test_m6_without_a_word_the_definition_of_the_national_network_runs(tmp_path: Path) -> None:
    assert rules(tmp_path).often == OFTEN
    assert rules(tmp_path).rings_kept == timedelta(days=90)


def test_m6_e4_window_and_threshold_are_the_trusts_own_and_rings_are_kept_as_long(
    tmp_path: Path,
) -> None:
    said = rules(tmp_path, '[[frequent_callers.often]]\ncalls = 3\nwithin = "14d"\n')
    assert said.often == (Often(calls=3, within=timedelta(days=14)),)
    assert said.rings_kept == timedelta(days=14)


def test_m6_e4_without_a_rule_nothing_is_kept(tmp_path: Path) -> None:
    assert rules(tmp_path, "[frequent_callers]\noften = []\n").rings_kept == timedelta()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ('calls = 1\nwithin = "30d"', "often"),
        ('calls = 5\nwithin = "36h"', "no number of whole days"),
        ('calls = 5\nwithin = "2y"', "within"),
    ],
)
def test_m6_a_rule_that_cannot_be_meant_is_refused_with_its_key(
    tmp_path: Path, said: str, why: str
) -> None:
    problems = wrong(tmp_path, f"[[frequent_callers.often]]\n{said}\n")
    assert "frequent_callers" in problems
    assert why in problems


# --- the letter ------------------------------------------------------------------------


def test_a2_the_letter_is_the_trusts_own_or_ours(tmp_path: Path) -> None:
    assert rules(tmp_path).letter == LETTER
    file = tmp_path / "letter.txt"
    file.write_text("On {date} at {time}, from {number}.")
    said = rules(tmp_path, f'[abuse]\nletter_file = "{file}"\nletter_from = "Saltby"\n')
    assert (said.letter, said.letter_from) == ("On {date} at {time}, from {number}.", "Saltby")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "cannot be read"),
        (b"\xff\xfe", "cannot be read as UTF-8"),
        (b"Dear {name}", "nothing is known to fill in {name}"),
        (b"  ", "is empty"),
        (b"x" * 2_001, "longer than 2000 characters"),
    ],
)
def test_a2_a_letter_that_cannot_be_sent_stops_the_start_and_says_why(
    tmp_path: Path, text: bytes | None, why: str
) -> None:
    file = tmp_path / "letter.txt"
    if text is not None:
        file.write_bytes(text)
    problems = wrong(tmp_path, f'[abuse]\nletter_file = "{file}"\n')
    assert why in problems
    assert "letter_file" in problems


# --- handing on ------------------------------------------------------------------------


def test_n2_services_are_known_by_name_and_identifier(tmp_path: Path) -> None:
    said = rules(tmp_path, f'[hand_on]\nsender = "Saltby"\nsender_id = "RX9"\n{BARS}')
    assert said.services == {"Neighbour": "1122334455"}
    assert (said.sender, said.sender_id) == ("Saltby", "RX9")
    assert said.channels_by(By.SERVICE) == ("bars_flag",)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[[hand_on.service]]\nname = "A"\nid = "1"\n', "add [channel.bars_flag]"),
        ("[channel.bars_flag]\n", "say who there is: [[hand_on.service]]"),
        (f'{BARS}[[hand_on.service]]\nname = "Neighbour"\nid = "2"\n', "the same name"),
        ('[channel.bars_flag]\n[[hand_on.service]]\nname = "A"\nid = "a b"\n', "id"),
        (f'{BARS}[[escalation.rung]]\nchannel = "bars_flag"\nwait = "1s"\n', "no crew"),
    ],
)
def test_n2_what_would_tell_nobody_stops_the_start_and_says_why(
    tmp_path: Path, text: str, why: str
) -> None:
    assert why in wrong(tmp_path, text)
