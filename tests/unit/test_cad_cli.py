"""The CAD on the command line says what to mend (O3)."""

from pathlib import Path

import pytest

from simulators.__main__ import main

TOKEN = "token-of-the-tests"


@pytest.fixture
def token_file(tmp_path: Path) -> str:
    path = tmp_path / "token.txt"
    path.write_text(TOKEN + "\n")
    return str(path)


def test_help_teaches_with_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["cad", "--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert "python -m simulators cad --url" in told
    for fault in ("duplicate", "conflict", "garbage", "cut", "reorder", "resource-first", "silent"):
        assert f"--{fault}" in told


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (["--tcp", "nowhere", "--token-file", "{token}"], "--tcp is written host:port"),
        (["--tcp", "127.0.0.1:8102", "--token-file", "/missing"], "No such file"),
        (
            ["--tcp", "127.0.0.1:8102", "--token-file", "{token}", "--scenario", "/missing"],
            "No such file",
        ),
    ],
)
def test_what_is_wrong_is_said_in_a_line(
    capsys: pytest.CaptureFixture[str], token_file: str, wrong: list[str], told: str
) -> None:
    assert main(["cad", *(word.format(token=token_file) for word in wrong)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("cad: ")
    assert told in error
    assert len(error.splitlines()) == 1
    assert TOKEN not in error


@pytest.mark.parametrize("rate", ["2", "-1", "often"])
def test_a_rate_is_from_0_to_1(
    capsys: pytest.CaptureFixture[str], token_file: str, rate: str
) -> None:
    with pytest.raises(SystemExit):
        main(["cad", "--tcp", "h:1", "--token-file", token_file, f"--cut={rate}"])
    assert "--cut" in capsys.readouterr().err
