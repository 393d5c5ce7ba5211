"""Whatever is known of a scene, what is written of it is taken by another service, and no junk that
comes back is a receipt (N2, C4, O4)."""

import json

from hypothesis import given
from hypothesis import strategies as st

from adapters.codecs import bars, bars_flag
from adapters.codecs.contract import Read
from schemas.hand_on import HandOnCase, SafetyFlag
from schemas.report import Place
from simulators.bars_receiver import read_scene, violations
from tests.bars_rig import flags

WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=300).filter(str.strip)
PLACES = st.builds(
    Place,
    address=st.none() | WORDS,
    postcode=st.none() | st.sampled_from(["CT97 1AB"]),
    uprn=st.none() | st.from_regex(r"[1-9][0-9]{0,11}", fullmatch=True),
    latitude=st.none() | st.floats(-90, 90),
    longitude=st.none() | st.floats(-180, 180),
)
KEYS = st.sampled_from(["resourceType", "entry", "resource", "response", "identifier", "code"])
FLAGS = st.lists(
    st.builds(
        SafetyFlag, name=WORDS.map(lambda text: text[:100]), active=st.booleans(), text=WORDS
    ),
    max_size=5,
    unique_by=lambda flag: flag.name,
)


@given(
    place=PLACES, said=FLAGS, revision=st.integers(1, 9), withdrawn=st.booleans(),
    case=st.sampled_from(HandOnCase), incident=WORDS.map(lambda text: text[:200]),
)  # fmt: skip
def test_n2_c4_whatever_is_said_of_a_scene_is_written_as_another_service_takes_it(
    place: Place, said: list[SafetyFlag], revision: int, withdrawn: bool, case: HandOnCase,
    incident: str,
) -> None:  # fmt: skip
    body = flags(
        revision=revision, place=place, flags=tuple(said), withdrawn=withdrawn, case=case,
        incident=incident,
    )  # fmt: skip
    raw = bars_flag.write(body)
    bundle = json.loads(raw)
    assert list(violations(bundle)) == []
    resources: dict[str, list[dict[str, object]]] = {}
    for one in bundle["entry"]:
        resources.setdefault(one["resource"]["resourceType"], []).append(one["resource"])
    scene = read_scene(resources)
    assert [(f["active"], f["text"]) for f in scene["flags"]] == [(f.active, f.text) for f in said]
    assert isinstance(bars.read(raw, "bars"), Read)


@given(st.binary(max_size=300) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(KEYS, inner),
    max_leaves=12,
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_o4_no_junk_is_a_receipt_and_none_breaks_the_reader(raw: bytes) -> None:
    if bars_flag.is_receipt(raw, flags()):
        assert json.loads(raw)["resourceType"] == "Bundle"
