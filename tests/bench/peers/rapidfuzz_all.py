"""RapidFuzz over everything: the marker of the highest token_set_ratio."""

from collections.abc import Iterator

from rapidfuzz import fuzz, process, utils

from tests.bench.peers.exchange import Ask, Marker, Reply, run


def build(markers: Iterator[Marker]) -> Ask:
    """The prepared texts, and how they are asked."""
    names, texts = [], []
    for marker in markers:
        names.append(marker.id)
        texts.append(utils.default_process(marker.text))

    def ask(text: str) -> Reply:
        wanted = utils.default_process(text)
        _, score, at = process.extractOne(wanted, texts, scorer=fuzz.token_set_ratio)
        return Reply((names[at],), score, score / 100)

    return ask


if __name__ == "__main__":
    run("RapidFuzz", build)
