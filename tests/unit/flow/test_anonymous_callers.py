"""What is recorded of callers is readable when made anonymous, and tells nobody (O2, E4)."""

import json
from random import Random

import pytest

from middleware.flow.anonymous.fields import Pseudonyms
from schemas.caller import CallerEvent, CallerLocated, CallerLookedUp, Circle, FixBy, LookedUp
from schemas.check import Whereabouts
from tests.golden.abuse_examples import ABUSE_EVENTS
from tests.golden.examples import event as example
from tests.said import START

NUMBER = "+447700900123"
LOCATED = CallerLocated(
    source="aml", id="sms/1", occurred_at=START, number=NUMBER,
    circle=Circle(latitude=51.31234, longitude=-0.51234, radius_m=20, fix=FixBy.SATELLITE),
)  # fmt: skip
LOOKED_UP = CallerLookedUp(
    source="directory", id="pbx/1/rang/1", occurred_at=START, number=NUMBER,
    result=LookedUp.FOUND, place=Whereabouts(address="14 Marram Street, Saltby"),
)  # fmt: skip


@pytest.mark.parametrize("event", [LOCATED, LOOKED_UP], ids=["located", "looked up"])
def test_it_is_the_same_kind_of_event_with_another_number_and_place(event: CallerEvent) -> None:
    replaced = Pseudonyms(Random(7)).body(event.kind, event.model_dump(mode="json"))
    again = type(event).model_validate_json(json.dumps(replaced))
    assert again.number != NUMBER
    assert again.number[-6:] != NUMBER[-6:]
    written = json.dumps(replaced)
    for secret in ("51.31234", "-0.51234", "Marram", "Saltby"):
        assert secret not in written


@pytest.mark.parametrize("kind", [*ABUSE_EVENTS, "call.terminated_for_abuse"])
def test_what_is_said_of_abusive_and_frequent_callers_stays_about_the_same_call(kind: str) -> None:
    """Ids and references stay, so that it can be played; numbers, names and words do not."""
    event = example(kind)
    replaced = Pseudonyms(Random(7)).body(kind, event.model_dump(mode="json"))
    again = type(event).model_validate_json(json.dumps(replaced))
    for name in ("entry", "proposal", "plan", "subject", "call", "marker"):
        assert getattr(again, name, None) == getattr(event, name, None)
    written = json.dumps(replaced)
    for secret in ("900123", "960123", "warnings", "caller said", "Dear", "handler.one", "moved"):
        assert secret not in written.replace('"warnings": [', "")
