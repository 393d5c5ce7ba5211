"""Documents in XML for tests: the sample of the docs, changed."""

from adapters.codecs.mait_mapping import load
from tests.traceability import ROOT

FOLDER = ROOT / "docs/mait"
MAPPED = FOLDER / "sample-mapping.toml"
SAMPLE = (FOLDER / "sample.xml").read_bytes()
MAPPING = load(MAPPED)
NUMBER = b"fire-2026-004711"


def sample(**change: str) -> bytes:
    """The sample with other texts: `Type="dog"` changes what stands in the element Type."""
    whole = SAMPLE
    for name, text in change.items():
        before, start, rest = whole.partition(f"<{name}>".encode())
        assert start, f"the sample has no {name}"
        _, end, after = rest.partition(f"</{name}>".encode())
        whole = before + start + text.encode() + end + after
    return whole


def about(n: int) -> bytes:
    """The sample about incident `n`, as `sample`."""
    return sample().replace(NUMBER, f"fire/{n}".encode())


def updated(kind: str, sent: str = "2026-11-23T04:50:00Z") -> bytes:
    """The sample as another kind of document, sent later."""
    return sample(Sent=sent).replace(b"IncidentCreated", kind.encode())
