"""The command line teaches, and every error says what to do next (issue: the command line)."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest

from middleware.__main__ import main
from middleware.cli import common
from middleware.cli.common import FINE, FOUND_TROUBLE, WRONG_USE
from middleware.ops.access import Role
from middleware.ops.people import People
from middleware.ops.tokens import Holder, Tokens
from tests.logs import put_back

PASSWORD = "three unrelated words"


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """Runs `forewarn …` in a directory of its own; `environ` adds variables."""

    def run_it(*arguments: str, **environ: str) -> Ran:
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        try:
            code = main(arguments)
        except SystemExit as ended:
            code = int(str(ended.code))
        return Ran(code, *capsys.readouterr())

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", StringIO())
    with put_back():
        yield run_it


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("run",),
        ("check-config",),
        ("markers", "import"),
        ("match",),
        ("timeline",),
        ("journal", "verify"),
        ("journal", "copy"),
        ("people", "add"),
        ("tokens", "add"),
        ("devices", "add"),
    ],
    ids=" ".join,
)
def test_every_command_explains_itself_with_an_example(run: Run, arguments: tuple[str]) -> None:
    told = run(*arguments, "--help")
    assert told.code == FINE
    assert "forewarn" in told.out.split("examples:" if arguments else "start here:")[1]


def test_without_a_command_it_teaches(run: Run) -> None:
    told = run()
    assert told.code == WRONG_USE
    assert "start here:" in told.err


@pytest.mark.parametrize(
    "arguments", [("rum",), ("markers",), ("people", "add", "A"), ("match", "--markers", "x")]
)
def test_a_wrong_command_shows_how_it_is_used(run: Run, arguments: tuple[str]) -> None:
    told = run(*arguments)
    assert told.code == WRONG_USE
    assert "usage: forewarn" in told.err


def test_check_config_shows_what_would_hold(run: Run) -> None:
    told = run("check-config", FOREWARN_ROOM="eoc7")
    assert told.code == FINE
    assert json.loads(told.out)["room"] == "eoc7"
    assert "good" in told.err


def test_o4_check_config_looks_at_rooms_together(run: Run, tmp_path: Path) -> None:
    said = 'room = "{0}"\nstate = "{0}"\n[console]\nlisten = "127.0.0.1:910{1}"\n'
    apart = "[broker]\nport = 911{1}\n[source.cad_http]\nlisten = '127.0.0.1:912{1}'\n"
    for n, name in enumerate(("eoc1", "eoc2")):
        (tmp_path / f"{name}.toml").write_text(f"{said}{apart}".format(name, n))
    both = ("--config", "eoc1.toml", "--config", "eoc2.toml")
    told = run("check-config", *both)
    assert (told.code, list(json.loads(told.out))) == (FINE, ["eoc1", "eoc2"])
    assert "good together" in told.err
    (tmp_path / "eoc2.toml").write_text(f"{said}{apart}".format("eoc2", 0))
    told = run("check-config", *both)
    assert told.code == WRONG_USE
    assert "eoc2.toml:4: console.listen: is the same as console.listen (eoc1.toml:4)" in told.err


def test_check_config_tells_every_problem_with_line_and_remedy(run: Run, tmp_path: Path) -> None:
    (tmp_path / "f.toml").write_text('rom = "x"\n[check]\nlimit = "fast"\n')
    told = run("check-config", "--config", "f.toml", FOREWARN_LANES__BOUND="1")
    assert told.code == WRONG_USE
    assert "f.toml:1: rom: is not a known key; did you mean room?" in told.err
    assert "f.toml:3: check.limit: is not a duration; write it like" in told.err
    assert "FOREWARN_LANES__BOUND: lanes.bound: " in told.err
    assert "what to do:" in told.err


def test_run_starts_nothing_on_a_wrong_configuration(run: Run, tmp_path: Path) -> None:
    (tmp_path / "f.toml").write_text('[console]\nlisten = "0.0.0.0:8100"\n')
    told = run("run", "--config", "f.toml")
    assert told.code == WRONG_USE
    assert "listen_beyond_loopback = true" in told.err
    assert not (tmp_path / "forewarn-state").exists()


# --- people, tokens, devices ---------------------------------------------------------------


def test_a_person_who_was_added_can_sign_in_e2(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pw").write_text(PASSWORD + "\n")
    told = run("people", "add", "A. Reader", "--role", "auditor", "--password-file", "pw")
    people = People(tmp_path / "forewarn-state" / "people.json")
    person = people.check("A. Reader", PASSWORD)
    assert told.code == FINE
    assert person
    assert person.roles == (Role.AUDITOR,)
    assert PASSWORD not in told.out + told.err
    assert run("people", "remove", "A. Reader").code == FINE
    assert people.check("A. Reader", PASSWORD) is None


def test_a_password_is_asked_for_twice_and_never_shown_e2(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    typed = iter([PASSWORD, PASSWORD, PASSWORD, "another"])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    assert common.ask_password(None, "A. Reader", twice=True) == PASSWORD
    with pytest.raises(Exception, match="differ"):
        common.ask_password(None, "A. Reader", twice=True)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "cannot be read"), ("", "is empty"), ("short", "10 to 1000 characters")],
)
def test_a_password_that_cannot_be_used_says_why(
    run: Run, tmp_path: Path, content: str | None, reason: str
) -> None:
    if content is not None:
        (tmp_path / "pw").write_text(content)
    told = run("people", "add", "A", "--role", "auditor", "--password-file", "pw")
    assert told.code == FOUND_TROUBLE
    assert reason in told.err
    assert "what to do:" in told.err


def test_without_a_terminal_a_password_comes_from_a_file(run: Run) -> None:
    told = run("people", "add", "A", "--role", "auditor")
    assert told.code == FOUND_TROUBLE
    assert "--password-file" in told.err


def test_a_token_is_printed_once_and_works_e2(run: Run, tmp_path: Path) -> None:
    told = run("tokens", "add", "system:cad")
    tokens = Tokens(tmp_path / "forewarn-state" / "tokens.json")
    assert told.code == FINE
    assert tokens.holder(told.out.strip()) == Holder("cad", Role.SYSTEM)
    assert run("tokens", "remove", "system:cad").code == FINE
    assert tokens.holder(told.out.strip()) is None
    assert run("tokens", "remove", "system:cad").code == FOUND_TROUBLE


def test_devices_get_passwords_of_their_own_e2(run: Run, tmp_path: Path) -> None:
    told = run("devices", "add", "A101", "A102")
    lines = [line.split() for line in told.out.splitlines()]
    assert told.code == FINE
    assert [device for device, _ in lines] == ["A101", "A102"]
    assert lines[0][1] != lines[1][1]
    kept = (tmp_path / "forewarn-state" / "broker" / "devices.json").read_text()
    assert lines[0][1] not in kept
    assert run("devices", "remove", "A101").code == FINE
    assert run("devices", "remove", "A101").code == FOUND_TROUBLE


# --- journal -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments", [("journal", "verify"), ("journal", "snapshot"), ("timeline", "2026-1")]
)
def test_where_there_is_no_journal_nothing_is_called_sound(
    run: Run, tmp_path: Path, arguments: tuple[str]
) -> None:
    told = run(*arguments)
    assert told.code == FOUND_TROUBLE
    assert "name the right --config" in told.err
    assert not (tmp_path / "forewarn-state").exists()


@pytest.mark.parametrize(
    ("source", "target", "said"),
    [
        ("sqlite:nowhere.sqlite", "redis://127.0.0.1:9", "there is no file nowhere.sqlite"),
        ("journal.sqlite", "redis://127.0.0.1:9", "journal.sqlite is no place of a journal"),
        ("redis://127.0.0.1", "sqlite:x", "redis://127.0.0.1 is no place of a journal"),
        ("redis://redis.control.example:6379", "sqlite:x", "tls = true"),
        ("sqlite:x", "sqlite:x", "the same place"),
    ],
)
def test_a_copy_between_places_that_are_none_is_refused_with_the_form(
    run: Run, tmp_path: Path, source: str, target: str, said: str
) -> None:
    (tmp_path / "forewarn-state" / "keys").mkdir(parents=True, mode=0o700)
    told = run("journal", "copy", "--from", source, "--to", target)
    assert told.code == FOUND_TROUBLE
    assert said in told.err
    assert "what to do: " in told.err
    assert not (tmp_path / "x").exists()


def test_a_service_that_does_not_run_is_told_with_the_remedy(run: Run, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("some token")
    (tmp_path / "m.csv").write_text(
        "id,scope,category,severity,what,happened_on,review_on,source\n"
    )
    told = run("markers", "import", "m.csv", "--token-file", "token", "--url", "http://127.0.0.1:9")
    assert told.code == FINE, "nothing to bring: nothing is asked"
    (tmp_path / "m.csv").write_text(
        "id,address,scope,category,severity,what,happened_on,review_on,source\n"
        "A,1 Example Road,house,verbal_abuse,low,shouted,2025-01-31,2030-01-31,EOC\n"
    )
    told = run("markers", "import", "m.csv", "--token-file", "token", "--url", "http://127.0.0.1:9")
    assert told.code == FOUND_TROUBLE
    assert "forewarn run" in told.err


def test_an_import_says_who_asks_or_is_not_made(run: Run, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("id\n")
    told = run("markers", "import", "m.csv")
    assert told.code == FOUND_TROUBLE
    assert "column source is missing" in told.err


def test_a_fault_of_the_program_prints_no_personal_data_e2(tmp_path: Path) -> None:
    program = (
        "import sys; from middleware import __main__ as m\n"
        "from middleware.cli import check_config\n"
        "def fault(args): raise ValueError('14A Canary Street')\n"
        "check_config.act.__code__ = fault.__code__\n"
        "sys.exit(m.main(['check-config']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "ValueError" in done.stderr
    assert "Canary" not in done.stderr + done.stdout
