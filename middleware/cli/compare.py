"""forewarn compare: what came out of two runs, decision by decision (O2)."""

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from middleware.cli.common import (
    FINE,
    FOUND_TROUBLE,
    Commands,
    Parser,
    add_config,
    command,
    tell,
)
from middleware.cli.recorded import open_recording, shown, tell_if_cut

if TYPE_CHECKING:
    from datetime import timedelta

    from middleware.flow.recording.file import Recording
    from middleware.flow.replay.compare import Difference, Run

SHOWN = 50


def add(commands: "Commands[Parser]") -> None:
    parser = command(
        commands,
        "compare",
        act,
        what="compare what came out of two runs, decision by decision",
        more="A and B are outcomes of `replay --out`, or recordings: what the service decided\n"
        "then is in them. Told are decisions, answers and messages that were added or lost, that\n"
        "came later, that are otherwise, and messages that are worded otherwise. Ends with 0 when\n"
        "both are the same, 1 when they differ.\n\n"
        "The report shows words only where both files are anonymous, or with --words.",
        examples="  forewarn compare night.jsonl night.outcome.jsonl        against the recording\n"
        "  forewarn compare build-1.jsonl build-2.jsonl --report report.html",
    )
    parser.add_argument("a", type=Path, metavar="A")
    parser.add_argument("b", type=Path, metavar="B")
    parser.add_argument(
        "--later-than", default="1s", metavar="1s", help="what comes so much later counts as late"
    )
    parser.add_argument("--report", type=Path, metavar="FILE", help="a page to be read (HTML)")
    parser.add_argument(
        "--words", action="store_true", help="show words of messages that are not anonymous"
    )
    add_config(parser)


def act(args: argparse.Namespace) -> int:
    from middleware.flow.replay.compare import compare

    tolerance = _tolerance(args.later_than)
    first, second = open_recording(args.a, args), open_recording(args.b, args)
    before, after = _read(first), _read(second)
    found = compare(before, after, tolerance)
    open_words = args.words or not (first.header.key or second.header.key)
    if args.report:
        from middleware.cli.report.differences import page_of

        page = page_of(first, second, before, after, found, words=open_words)
        args.report.write_text(page, encoding="utf-8")
    _tell(found, words=open_words)
    tell(f"{before.decisions} decisions in A, {after.decisions} in B, {_counts(found)}")
    return FOUND_TROUBLE if found else FINE


def _tolerance(text: str) -> "timedelta":
    from middleware.ops.durations import read_duration
    from middleware.ops.errors import Trouble

    try:
        return read_duration(text)
    except ValueError as error:
        raise Trouble(f"--later-than {text} {error}", "give for example --later-than 1s") from None


def _read(recording: "Recording") -> "Run":
    from middleware.flow.replay.compare import read_run

    with shown(f"reading {recording.path.name}") as progress:
        run = read_run(recording, progress)
    tell_if_cut(recording)
    return run


def _counts(found: "list[Difference]") -> str:
    counts = Counter(one.what.value for one in found)
    return ", ".join(f"{count} {what}" for what, count in counts.items()) or "no difference"


def _tell(found: "list[Difference]", *, words: bool) -> None:
    """The first of them, a line each; - is A, + is B."""
    for one in found[:SHOWN]:
        late = f" by {one.seconds:.1f} s" if one.seconds else ""
        print(f"{one.what}{late}: {one.of} on {one.event}")
        if words or one.of != "message":
            for sign, side in (("-", one.before), ("+", one.after)):
                if side:
                    print(f"    {sign} {side}")
    if len(found) > SHOWN:
        tell(f"… and {len(found) - SHOWN} more; --report FILE shows them")
