"""Who may: every route and verb against the one table, for every role, on real sockets (E2)."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, WSMsgType, web

from middleware.console import web as console_web
from middleware.console.guard import Guard
from middleware.console.sessions import Sessions
from middleware.ops import access
from middleware.ops.access import RULES, NoRule, Role
from tests.consoles import NAMES, ConsoleRoom

OF_DOORS = ("/v1/messages", "/$process-message", "/bars/v1/metadata", "/IncidentData/ent")
ROUTES = sorted(a for a in RULES if a.split()[0] in ("GET", "POST", "PUT", "DELETE")
                and not a.endswith(OF_DOORS))  # fmt: skip
VERBS = sorted(a.removeprefix("ws ") for a in RULES if a.startswith("ws "))
WHO: list[Role | None] = [None, *Role]
FILLED = {"{path}": "console.css", "{batch}": "june", "{marker}": "M1", "{incident}": "1",
          "{proposal}": "plc1"}  # fmt: skip
SAID = {
    "watch": {},
    "open-note": {"subject": "i1"},
    "take-task": {"task": "t-1"},
    "decide-batch": {"batch": "june", "activate": True},
    "accept-alarm": {"alarm": "a1"},
    "send-help": {"alarm": "a1"},
    "report-listening": {"alarm": "a1", "done": True},
    "end-alarm": {"alarm": "a1", "outcome": "test"},
    "compose-back-up": {"wanted": "police", "incident": "i1"},
    "request-back-up": {"wanted": "police", "incident": "i1"},
    "read-out-back-up": {"request": "b1", "to": "call taker"},
    "answer-back-up": {"request": "b1", "says": "refused"},
    "escalate-back-up": {"request": "b1"},
    "take-back-up": {"request": "b1"},
    "stand-down-back-up": {"request": "b1", "reason": "crew is out"},
    "say-stand-off": {"incident": "i1", "callsign": "A1", "state": "at_rvp"},
    "answer-prompt": {"stand_off": "so1", "prompt": 1},
    "report-mistake": {"subject": "i1", "marker": "M1", "says": "wrong_address"},
    "open-mistake": {"mistake": "m1"},
    "note-abuse": {"subject": "c1", "warning": 1},
    "hand-on": {"incident": "i1", "service": "Neighbour", "case": "call-assist"},
    "end-hand-on": {"hand_on": "h1", "reason": "nearer"},
    "open-abuse": {"entry": "xc1"},
    "correct-abuse": {"entry": "xc1", "warnings": [1], "reason": "one, not two"},
    "take-back-abuse": {"entry": "xc1", "reason": "another call"},
    "open-proposal": {"proposal": "pmc1"},
    "settle-marker": {"proposal": "pmc1", "accepted": False, "reason": "first call"},
    "settle-letter": {"proposal": "plc1", "accepted": False, "reason": "a child"},
    "put-plan": {"plan": "FC-1", "phones": ["07700 900123"], "ends_on": "2099-01-31"},
    "end-plan": {"plan": "FC-1", "reason": "moved away"},
    "report-violence": {"facts": {"what": "pushed"}},
    "open-report": {"report": "rv1"},
    "amend-report": {"report": "rv1", "facts": {"medical": False}},
    "drop-report": {"report": "rv1", "reason": "a fall"},
    "take-assault": {"report": "rv1"},
    "settle-application": {"report": "rv1", "applied": True, "reason": "applied"},
    "decide-mistake": {"mistake": "m1", "verdict": "keep", "reason": "it is the place"},
}


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[ConsoleRoom]:
    room = ConsoleRoom(tmp_path)
    async with room.serving():
        yield room


def headers(room: ConsoleRoom, role: Role | None) -> dict[str, str]:
    holders = {Role.DEVICE: "device:A101", Role.SYSTEM: "system:cad"}
    if role is None:
        return {"Origin": room.address}
    token = room.tokens.add(holders.get(role) or f"person:{NAMES[role]}:{role}")
    return {"Authorization": f"Bearer {token}"}


async def ask(room: ConsoleRoom, action: str, role: Role | None) -> int:
    method, path = action.split()
    for name, value in FILLED.items():
        path = path.replace(name, value)
    async with (
        ClientSession(headers=headers(room, role)) as session,
        session.request(method, room.address + path, data=b"no JSON") as answer,
    ):
        return answer.status


@pytest.mark.parametrize("role", WHO, ids=str)
async def test_e2_every_route_lets_in_whom_its_rule_names_and_nobody_else(
    served: ConsoleRoom, role: Role | None
) -> None:
    allowed = {action: access.may(role, action) for action in ROUTES}
    answers = {action: await ask(served, action, role) for action in ROUTES}
    if role is None:  # /sign-in itself says 401 to wrong words, and 400 to none
        refused = {action for action, status in answers.items() if status == 401}
    else:
        refused = {action for action, status in answers.items() if status == 403}
    assert refused == {action for action, may in allowed.items() if not may}
    assert 500 not in answers.values()


@pytest.mark.parametrize("role", list(NAMES), ids=str)
async def test_e2_every_verb_obeys_its_rule(served: ConsoleRoom, role: Role) -> None:
    refused = set()
    async with (
        ClientSession(headers=headers(served, role)) as session,
        session.ws_connect(served.address + "/live") as live,
    ):
        hello = await live.receive_json()
        for verb in VERBS:
            await live.send_json({"do": verb, **SAID[verb]})
            while (answer := await live.receive_json())["say"] in ("beat", "delta"):
                pass
            if answer.get("words") == "your role may not do this":
                refused.add(verb)
    assert refused == {verb for verb in VERBS if not access.may(role, f"ws {verb}")}
    assert set(hello["verbs"]) == set(VERBS) - refused
    assert set(hello["streams"]) == {
        a.removeprefix("stream ") for a in RULES if a.startswith("stream ") and access.may(role, a)
    }


@pytest.mark.parametrize("said", ['{"do": "erase"}', '{"do": 1}', "{}", "[]", "nonsense", ""])
async def test_e2_what_is_no_verb_is_refused_and_the_screen_stays(
    served: ConsoleRoom, said: str
) -> None:
    async with (
        ClientSession(headers=headers(served, Role.SUPERVISOR)) as session,
        session.ws_connect(served.address + "/live") as live,
    ):
        await live.receive_json()
        await live.send_str(said)
        while (answer := await live.receive_json())["say"] == "beat":
            pass
        assert answer["say"] == "refused"
        await live.send_json({"do": "watch"})
        while (answer := await live.receive_json())["say"] == "beat":
            pass
        assert answer["say"] == "snapshot"


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/admin"), ("GET", "/sign-in"), ("POST", "/"), ("HEAD", "/"), ("OPTIONS", "/live"),
     ("PATCH", "/api/markers/M1"), ("GET", "/api/markers/M1"), ("POST", "/metrics"),
     ("GET", "/static"), ("GET", "/api/timeline/1/more")],
)  # fmt: skip
async def test_e2_what_has_no_rule_is_served_to_nobody(
    served: ConsoleRoom, method: str, path: str
) -> None:
    async with (
        ClientSession(headers=headers(served, Role.SUPERVISOR)) as session,
        session.request(method, served.address + path) as answer,
    ):
        assert answer.status in (404, 405)


async def test_e2_a_route_without_a_rule_stops_the_start(tmp_path: Path) -> None:
    room = ConsoleRoom(tmp_path)
    guard = Guard(Sessions(tmp_path / "s.json", room.clock), room.tokens)

    async def handler(request: web.Request) -> web.Response:
        return web.Response()

    with pytest.raises(NoRule, match="GET /everything"):
        guard.add(web.Application(), "GET /everything", handler)


@pytest.mark.parametrize("action", ["ws take-task", "stream tasks", "GET /api/timeline/{incident}"])
async def test_e2_a_verb_or_stream_whose_rule_was_lost_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    monkeypatch.delitem(RULES, action)
    with pytest.raises(NoRule, match=action.split("{", maxsplit=1)[0]):
        async with ConsoleRoom(tmp_path).serving():
            pass


async def test_every_rule_of_the_console_is_served(served: ConsoleRoom) -> None:
    """A rule for which there is no route would be a promise that nobody keeps."""
    statuses = {action: await ask(served, action, Role.SUPERVISOR) for action in ROUTES}
    unserved = {action for action, status in statuses.items() if status == 405}
    assert not unserved
    assert console_web.Console.application.__doc__


async def test_e2_a_screen_without_a_session_is_not_opened(served: ConsoleRoom) -> None:
    async with ClientSession(headers={"Origin": served.address}) as session:
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket"}
        async with session.get(served.address + "/live", headers=upgrade) as answer:
            assert answer.status == 401


async def test_e2_binary_messages_are_no_verbs(served: ConsoleRoom) -> None:
    async with (
        ClientSession(headers=headers(served, Role.SUPERVISOR)) as session,
        session.ws_connect(served.address + "/live") as live,
    ):
        await live.receive_json()
        await live.send_bytes(json.dumps({"do": "watch"}).encode())
        answer = await live.receive()
        assert answer.type is WSMsgType.TEXT
        assert json.loads(answer.data)["say"] == "beat"
