"""docs/metrics.md, made from the tables of metrics and of their labels (O1)."""

from middleware.ops.metric_labels import CONFIGURED, bound, values
from middleware.ops.metrics import PROCESS, TABLE, Row


def unit(name: str) -> str:
    """What a value counts in, by its name."""
    name = name.removesuffix("_total")
    return next((word for word in ("seconds", "bytes") if name.endswith(word)), "number")


def metrics_page() -> str:
    """docs/metrics.md: the table as people read it."""
    rows = sorted(TABLE, key=lambda row: row.name)
    return "\n".join((*_HEAD, *map(_line, rows), *_process(), *_labels(rows))) + "\n"


_HEAD = (
    "# Metrics",
    "",
    "On `/metrics` of the console's address. Made by `python -m tests.pages` from the tables in",
    "`middleware/ops/metrics.py` and `metric_labels.py`; tests hold it to be current, and what a",
    "service says to it. Label values are configured names and fixed words, never anything",
    "personal. *series*: how many there can be, of a histogram without its buckets; *a channel*",
    "and the like: so many for each that is configured.",
    "",
    "| name | kind | unit | labels | series | meaning |",
    "|---|---|---|---|---|---|",
)


def _line(row: Row) -> str:
    labels = ", ".join(f"`{label}`" for label in row.labels)
    many, of = bound(row.name, row.labels)
    series = f"{many} a {of}" if of else str(many)
    kind = row.kind.__name__.lower()
    return f"| `{row.name}` | {kind} | {unit(row.name)} | {labels} | {series} | {row.meaning} |"


def _process() -> list[str]:
    told = (f"| `{name}` | {unit(name)} | {meaning} |" for name, meaning in PROCESS.items())
    return ["", "## Of the process", "", "| name | unit | meaning |", "|---|---|---|", *told]


def _labels(rows: list[Row]) -> list[str]:
    """What each label can be; the bounds of the histograms' buckets."""
    configured = (f"| `{label}` | {of} |" for label, of in CONFIGURED.items())
    fixed = (
        f"| `{row.name}` | `{label}` | {_words(row.name, label)} |"
        for row in rows
        for label in row.labels
        if values(row.name, label) is not None
    )
    return [
        "", "## What labels can be", "", "| label | configured names |", "|---|---|", *configured,
        "", "| name | label | words |", "|---|---|---|", *fixed,
        "", "## Bounds of the buckets", "",
        "Every limit and every wait of the default configuration is one of them; a test says so.",
        "", "| name | bounds |", "|---|---|", *(_buckets(row) for row in rows if row.buckets),
    ]  # fmt: skip


def _words(name: str, label: str) -> str:
    return ", ".join(
        f"`{word}`" if word else "nothing" for word in sorted(values(name, label) or ())
    )


def _buckets(row: Row) -> str:
    return f"| `{row.name}` | {', '.join(f'{bound:g}' for bound in row.buckets)} |"
