"""Forewarn itself, in a process of its own as its peers are; also how it follows and restarts."""

import gc
import time
from collections.abc import Callable, Iterator
from itertools import islice

from middleware.domain.matching import MarkerIndex
from schemas.check import Outcome, Whereabouts
from schemas.marker import Marker
from tests.bench.matching import markers_of
from tests.bench.peers.exchange import Reply, Task, memory, task_of

FOUND_FIRST = 1000
CHANGES = 3000


def markers(task: Task) -> Iterator[Marker]:
    return markers_of(
        {"marker_id": m.id, "address": m.address, "postcode": m.postcode, "level": m.level}
        for m in task.markers()
    )


def ask(index: MarkerIndex, text: str) -> Reply:
    answer = index.check(Whereabouts(address=text))
    if not answer.matches:
        return Reply()
    found = answer.outcome is Outcome.FOUND
    certainty = answer.matches[0].certainty
    shown = tuple(match.marker for match in answer.matches)
    return Reply(shown, certainty + FOUND_FIRST * found, certainty / 1000, found)


def restart(task: Task, index: MarkerIndex) -> None:
    """Snapshot and restart, in seconds and megabytes."""
    begun = time.perf_counter()
    data = index.dump()
    task.figures |= {"dump_s": time.perf_counter() - begun, "snapshot_mb": len(data) / 1e6}
    begun = time.perf_counter()
    MarkerIndex.load(data)
    task.figures["load_s"] = time.perf_counter() - begun


def follow(task: Task, index: MarkerIndex) -> None:
    """Adding, changing and ending one marker after the other, in microseconds. Each is asked for
    at once: it is live when the call has returned."""
    some = list(islice(markers(task), CHANGES))
    for marker in some:
        index.remove(marker.id)
    changed = [marker.model_copy(update={"postcode": None}) for marker in some]
    _timed(task, "add", some, index.put)
    if not all(_knows(index, marker) for marker in some[:100]):
        raise SystemExit("a marker that was added is not live: the index is at fault")
    _timed(task, "change", changed, index.put)
    _timed(task, "end", changed, lambda marker: index.remove(marker.id))


def _knows(index: MarkerIndex, marker: Marker) -> bool:
    answer = index.check(Whereabouts(address=marker.address, postcode=marker.postcode))
    return bool(answer.matches)


def _timed(task: Task, name: str, some: list[Marker], act: Callable[[Marker], None]) -> None:
    took = []
    for marker in some:
        begun = time.perf_counter()
        act(marker)
        took.append((time.perf_counter() - begun) * 1e6)
    took.sort()
    for part, at in (("p50", 0.5), ("p99", 0.99), ("worst", 1.0)):
        task.figures[f"{name}_{part}_us"] = took[min(len(took) - 1, int(len(took) * at))]


def main() -> None:
    """Builds, asks, then restarts and follows."""
    task, index = task_of("Forewarn"), MarkerIndex()
    before, begun = memory(), time.perf_counter()
    index.put_many(markers(task))
    task.built(begun, before)
    gc.freeze()  # as in the service: what stays is not walked again and again
    restart(task, index)
    task.ask_all(lambda text: ask(index, text))
    follow(task, index)
    task.write_figures()


if __name__ == "__main__":
    main()
