"""Whatever is posted as XML is a message of the contract, or a refusal without its values (C1)."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.codecs import mait
from middleware.ports import Problem
from schemas.incident import CadEvent
from tests.cad import CANARY
from tests.mait import MAPPING, SAMPLE, sample

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="<&"), max_size=80)
NAMES = st.sampled_from(
    ["Sent", "Reference", "Opened", "Grade", "Type", "Line", "Postcode", "Uprn"]
)


def check(raw: bytes) -> None:
    """Read or refused, never both, never neither."""
    told = mait.read(raw, "mait", MAPPING)
    if isinstance(told, Problem):
        assert told.field
        assert 10 < len(told.reason) < 2_000
        assert CANARY not in told.field + told.reason
        return
    assert isinstance(told.event, CadEvent)
    assert told.unknown >= 0


@given(st.binary(max_size=1_000))
def test_junk_is_refused(raw: bytes) -> None:
    assert isinstance(mait.read(raw, "mait", MAPPING), Problem)


@given(st.dictionaries(NAMES, TEXT | st.just(CANARY), max_size=8))
def test_any_text_may_stand_anywhere(change: dict[str, str]) -> None:
    check(sample(**change))


@given(at=st.integers(0, len(SAMPLE) - 20))
def test_a_document_cut_anywhere_is_refused(at: int) -> None:
    assert isinstance(mait.read(SAMPLE[:at], "mait", MAPPING), Problem)


@given(at=st.integers(0, len(SAMPLE)), what=st.binary(max_size=20))
def test_a_document_changed_anywhere_is_read_or_refused(at: int, what: bytes) -> None:
    check(SAMPLE[:at] + what + SAMPLE[at + len(what) :])
