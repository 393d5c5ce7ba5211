"""The calls of an EIDO (C2): rang, answered, ended; each as it stands in the newest object."""

from datetime import datetime
from typing import Any, NamedTuple

from adapters.codecs.eido_parts import Agent, Call, Eido
from adapters.codecs.eido_place import phone
from adapters.codecs.eido_units import plain
from schemas.call import CallAnswered, CallEnded, CallEvent, CallRang

INCOMING = "incoming"
CALL_ID = "urn:emergency:uid:callid:"
ENDED = "callend"
LONGEST, MOST_NAME = 160, 200


class Calls(NamedTuple):
    """What is said of them, and how many were left out."""

    events: tuple[CallEvent, ...] = ()
    left_out: int = 0


def incoming(eido: Eido) -> list[Call]:
    """What came in from outside."""
    return [call for call in eido.calls if plain(call.direction) == INCOMING]


def calls(eido: Eido, source: str, revision: int, at: datetime) -> Calls:
    """In the order in which they happened; a call without an id that can be kept is left out."""
    events: list[CallEvent] = []
    left_out = 0
    for call in incoming(eido):
        name = call.id.removeprefix(CALL_ID)
        if not 0 < len(name) <= LONGEST:
            left_out += 1
            continue
        events += _events(eido, call, {"source": source, "call": name, "revision": revision}, at)
    return Calls(tuple(events), left_out)


def _events(eido: Eido, call: Call, said: dict[str, Any], at: datetime) -> list[CallEvent]:
    def told(what: str, when: datetime | None) -> dict[str, Any]:
        return said | {"id": f"{said['call']}/{what}", "occurred_at": when or at}

    number, line = phone(eido, call), call.queue[:MOST_NAME] or None
    events: list[CallEvent] = [CallRang(**told("rang", call.started_at), number=number, line=line)]
    agent = _agent(eido, call)
    if call.answered_at is not None and agent is not None:
        position = agent.position[:MOST_NAME] or None
        handler = agent.id[:MOST_NAME]
        answered = told("answered", call.answered_at)
        events.append(CallAnswered(**answered, handler=handler, position=position))
    if plain(call.state) == ENDED:
        events.append(CallEnded(**told("ended", call.at)))
    return events


def _agent(eido: Eido, call: Call) -> Agent | None:
    """The last that is named: who has the call now."""
    by_key = {one.id: one for one in eido.agents}
    return next(
        (
            by_key.get(key, Agent.model_validate({"$id": key}))
            for key in reversed(call.agents)
            if key
        ),
        None,
    )
