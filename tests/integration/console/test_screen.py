"""A screen on a real WebSocket: notes are opened and tasks taken on record (E1, N5, N6)."""

import asyncio
from typing import Any

import pytest
from aiohttp import ClientSession, web

from middleware.console.frames import text_frame
from middleware.console.live import VERBS_AT_ONCE
from middleware.ops.access import Role
from schemas.delivery import NoteOpened, TaskTaken
from tests.console_clients import hear, program
from tests.consoles import ConsoleRoom


async def test_n6_e1_an_opened_note_says_what_how_old_how_sure_and_why_and_is_on_record(
    served: ConsoleRoom, flagged: str
) -> None:
    async with program(served, Role.CALL_HANDLER) as handler, handler.ws_connect("/live") as live:
        await live.send_json({"do": "open-note", "subject": flagged})
        note = (await hear(live, "note"))["note"]
    (match,) = note["matches"]
    assert match["what"] == "struck with a bottle"
    assert match["age"].endswith("ago")
    assert match["certainty"] == "same dwelling, 100 % sure"
    assert match["reasons"] == ["the table"]
    assert match["source"] == "crew report"
    assert "RVP" in match["advice"]
    (event,) = served.intake.of(NoteOpened)
    assert isinstance(event, NoteOpened)
    assert (event.subject, event.by, event.role) == (flagged, "Cal", "call_handler")


async def test_e1_a_note_that_cannot_be_put_on_record_is_not_shown(
    served: ConsoleRoom, flagged: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    never: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    monkeypatch.setattr(type(served.intake), "submit", lambda *_: never)
    async with program(served, Role.CALL_HANDLER) as handler, handler.ws_connect("/live") as live:
        await live.send_json({"do": "open-note", "subject": flagged})
        await hear(live, "beat")
        says = (await hear(live, "beat", "note"))["say"]
    assert says == "beat"
    never.cancel()


async def test_a_screen_that_asks_too_much_at_once_is_told_so(
    served: ConsoleRoom, flagged: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    never: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    monkeypatch.setattr(type(served.intake), "submit", lambda *_: never)
    async with program(served, Role.CALL_HANDLER) as handler, handler.ws_connect("/live") as live:
        for _ in range(VERBS_AT_ONCE + 1):
            await live.send_json({"do": "open-note", "subject": flagged})
        assert "too much at once" in (await hear(live, "refused"))["words"]
    never.cancel()


async def test_n5_a_named_person_takes_a_task_and_the_second_one_is_told_who(
    served: ConsoleRoom, flagged: str
) -> None:
    served.tell(lambda room: room.wait(seconds=61))
    note = served.room.note()
    async with (
        program(served, Role.DISPATCHER) as dee,
        program(served, Role.SUPERVISOR) as sue,
        dee.ws_connect("/live") as first,
        sue.ws_connect("/live") as second,
    ):
        await first.send_json({"do": "take-task", "task": note.task})
        assert "make sure that A1 is told" in (await hear(first, "done"))["words"]
        await second.send_json({"do": "take-task", "task": note.task})
        assert (await hear(second, "refused"))["words"] == "Dee has taken it already"
    assert note.task_by == "Dee"
    assert [event.by for event in served.intake.of(TaskTaken)] == ["Dee", "Sue"]  # type: ignore[attr-defined]


async def test_n5_a_task_that_is_over_cannot_be_taken(served: ConsoleRoom, flagged: str) -> None:
    async with program(served, Role.DISPATCHER) as dee, dee.ws_connect("/live") as live:
        await live.send_json({"do": "take-task", "task": "t-gone"})
        assert "nobody needs to take it" in (await hear(live, "refused"))["words"]


async def test_a_large_snapshot_arrives_whole(served: ConsoleRoom) -> None:
    served.tell(
        lambda room: [room.incident_opened("Long Road " * 150, number=str(n)) for n in range(600)]
    )
    async with (
        program(served, Role.DISPATCHER) as dee,
        dee.ws_connect("/live", max_msg_size=0) as live,
    ):
        await live.send_json({"do": "watch"})
        assert len((await hear(live, "snapshot"))["incidents"]) == 600


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65_535, 65_536, 100_000])
async def test_frames_made_once_are_read_by_a_library(length: int) -> None:
    """RFC 6455, 5.2: the three forms of a length."""

    async def handler(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        assert request.transport is not None
        request.transport.write(text_frame(b"a" * length))
        await socket.receive()
        return socket

    app = web.Application()
    app.router.add_get("/", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    async with ClientSession() as client:
        at = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        async with client.ws_connect(at) as live:
            assert await live.receive_str() == "a" * length
    await runner.cleanup()
