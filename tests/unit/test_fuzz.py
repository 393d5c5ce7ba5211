"""Every codec and every source of the table, fed what is wrong: accepted + refused + quarantined =
sent (O4). `make fuzz` does the same for longer."""

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from adapters.codecs import esl, tetra_pei
from adapters.sources.cad_desk import Desk
from adapters.sources.played import PlayedDesk
from adapters.table import ADAPTERS
from middleware.ports import Kind, WireFrame
from tests.fuzz import tetra_target
from tests.fuzz.account import Account, Fate, Finding
from tests.fuzz.codecs import Framing, Parser, Radio, parsers
from tests.fuzz.mutate import Mutator
from tests.fuzz.rows import rows
from tests.fuzz.seeds import has_own

INPUTS = 200
PARSERS = {parser.name: parser for parser in parsers()}
SOURCES = [name for kind, name in ADAPTERS if kind is Kind.SOURCE]
DEVICES = ["mdt"]


def fed(parser: Parser, times: int = INPUTS) -> Account:
    account, mutator = Account(parser.name), Mutator(Random(11))
    for _ in range(times):
        parser.one(account, mutator)
    return account


def heard(row: str, folder: Path, times: int = INPUTS) -> Account:
    account = Account(row)
    (one,) = [one for one in rows(folder) if one.name == row]
    one.several(account, Mutator(Random(11)), times)
    return account


@pytest.mark.parametrize("name", PARSERS)
def test_o4_a_codec_accounts_for_all_it_is_fed(name: str) -> None:
    account = fed(PARSERS[name])
    assert sum(account.fates.values()) == account.sent >= INPUTS
    assert account.fates[Fate.ACCEPTED] or not has_own(name), "its seeds are good ones"


@pytest.mark.parametrize("name", [*SOURCES, *DEVICES])
def test_o4_a_row_of_the_table_accounts_for_all_it_hears(name: str, tmp_path: Path) -> None:
    account = heard(name, tmp_path)
    assert sum(account.fates.values()) == account.sent == INPUTS
    assert account.fates[Fate.ACCEPTED] or not has_own(name), "its seeds are good ones"
    assert account.fates[Fate.QUARANTINED], "and its changes are bad ones"


def test_every_module_that_reads_is_among_the_parsers() -> None:
    """One of each sort, so that what finds them is seen to find."""
    assert {one.name for one in rows(Path())} == {*SOURCES, *DEVICES}
    assert {"ami.Framer", "cad.CAD", "bars.read", "mdt.read", "marker_csv.rows"} < PARSERS.keys()


def test_the_same_seed_makes_the_same_inputs() -> None:
    assert fed(PARSERS["mdt.read"]) == fed(PARSERS["mdt.read"])


# --- what they are there to see ----------------------------------------------------------


def test_o4_a_codec_that_raises_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tetra_target, "read_words", lambda octets, header: octets[2])
    with pytest.raises(Finding, match="IndexError is raised"):
        fed(Radio("tetra", tetra_target.one_input), 3_000)


def test_o4_a_stream_that_loses_what_is_cut_is_found() -> None:
    class Forgetful(tetra_pei.Reader):
        def feed(self, data: bytes) -> list[tetra_pei.Item]:
            self._line.clear()
            return super().feed(data)

    with pytest.raises(Finding, match="accounted for"):
        fed(Framing("tetra_pei.Reader", Forgetful))


def test_o4_a_stream_that_tells_more_than_was_said_is_found() -> None:
    class Talkative(esl.Framer):
        def feed(self, data: bytes) -> list[esl.Item]:
            return [*super().feed(data), *super().feed(b"\n\n"), esl.Frame({}, b"")]

    with pytest.raises(Finding, match="accounted for"):
        fed(Framing("esl.Framer", Talkative))


def test_o4_a_source_that_drops_a_message_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = PlayedDesk._hear

    def hear(self: PlayedDesk, desk: Desk, frame: WireFrame) -> None:
        if b"000042" not in frame.data:
            whole(self, desk, frame)

    monkeypatch.setattr(PlayedDesk, "_hear", hear)
    with pytest.raises(Finding, match="nothing came of it"):
        heard("cad_http", tmp_path)


def test_o4_a_source_that_falls_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fall(*_: object) -> None:
        raise IndexError

    monkeypatch.setattr("adapters.codecs.ari.read_event", fall)
    with pytest.raises(Finding, match="IndexError is raised"):
        heard("asterisk_ari", tmp_path)


def test_a_parser_that_wants_something_new_is_named() -> None:
    def read(raw: bytes, mood: complex) -> None: ...

    with pytest.raises(Finding, match="_GIVEN"):
        fed(Parser("new.read", read), 1)


def test_the_fuzz_is_a_program_that_prints_the_account_of_each() -> None:
    command = [sys.executable, "-m", "tests.fuzz", "--for", "0s", "--only", "reports"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "reports.is_receipt" in ran.stdout
    assert "2 parsers, 400 sent" in ran.stdout
