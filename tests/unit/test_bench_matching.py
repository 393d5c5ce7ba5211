"""`make bench-matching`: what is compared, on invented addresses and with real peers (M2)."""

import csv
import re
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.codecs.match_csv import Truth
from middleware.cli.report.scoring import Asked, Share
from tests.bench.peers import tables
from tests.bench.peers.asked import AskedFor
from tests.bench.peers.outcome import Outcome, first_right, left_out, read, settings
from tests.bench.peers.publish import BEGIN, END, html, pictures, put_into, text
from tests.bench.peers.sizes import Padding, labelled, write_size
from tests.bench.places import places

PEERS = Path("tests/bench/peers")
ROOT = Path(__file__).parents[2]
MATCHERS = {"Forewarn": "forewarn", "SQLite FTS5": "fts5", "RapidFuzz": "rapidfuzz_all"}
"""Those that run in this environment; the others need one of their own."""
NO_PADDING = Padding(Path(sys.executable), None)
STREETS = 10


@pytest.fixture
def addresses(tmp_path: Path) -> Path:
    """Labelled data of invented places: every other house is marked, the others are traps."""
    folder = tmp_path / "addresses"
    folder.mkdir()
    queries, markers = [], []
    for number, place in enumerate(places(60 * STREETS)):
        where = f"{place.address}, {place.postcode}"
        if number % 2:
            queries.append((f"Q{number}", where, "", "neg_neighbour", "none", "gold", ""))
        else:
            markers.append((f"M{number}", place.address, place.postcode, "premises"))
            queries.append((f"Q{number}", where, f"M{number}", "clean", "exact", "gold", ""))
    _write(folder / "markers.csv", "marker_id,address,postcode,level", markers)
    head = "query_id,query,expected_id,kind,relation,tier,acceptable_ids"
    _write(folder / "queries.csv", head, queries)
    return folder


def _write(path: Path, head: str, rows: list[tuple[str, ...]]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([head.split(","), *rows])


def measured(folder: Path, addresses: Path, matcher: str) -> Outcome:
    data = labelled(addresses, "checking")
    write_size(folder, len(data.markers), data, NO_PADDING)
    command = [sys.executable, "-m", f"tests.bench.peers.{MATCHERS[matcher]}", str(folder), "60"]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
    return read(folder, matcher, len(data.markers), len(data.queries), data.truth)


@pytest.mark.parametrize("matcher", MATCHERS)
def test_every_matcher_answers_the_same_queries(
    tmp_path: Path, addresses: Path, matcher: str
) -> None:
    outcome = measured(tmp_path, addresses, matcher)
    assert len(outcome.rows) == outcome.queries == len(outcome.times) == 60 * STREETS
    assert first_right(outcome).value > 0.5
    assert outcome.figures.keys() >= {"build_s", "memory_mb", "peak_mb"}


def test_forewarn_flags_no_neighbour_where_a_ranking_alone_flags_some(
    tmp_path: Path, addresses: Path
) -> None:
    """M2: the true neighbour is not marked and cannot win; only logic rejects."""
    own = settings(measured(tmp_path, addresses, "Forewarn"))[0]
    assert own.name == "as shipped"
    assert own.flagged == Share(0, 30 * STREETS)
    other = tables.chosen([measured(tmp_path, addresses, "SQLite FTS5")])
    assert other["SQLite FTS5"].flagged.part > 0


def test_forewarns_index_is_followed_and_restarted(tmp_path: Path, addresses: Path) -> None:
    outcome = measured(tmp_path, addresses, "Forewarn")
    _, (row,) = tables.following([outcome])
    assert row[0] == "300"
    assert all("µs" in cell or "ms" in cell for cell in row[4:])


def test_an_index_is_filled_up_with_invented_places(tmp_path: Path, addresses: Path) -> None:
    write_size(tmp_path, 1000, labelled(addresses, "checking"), NO_PADDING)
    rows = (tmp_path / "markers.csv").read_text().splitlines()
    assert len(rows) == 1000
    assert sum(row.startswith("X") for row in rows) == 700


@pytest.mark.parametrize(
    ("address", "postcode", "is_asked"),
    [
        ("30 JASMINE CLOSE, ANYTOWN", "NR99 6XL", True),  # same number and postcode
        ("30 JASMINE CLOSE, ANYTOWN", "NR99 7AA", True),  # another end of the same street
        ("30 JASMINE CLOSE, ANYTOWN", "NR98 7AA", False),
        ("30 JASMINE CLOSE, ANYTOWN, ANYTOWN", "NR99 7AA", False),
        ("31 JASMINE CLOSE, ANYTOWN", "NR99 6XL", False),
        ("14 OSPREY ROAD, OTHERTOWN", "NR98 1AA", True),  # asked without a postcode
        ("14 OSPREY STREET, OTHERTOWN", "NR98 1AA", False),
        ("14 OSPREY ROAD, ANYTOWN", "NR98 1AA", False),
    ],
)
def test_padding_that_a_query_names_is_left_out(
    address: str, postcode: str, is_asked: bool
) -> None:
    """A trap must stay a trap: the address asked for is not in the index."""
    asked = AskedFor(["30, Jasmine Cl, Anytown, NR996XL", "14 OSPREY RD OTHERTOWN"])
    assert asked.names(address, postcode) is is_asked


def test_an_index_that_is_filled_up_never_holds_a_trap(tmp_path: Path, addresses: Path) -> None:
    """The invented places that fill it are named by no query."""
    data = labelled(addresses, "checking")
    write_size(tmp_path, 2000, data, NO_PADDING)
    asked = AskedFor(row["query"] for row in data.queries if not row["expected_id"])
    with (tmp_path / "markers.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    further = [row for row in rows if row[0].startswith("X")]
    assert (len(rows), len(further)) == (2000, 1700)
    assert not [row for row in further if asked.names(row[1], row[2])]


def test_a_smaller_index_has_the_queries_that_belong_to_it(tmp_path: Path, addresses: Path) -> None:
    data = labelled(addresses, "checking")
    write_size(tmp_path, 90, data, NO_PADDING)
    kept = {row.split(",")[0] for row in (tmp_path / "markers.csv").read_text().splitlines()}
    asked = [row.split(",")[0] for row in (tmp_path / "queries.csv").read_text().splitlines()]
    wanted = [data.truth[query] for query in asked]
    assert len(kept) == 90
    assert {marker for one in wanted for marker in one.right} == kept
    assert any(one.is_trap for one in wanted)


def outcome_of(name: str, rows: list[tuple[str, float, bool]], size: int = 100) -> Outcome:
    """From (marker shown, score, found); the first half have the marker "M", the others none."""
    has, trap = (
        Truth("typo", "exact", "gold", frozenset({"M"})),
        Truth("neg_flat", "none", "gold", frozenset()),
    )
    asked = [
        Asked(has if at < len(rows) // 2 else trap, (shown,), is_found, score, 0.9)
        for at, (shown, score, is_found) in enumerate(rows)
    ]
    figures = {"build_s": 2.0, "memory_mb": 5.0, "peak_mb": 9.0, "snapshot_mb": 1.0}
    figures |= {"dump_s": 0.1, "load_s": 0.1}
    figures |= {
        f"{n}_{p}_us": 7.0 for n in ("add", "change", "end") for p in ("p50", "p99", "worst")
    }
    times = [10.0 * len(name)] * len(asked)
    return Outcome(name, size, len(asked), asked, times, times, figures)


OWN = outcome_of(
    "Forewarn", [("M", 1, True), ("M", 0.5, False), ("X", 0.2, False), ("X", 0, False)]
)
PEER = outcome_of("tantivy", [("M", 9, False), ("M", 8, False), ("X", 8, False), ("X", 1, False)])


def test_who_decides_is_taken_as_shipped_and_who_only_ranks_at_his_best() -> None:
    chosen = tables.chosen([OWN, PEER])
    assert (chosen["Forewarn"].name, chosen["tantivy"].name) == ("as shipped", "best F1")
    assert chosen["Forewarn"].point.recall == Share(1, 2)
    assert chosen["tantivy"].point.precision == Share(2, 3)
    assert chosen["tantivy"].traps == {"neg_flat": Share(1, 2)}


def test_times_are_given_as_ratios_too() -> None:
    _, rows = tables.machine([OWN, PEER])
    assert [row[-1] for row in rows] == ["1.0", "0.9"]


def test_who_was_left_out_is_named_with_the_reason() -> None:
    _, rows = tables.machine([OWN, left_out("RapidFuzz", 100, 4, "not done in 600 s")])
    assert rows[1][1] == "RapidFuzz"
    assert "not done in 600 s" in rows[1]


def test_a_precision_of_999_in_1000_is_not_claimed_on_a_small_sample() -> None:
    _, rows = tables.accuracy([OWN, PEER])
    assert {row[2] for row in rows} == {"as shipped", "best F1"}


def test_the_document_keeps_what_stands_around_the_figures(tmp_path: Path) -> None:
    document = tmp_path / "matching.md"
    document.write_text(f"before\n{BEGIN}last year's\n{END}after\n")
    put_into(document, text([OWN, PEER], 100, "Told.", "pictures"))
    whole = document.read_text()
    assert whole.startswith(f"before\n{BEGIN}")
    assert whole.endswith(f"{END}after\n")
    assert "last year's" not in whole
    shown = set(re.findall(r"\(pictures/([a-z-]+)\.svg\)", whole))
    assert shown == pictures([OWN, PEER], 100).keys()
    document.write_text("no marks")
    with pytest.raises(ValueError, match="lacks the lines"):
        put_into(document, "figures")


def test_the_page_has_every_matcher() -> None:
    page = html([OWN, PEER], 100, "Told.")
    assert page.count("tantivy") > 5
    assert "<script" not in page


def test_without_the_labelled_addresses_it_says_what_to_do(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.bench.peers", "--addresses", str(tmp_path)]
    ended = subprocess.run(
        [*command, "--python", sys.executable],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    assert "make bench-matching ADDRESSES=DIR" in ended.stderr


def test_the_peers_are_pinned_with_hashes_and_without_host_names() -> None:
    lock = (ROOT / PEERS / "requirements.txt").read_text()
    entries = re.split(r"\n(?=\S)", lock.strip())
    assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)
    assert "://" not in lock
    wanted = (ROOT / PEERS / "requirements.in").read_text().splitlines()
    names = {line for line in wanted if line and not line.startswith("#")}
    assert names <= {entry.split("==")[0] for entry in entries}
