"""What a campaign found, as Markdown."""

from collections.abc import Iterator

from tests.campaign.stage import Figures, Takeover, share


def written(figures: Figures, seed: int, minutes: float) -> str:
    return "\n".join(_lines(figures, seed, minutes)) + "\n"


def _lines(figures: Figures, seed: int, minutes: float) -> Iterator[str]:
    yield f"# Campaign from seed {seed}: {minutes:.0f} minutes, {figures.rounds} rounds"
    yield ""
    yield "| what | |\n|---|---|"
    yield f"| real faults | {figures.faults.total()} |"
    yield f"| messages of the CAD answered for | {figures.answered} |"
    yield f"| of them lost | {figures.lost} |"
    yield f"| notes | {figures.notes} |"
    yield f"| shown or on record twice | {figures.twice} |"
    yield f"| man-downs pressed | {figures.alarms} |"
    yield f"| of them while nobody wrote | {figures.alarms_while_nobody_wrote} |"
    yield f"| of them lost | {figures.alarms_lost} |"
    yield f"| on record twice, or shown under another id | {figures.alarms_twice} |"
    half, most = share(figures.reached, 0.5), share(figures.reached, 1)
    yield f"| until a supervisor had it on the screen, p50/max s | {half:.1f} / {most:.1f} |"
    yield f"| records | {figures.records} |"
    yield f"| stale writes accepted | {figures.stale} |"
    yield f"| anything else wrong | {len(figures.wrong)} |"
    yield ""
    yield "| | times | other ready, p50/max s | CAD answered again, p50/max s |\n|---|---|---|---|"
    yield _row("taken over", figures.takeovers)
    for fault in sorted({one.fault for one in figures.takeovers}):
        mine = [one for one in figures.takeovers if one.fault == fault]
        yield _row(fault.replace("_", " "), mine)
    yield _row("handed over (SIGTERM)", figures.handovers)
    yield ""
    yield "| fault | times |\n|---|---|"
    yield from (
        f"| {fault.replace('_', ' ')} | {times} |"
        for fault, times in sorted(figures.faults.items())
    )
    for wrong in figures.wrong:
        yield f"\n```text\n{wrong}\n```"


def _row(name: str, took: list[Takeover]) -> str:
    ready, answered = [one.ready for one in took], [one.answered for one in took]
    return (
        f"| {name} | {len(took)} | {share(ready, 0.5):.1f} / {share(ready, 1):.1f} "
        f"| {share(answered, 0.5):.1f} / {share(answered, 1):.1f} |"
    )
