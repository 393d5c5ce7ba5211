"""`[back_up]` becomes rules of the engine; what does not fit is told with its remedy (P2)."""

from pathlib import Path

import pytest

from adapters.table import ADAPTERS
from middleware.config import Config, ConfigError, load
from middleware.domain.rules import BackUpRules
from schemas.police import Wanted

DESK = '[channel.mdt]\n[channel.police_desk]\nurl = "http://127.0.0.1:1/back-up/v1/requests"\n'
LAST = '[[back_up.police]]\nof = "EOC supervisor"\nwait = "1m"\n'


def loaded(folder: Path, text: str) -> Config:
    path = folder / "forewarn.toml"
    path.write_text(text)
    return load(path, ADAPTERS, {})


def test_p2_without_a_word_people_read_it_out_and_the_last_is_a_supervisor() -> None:
    told = load(None, ADAPTERS, {}).rules().back_up
    assert told == BackUpRules()
    assert [step.of for step in told.steps(Wanted.POLICE)] == [
        "police control room", "police duty inspector", "EOC supervisor",
    ]  # fmt: skip
    assert {s.channel for w in Wanted for s in told.steps(w)} == {"console"}


def test_p2_steps_and_waits_reach_the_rules(tmp_path: Path) -> None:
    asked = '[[back_up.police]]\nof = "control room"\nchannel = "police_desk"\nwait = "90s"\n'
    text = f'{DESK}[back_up]\njudge_within = "0s"\ncome_within = "8m"\n{asked}{LAST}'
    told = loaded(tmp_path, text).rules().back_up
    assert [(s.of, s.channel, s.wait.total_seconds()) for s in told.police] == [
        ("control room", "police_desk", 90),
        ("EOC supervisor", "console", 60),
    ]
    assert (told.judge_within.total_seconds(), told.come_within.total_seconds()) == (0, 480)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[back_up]\npolice = []", "police"),
        ('[[back_up.police]]\nof = "x"\nchannel = "fax"\nwait = "1m"\n' + LAST, "choose one of"),
        ('[[back_up.police]]\nof = "x"\nchannel = "mdt"\nwait = "1m"\n' + LAST, "choose one of"),
        ('[[back_up.police]]\nof = "x"\nwait = "0s"', "from 1s to 24h"),
        (
            f'{DESK}[[back_up.police]]\nof = "x"\nchannel = "police_desk"\nwait = "1m"',
            "must reach a person",
        ),
        (DESK, "no step asks it"),
    ],
)
def test_p2_what_does_not_fit_stops_the_start(tmp_path: Path, text: str, wanted: str) -> None:
    with pytest.raises(ConfigError) as refused:
        loaded(tmp_path, text)
    assert wanted in str(refused.value)
