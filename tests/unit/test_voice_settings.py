"""What `[channel.voice]` takes, and what it says about what it does not take (N4)."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from adapters.channels.voice_settings import VoiceSettings
from simulators import phone_cli
from simulators.phone import Press

ASTERISK = {"through": "asterisk", "ari_password_file": Path("p"), "ari_sounds": Path("s")}


def test_nothing_needs_to_be_said_for_sip_but_where() -> None:
    settings = VoiceSettings(sip_to="sip:{digits}@sbc.example:5070")
    assert (settings.through, settings.calls, settings.times) == ("sip", 2, 2)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8088/ari", "https://asterisk.example/ari"])
def test_asterisk_on_this_machine_or_in_tls(url: str) -> None:
    assert VoiceSettings(**ASTERISK, ari_url=url).ari_url == url


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"sip_to": "sip:crew@127.0.0.1"}, "must hold {number}"),
        ({"sip_to": "sip:{phone}@127.0.0.1"}, "must hold {number}"),
        ({"sip_to": "sip:{number@127.0.0.1"}, "brace"),
        ({"sip_to": "sip:{0}@127.0.0.1"}, "must hold {number}"),
        ({"ari_endpoint": "PJSIP/trunk"}, "must hold {number}"),
        ({"through": "asterisk"}, "ari_password_file and ari_sounds are needed"),
        ({**ASTERISK, "ari_url": "http://asterisk.example/ari"}, "use https"),
        ({**ASTERISK, "ari_url": "http://10.0.0.5:8088/ari"}, "use https"),
        ({**ASTERISK, "ari_url": "asterisk.example"}, "must be like https"),
        ({"voices": ()}, "at least 1"),
        ({"calls": 0}, "greater than or equal to 1"),
        ({"ring": "0s"}, "must be from 1s to 5m"),
        ({"number": "1"}, "not permitted"),
    ],
)
def test_what_is_wrong_is_said_with_its_remedy(given: dict[str, object], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        VoiceSettings.model_validate(given)


def test_the_simulated_telephone_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        phone_cli.main(["--help"])
    told = capsys.readouterr().out
    for word in ("--silent", "--declines", "--lost", "--dies-after", "--crews", "[channel.voice]"):
        assert word in told
    assert phone_cli._press("2@4.5") == Press("2", 4.5)


@pytest.mark.parametrize("wrong", ["--presses=12@3", "--presses=x@3", "--presses=1@soon"])
def test_the_simulated_telephone_refuses_what_is_no_key(
    wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        phone_cli.main([wrong])
    assert "--presses" in capsys.readouterr().err


def test_the_simulated_telephone_names_what_is_wrong_in_its_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    crews = tmp_path / "crews.toml"
    crews.write_text('[A105]\nnumber = "+447700900105"\nbehaviour = { bsy = true }\n')
    assert phone_cli.main(["--crews", str(crews)]) == 2
    assert "A105.behaviour.bsy" in capsys.readouterr().err
