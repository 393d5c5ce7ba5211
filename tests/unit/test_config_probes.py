"""`[probes]`: what is probed, and what does not fit is told with its remedy (O1)."""

from datetime import timedelta
from pathlib import Path

import pytest

from adapters.table import ADAPTERS
from middleware.config import Config, ConfigError, load

EVERY_CHANNEL = """
[channel.mdt]
[channel.radio]
connect = "127.0.0.1:4001"
[channel.cad_writeback]
"""
ELSEWHERE = """
[broker]
embedded = false
username = "forewarn"
password_file = "broker.secret"
"""


def loaded(folder: Path, text: str) -> Config:
    path = folder / "forewarn.toml"
    path.write_text(text)
    for name in ("broker.secret", "probe.secret"):
        (folder / name).touch()
    return load(path, ADAPTERS, {})


def probed(config: Config) -> dict[str, str]:
    return config.probes.devices(config.channel, embedded=config.broker.embedded)


def test_o1_the_embedded_broker_is_probed_without_a_word() -> None:
    assert probed(load(None, ADAPTERS, {})) == {"mdt": "PROBE"}


def test_o1_a_radio_and_an_incident_are_probed_where_they_are_named(tmp_path: Path) -> None:
    asked = '[probes]\nmdt = "LOOP"\nradio = "1009999"\ncad_writeback = "P1"\n'
    config = loaded(tmp_path, asked + EVERY_CHANNEL)
    assert probed(config) == {"mdt": "LOOP", "radio": "1009999", "cad_writeback": "P1"}


def test_n4_a_telephone_is_called_seldom_and_two_calls_in_vain_are_overdue(tmp_path: Path) -> None:
    asked = '[probes]\nvoice = "+441632960999"\nvoice_every = "15m"\n[channel.voice]\n'
    config = loaded(tmp_path, asked + EVERY_CHANNEL)
    assert probed(config)["voice"] == "+441632960999"
    assert config.probes.pace("voice") == (timedelta(minutes=15), timedelta(minutes=31))
    assert config.probes.pace("mdt") == (timedelta(seconds=30), timedelta(seconds=90))


def test_o1_a_broker_elsewhere_is_probed_when_the_device_has_a_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert probed(loaded(tmp_path, ELSEWHERE)) == {}
    named = ELSEWHERE + '[probes]\nmdt_password_file = "probe.secret"\n'
    assert probed(loaded(tmp_path, named)) == {"mdt": "PROBE"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('every = "30s"\noverdue = "40s"', "overdue must be 1m or longer: one probe may be lost"),
        ('overdue = "2m"', "from 2s to 110s"),
        ('every = "0s"', "from 1s to 50s"),
        ('radio = "1009999"', "add the section [channel.radio], or remove this"),
        ('cad_writeback = "P1"', "add the section [channel.cad_writeback], or remove this"),
        ('voice = "+441632960999"', "add the section [channel.voice], or remove this"),
        ('voice = "01632 960999"', "voice"),
        ('voice_every = "10s"', "from 1m to 24h"),
        ('mdt_password_file = "probe.secret"', "the embedded broker makes that account itself"),
        ('radio = "PROBE"', "radio"),
        ('police_desk = "P1"', "is not a known key"),
    ],
)
def test_o1_what_does_not_fit_stops_the_start(tmp_path: Path, text: str, wanted: str) -> None:
    with pytest.raises(ConfigError) as refused:
        loaded(tmp_path, f"[probes]\n{text}\n")
    assert wanted in str(refused.value)
