"""One TOML file, the environment over it, and every problem at once (issue: command line; E2)."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import Field

from middleware.config import Config, ConfigError, load
from middleware.config.sections import Section
from middleware.ops.durations import Duration, read_duration
from middleware.ops.listening import HostPort, ListenAt
from middleware.ports import AdapterSpec, By, Kind, Way
from schemas.decision import Ladder

Load = Callable[..., Config]
Problems = Callable[..., tuple[str, ...]]


class Cad(Section):
    """A source as the tests need it."""

    listen: ListenAt = Field(HostPort("127.0.0.1", 8101), description="where the CAD posts to")
    patience: Duration = Field(read_duration("5s"), description="how long a message may wait")
    token_file: Path | None = Field(None, description="file with our token")


class Nothing(Section):
    """An adapter without settings."""


ON_RADIO = Way(by=By.RADIO, repeatable=False)
INTO_CAD = Way(by=By.INCIDENT)
SPECS = (
    AdapterSpec(Kind.SOURCE, "cad_http", Cad, lambda settings, world: None),
    AdapterSpec(Kind.SOURCE, "asterisk_ami", Nothing, lambda settings, world: None),
    AdapterSpec(Kind.CHANNEL, "mdt", Nothing, lambda settings, world: None),
    AdapterSpec(Kind.CHANNEL, "radio", Nothing, lambda settings, world: None, ON_RADIO),
    AdapterSpec(Kind.CHANNEL, "cad", Nothing, lambda settings, world: None, INTO_CAD),
    AdapterSpec(Kind.STORE, "sqlite", Nothing, lambda settings, world: None),
)
TABLE = {(spec.kind, spec.name): spec for spec in SPECS}


@pytest.fixture
def load_text(tmp_path: Path) -> Load:
    def load_it(text: str, **environ: str) -> Config:
        path = tmp_path / "forewarn.toml"
        path.write_text(text)
        return load(path, TABLE, environ)

    return load_it


@pytest.fixture
def problems(load_text: Load, tmp_path: Path) -> Problems:
    def found(text: str, **environ: str) -> tuple[str, ...]:
        with pytest.raises(ConfigError) as caught:
            load_text(text, **environ)
        return tuple(p.removeprefix(f"{tmp_path}/") for p in caught.value.problems)

    return found


def ladder(*rungs: tuple[str, str], of: str = "rung") -> str:
    rows = (f'[[escalation.{of}]]\nchannel = "{name}"\nwait = "{wait}"\n' for name, wait in rungs)
    return "".join(rows)


# --- defaults and overrides ---------------------------------------------------------------


def test_without_a_file_the_defaults_run() -> None:
    config = load(None, TABLE, {})
    assert config.room == "eoc1"
    assert config.check.limit == timedelta(milliseconds=50)
    assert list(config.source) == ["cad_http"]
    assert list(config.channel) == ["mdt"]
    assert list(config.store) == ["sqlite"]


def test_the_default_ladder_ends_with_a_person_n5() -> None:
    ladder = load(None, TABLE, {}).rules().ladder
    assert [rung.channel for rung in ladder] == ["mdt", "console"]


def test_the_adapters_run_that_have_a_section(load_text: Load) -> None:
    config = load_text('[source.asterisk_ami]\n[source.cad_http]\npatience = "2s"')
    assert set(config.source) == {"asterisk_ami", "cad_http"}
    assert list(config.store) == ["sqlite"], "a kind not spoken of keeps its default"


def test_the_environment_overrides_the_file(load_text: Load) -> None:
    config = load_text(
        '[check]\nlimit = "20ms"\nindex_behind_limit = "5s"',
        FOREWARN_ROOM="eoc2",
        FOREWARN_CHECK__LIMIT="30ms",
        FOREWARN_SOURCE__CAD_HTTP__LISTEN="127.0.0.1:9000",
        HOME="is not ours",
    )
    assert config.room == "eoc2"
    assert config.check.limit == timedelta(milliseconds=30)
    assert config.check.index_behind_limit == timedelta(seconds=5)
    assert json.loads(config.to_public_json())["source"]["cad_http"]["listen"] == "127.0.0.1:9000"


def test_the_record_of_the_start_says_all_in_one_way_e3(load_text: Load) -> None:
    one = load_text('room = "x"\n[check]\nlimit = "1000ms"').to_public_json()
    two = load_text('[check]\nlimit = "1s"', FOREWARN_ROOM="x").to_public_json()
    assert one == two
    assert json.loads(one)["check"]["limit"] == "1s"


def test_nothing_changes_after_the_start(load_text: Load) -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_text("").room = "other"  # type: ignore[misc]


# --- one thing wrong ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ('\nrom = "x"', "forewarn.toml:2: rom", "did you mean room?"),
        ('[check]\n\nlimt = "1s"', "forewarn.toml:3: check.limt", "did you mean limit?"),
        ("[chek]", "forewarn.toml:1: chek", "did you mean check?"),
        ('check.limit = "50"', "forewarn.toml:1: check.limit", "write it like 50ms"),
        ("[check]\nlimit = 50", "forewarn.toml:2: check.limit", "with its unit"),
        ('[check]\nlimit = "1h"', "forewarn.toml:2: check.limit", "from 1ms to 10s"),
        ("[source.cad_htp]", "forewarn.toml:1: source.cad_htp", "did you mean cad_http?"),
        ("source = 3", "forewarn.toml:1: source", "write [source.name]"),
        ("source.cad_http = 3", "forewarn.toml:1: source.cad_http", "valid dictionary"),
        (
            '[source.cad_http]\n# here\npatienc = "2s"',
            "forewarn.toml:3: source.cad_http.patienc",
            "did you mean patience?",
        ),
        ('[console]\nlisten = "8100"', "forewarn.toml:2: console.listen", "host:port"),
        ('[console]\nlisten = "127.0.0.1:99999"', "forewarn.toml:2: console.listen", "host:port"),
        ('room = "Control Room"', "forewarn.toml:1: room", "letters, digits, - and _"),
        ("[lanes]\nbound = 1", "forewarn.toml:2: lanes.bound", "greater than or equal to 100"),
    ],
)
def test_a_problem_names_line_key_reason_and_remedy(
    problems: Problems, text: str, place: str, reason: str
) -> None:
    (problem,) = problems(text)
    assert problem.startswith(f"{place}: ")
    assert reason in problem
    assert ";" in problem, "the remedy follows the reason"


def test_a_row_of_the_ladder_is_found_at_its_line(problems: Problems) -> None:
    text = ladder(("mdt", "10s"), ("console", "soon"))
    assert problems(text)[0].startswith("forewarn.toml:6: escalation.rung[2].wait: ")


def test_a_missing_key_is_reported_at_its_section(problems: Problems) -> None:
    (problem,) = problems('\n[[escalation.rung]]\nchannel = "console"')
    assert problem.startswith("forewarn.toml:2: escalation.rung[1].wait: is missing")


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("FOREWARN_ROM", "x", "rom: is not a known key; did you mean room?"),
        ("FOREWARN_CHECK__LIMIT", "fast", "check.limit: is not a duration"),
        ("FOREWARN_CONSOL__LISTEN", "127.0.0.1:1", "consol: is not a known key"),
        ("FOREWARN_ROOM__CODE", "x", "room.code: is below a key that holds a value"),
        ("FOREWARN_SOURCE__CAD_HTTP__PATIENC", "1s", "did you mean patience?"),
    ],
)
def test_a_problem_in_the_environment_names_the_variable(
    problems: Problems, name: str, value: str, reason: str
) -> None:
    (problem,) = problems('room = "x"', **{name: value})
    assert problem.startswith(f"{name}: ")
    assert reason in problem


def test_everything_wrong_is_told_at_once(problems: Problems) -> None:
    found = problems(
        'rom = "x"\n[check]\nlimit = "x"\n[source.cad_htp]\n[source.cad_http]\npatience = 3',
        FOREWARN_LANES__BOUND="many",
    )
    assert len(found) == 5


def test_no_problem_repeats_a_value_which_may_be_a_secret(problems: Problems) -> None:
    (problem,) = problems('[source.cad_http]\npassword = "hunter2-canary"')
    assert "hunter2" not in problem


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"room = \n", "forewarn.toml:1: this is not TOML"),
        (b"a = 1\na = 2\n", "forewarn.toml:2: this is not TOML"),
        (b"room = 'x'\nstate = '\xff'\n", "forewarn.toml:2: is not UTF-8"),
    ],
)
def test_a_file_that_is_no_toml_is_refused_with_the_line(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    (tmp_path / "forewarn.toml").write_bytes(content)
    with pytest.raises(ConfigError, match=reason):
        load(tmp_path / "forewarn.toml", TABLE, {})


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: cannot be read: No such file"):
        load(tmp_path / "none.toml", TABLE, {})


# --- right each, wrong together -----------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "key", "remedy"),
    [
        (ladder(("mdt", "5s")), "escalation.rung[1].channel", "must reach a person"),
        (ladder(("console", "5s"), ("console", "5s")), "escalation.rung[1].channel", "last rung"),
        (ladder(("radio", "5s"), ("console", "5s")), "escalation.rung[1].channel", "mdt"),
        (ladder(("mdt", "13h"), ("console", "5s")), "escalation.rung", "note.keep_for"),
        ("escalation.rung = []", "escalation.rung", "nobody would be told"),
        ("[source]", "source", "nothing would come in"),
        ("[store]", "store", "exactly one store"),
        ('[console]\nlisten = "127.0.0.1:1883"', "console.listen", "its own port"),
        ('[broker]\ntls_key_file = "x"', "broker.tls_key_file", "go together"),
        ('[broker]\nusername = "x"', "broker.password_file", "go together"),
        ('[broker]\nembedded = false\nhost = "mqtt.example"', "broker.host", "tls_ca_file"),
        ('[source.cad_http]\ntoken_file = "no/such"', "source.cad_http.token_file", "create it"),
    ],
)
def test_settings_that_do_not_go_together_stop_the_start(
    problems: Problems, text: str, key: str, remedy: str
) -> None:
    told = [problem for problem in problems(text) if f": {key}: " in problem]
    assert remedy in told[0]


@pytest.mark.parametrize(
    "text", ['[source.cad_http]\nlisten = "0.0.0.0:80"', '[source.cad_http]\nlisten = "[::]:80"']
)
def test_nothing_listens_beyond_loopback_unless_told_to_e2(
    problems: Problems, load_text: Load, text: str
) -> None:
    (problem,) = problems(text)
    assert "listen_beyond_loopback = true" in problem
    assert load_text(f"listen_beyond_loopback = true\n{text}")


def test_the_console_leaves_the_machine_only_with_tls_e2(
    problems: Problems, load_text: Load, tmp_path: Path
) -> None:
    text = 'listen_beyond_loopback = true\n[console]\nlisten = "0.0.0.0:80"\n'
    (problem,) = problems(text)
    assert "in clear" in problem
    (tmp_path / "pem").touch()
    files = f'tls_key_file = "{tmp_path}/pem"\ntls_certificate_file = "{tmp_path}/pem"\n'
    assert load_text(text + files).console.listen.port == 80


def test_the_embedded_broker_leaves_the_machine_only_with_tls_e2(
    problems: Problems, load_text: Load, tmp_path: Path
) -> None:
    text = 'listen_beyond_loopback = true\n[broker]\nhost = "0.0.0.0"\n'
    (problem,) = problems(text)
    assert "in clear" in problem
    (tmp_path / "pem").touch()
    files = f'tls_key_file = "{tmp_path}/pem"\ntls_certificate_file = "{tmp_path}/pem"\n'
    assert load_text(text + files).broker_at() == HostPort("0.0.0.0", 1883)  # noqa: S104


def test_the_ladder_reaches_the_rules_of_the_engine_n5(load_text: Load) -> None:
    config = load_text("[channel.radio]\n" + ladder(("radio", "5s"), ("console", "90s")))
    assert [(r.channel, r.wait.total_seconds()) for r in config.rules().ladder] == [
        ("radio", 5),
        ("console", 90),
    ]


def test_n4_a_single_responder_has_a_ladder_of_its_own(load_text: Load) -> None:
    alone = ladder(("radio", "0s"), ("mdt", "60s"), ("console", "60s"), of="single_responder")
    config = load_text("[channel.mdt]\n[channel.radio]\n" + alone)
    rules = config.rules({spec.name: spec.way for spec in SPECS})
    told = [rung.channel for rung in rules.rungs(Ladder.SINGLE_RESPONDER)]
    assert told == ["radio", "mdt", "console"]
    assert rules.rungs(Ladder.MOVING) == rules.rungs(Ladder.DEFAULT) == rules.ladder
    assert rules.way("radio") == ON_RADIO
    assert rules.way("mdt").repeatable


@pytest.mark.parametrize(
    ("rows", "place", "remedy"),
    [
        (ladder(("voice", "30s"), ("console", "60s"), of="moving"), "moving", "add its section"),
        (ladder(("mdt", "30s"), of="single_responder"), "single_responder", "reach a person"),
        (ladder(("mdt", "0s"), ("console", "0s")), "wait", "give the last rung a wait"),
        (ladder(("mdt", "0s"), ("mdt", "9s"), ("console", "9s")), "rung", "told twice at once"),
        (ladder(("cad", "30s"), ("console", "60s")), "channel", "tells no crew"),
        (ladder(("mdt", "13h"), ("console", "60s"), of="moving"), "moving", "expires before"),
    ],
)
def test_n5_a_ladder_that_could_not_work_stops_the_start(
    problems: Problems, rows: str, place: str, remedy: str
) -> None:
    (problem,) = problems("[channel.mdt]\n[channel.cad]\n" + rows)
    assert place in problem
    assert remedy in problem
