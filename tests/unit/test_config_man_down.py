"""`[man_down]` becomes rules of the engine; what does not fit is told with its remedy (D1-D3)."""

from pathlib import Path

import pytest

from adapters.table import ADAPTERS
from middleware.config import Config, ConfigError, load
from middleware.domain.rules import KnownRadio, ManDown
from schemas.alarm import Audience


def loaded(folder: Path, text: str) -> Config:
    path = folder / "forewarn.toml"
    path.write_text(text)
    return load(path, ADAPTERS, {})


def test_d2_without_a_word_the_ladder_goes_from_supervisors_to_everybody() -> None:
    told = load(None, ADAPTERS, {}).rules().man_down
    assert told == ManDown()
    assert [step.to for step in told.steps] == [
        Audience.SUPERVISORS, Audience.SUPERVISORS, Audience.DISPATCHERS, Audience.EVERYBODY,
    ]  # fmt: skip


def test_d2_d3_steps_and_radios_reach_the_rules(tmp_path: Path) -> None:
    told = (
        loaded(
            tmp_path,
            '[man_down]\nwindow = "90s"\n'
            '[[man_down.step]]\nto = "everybody"\nwait = "5s"\n'
            '[[man_down.radio]]\nnumber = "09011638301234567"\ncallsign = "A1"\n'
            '[[man_down.radio]]\nnumber = "77"\nlistening = true\n',
        )
        .rules()
        .man_down
    )
    assert [(step.to, step.wait.total_seconds()) for step in told.steps] == [
        (Audience.EVERYBODY, 5)
    ]
    assert told.window.total_seconds() == 90
    assert told.radios == {
        "1234567": KnownRadio(callsign="A1"),
        "77": KnownRadio(listening=True),
    }


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[man_down]\nstep = []", "step"),
        ('[[man_down.step]]\nto = "nobody"\nwait = "5s"', "'supervisors', 'dispatchers'"),
        ('[[man_down.step]]\nto = "everybody"\nwait = "0s"', "from 1s to 1h"),
        ('[[man_down.radio]]\nnumber = "1"\n[[man_down.radio]]\nnumber = "01"', "one row for each"),
        ('[[man_down.radio]]\nnumber = "A1"', "number"),
    ],
)
def test_d2_what_does_not_fit_stops_the_start(tmp_path: Path, text: str, wanted: str) -> None:
    with pytest.raises(ConfigError) as refused:
        loaded(tmp_path, text)
    assert wanted in str(refused.value)
