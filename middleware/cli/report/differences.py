"""The page of `forewarn compare`: what two builds or rules made of the same traffic (O2)."""

from collections import Counter
from collections.abc import Sequence

from middleware.cli.report.page import Section, page, paragraph, table
from middleware.flow.recording.file import Recording
from middleware.flow.replay.compare import Difference, Run, What

MOST = 2_000
"""Rows of one kind of difference; what is more is counted."""
MEANING = {
    What.LOST: "In A and not in B.",
    What.ADDED: "In B and not in A.",
    What.LATER: "In both, and later in B.",
    What.OTHERWISE: "On the same event and about the same thing, with other content.",
    What.WORDED: "The same message, in other words.",
}
WITH_WORDS = "It may hold words of messages: treat it as the recordings are treated."
WITHOUT = "Ids and codes, and no words of messages; CAD numbers and call signs may be on it."


def page_of(
    first: Recording,
    second: Recording,
    before: Run,
    after: Run,
    found: Sequence[Difference],
    *,
    words: bool,
) -> str:
    """The whole page. Without `words` nothing of a message's text is on it."""
    counts = Counter(one.what for one in found)
    tiles = [
        (str(len(found)), "differences"),
        *((str(counts[what]), what.value) for what in What),
        (str(before.decisions), "decisions in A"),
        (str(after.decisions), "decisions in B"),
    ]
    told = "No difference." if not found else "The two runs differ."
    sections = [
        _runs(first, second, before, after),
        *(
            _section(what, [o for o in found if o.what is what], words)
            for what in What
            if counts[what]
        ),
    ]
    kept = WITH_WORDS if words else WITHOUT
    return page("What came out of two runs", told, tiles, sections, personal=kept)


def _runs(first: Recording, second: Recording, before: Run, after: Run) -> Section:
    rows = []
    for name, recording, run in (("A", first, before), ("B", second, after)):
        header = recording.header
        rows.append(
            (
                name,
                recording.path.name,
                header.build,
                header.matcher,
                f"{header.begun:%Y-%m-%d %H:%M:%S} UTC",
                f"{run.last:.0f} s",
                str(len(run.came)),
                str(len(run.sent)),
            )
        )
    heads = ("", "file", "build", "matcher", "begun", "length", "events", "messages")
    return Section("The two runs", [table("The two runs", heads, rows)])


def _section(what: What, found: Sequence[Difference], words: bool) -> Section:
    by_kind = Counter(one.of for one in found)
    kinds = table(
        f"{what.value}, by kind", ("kind", "count"), [(k, str(n)) for k, n in by_kind.most_common()]
    )
    rows = [_row(one, words) for one in found[:MOST]]
    body = [paragraph(MEANING[what]), kinds]
    body.append(table(f"{what.value}, each", ("event", "kind", "A", "B"), rows))
    if len(found) > MOST:
        body.append(paragraph(f"{len(found) - MOST} more are not shown."))
    return Section(what.value.capitalize(), body)


def _row(one: Difference, words: bool) -> tuple[str, str, str, str]:
    if one.what is What.LATER:
        return one.event, one.of, "", f"{one.seconds:.1f} s later"
    if one.of == "message" and not words:
        return one.event, one.of, "(words)" * bool(one.before), "(words)" * bool(one.after)
    return one.event, one.of, one.before, one.after
