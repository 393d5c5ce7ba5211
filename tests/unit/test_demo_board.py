"""The demo's table says by which channels each note went, and which one answered (O3, N5)."""

from typing import Any

from simulators.demo_board import Board, ways_in_words


def note(name: str, told: str, **ways: str) -> dict[str, Any]:
    on = [{"channel": channel, "state": state} for channel, state in ways.items()]
    return {"note": name, "told": told, "ways": on}


def seen(*notes: dict[str, Any]) -> Board:
    """What a screen is sent, first as a list and then row by row."""
    board = Board()
    board.take({"say": "snapshot", "incidents": [], "tasks": []})
    for one in notes:
        row = {"number": "000001", "crews": [{"callsign": "A105", "notes": [one]}]}
        board.take({"say": "delta", "incidents": {"rows": [row], "gone": []}})
    return board


def test_n5_the_whole_ladder_is_read_from_left_to_right() -> None:
    ladder = {"mdt": "shown", "radio": "shown", "voice": "cut_off", "console": "under_way"}
    assert ways_in_words(note("n1", "not_answered", **ladder)) == (
        "MDT shown → radio shown → call cut off → a person must tell them"
    )
    assert ways_in_words(note("n1", "in_hands", **ladder)).endswith("→ A PERSON has it")


def test_n4_a_call_that_was_heard_is_not_said_to_be_shown() -> None:
    assert ways_in_words(note("n1", "shown", voice="shown")) == "call heard"
    assert ways_in_words(note("n1", "acknowledged", voice="acknowledged")) == "call ACKNOWLEDGED"
    assert ways_in_words(note("n1", "sending", voice="under_way")) == "call under way"


def test_n7_a_note_that_was_taken_back_keeps_how_it_went() -> None:
    board = seen(
        note("n1", "acknowledged", mdt="acknowledged"), note("n1", "withdrawn", mdt="under_way")
    )
    assert [row["told"] for row in board.latest(9)] == ["withdrawn"]
    assert board.by_channel() == {"mdt": (1, 1)}


def test_o3_who_has_not_answered_stays_on_a_screen_that_is_too_small_for_all() -> None:
    board = seen(
        note("open", "shown", mdt="shown"),
        note("ladder", "in_hands", mdt="shown", console="under_way"),
        *(note(f"n{n}", "acknowledged", mdt="acknowledged") for n in range(5)),
    )
    assert [row["note"] for row in board.latest(3)] == ["open", "ladder", "n4"]
