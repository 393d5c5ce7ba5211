"""The report of a campaign says what was played, what held and what did not (O4)."""

from tests.campaign.report import written
from tests.campaign.stage import Figures, Takeover, share


def test_o4_it_has_the_figures_and_everything_that_is_wrong() -> None:
    figures = Figures(
        rounds=2, answered=100, lost=1, wrong=["one was lost"], alarms=12,
        alarms_while_nobody_wrote=5, alarms_lost=2, alarms_twice=3, reached=[0.1, 0.2, 4],
    )  # fmt: skip
    figures.faults.update({"writer_killed": 3, "cad_reset": 1})
    figures.takeovers += [Takeover("writer_killed", ready, ready + 1.0) for ready in (2, 3, 9)]
    told = written(figures, seed=7, minutes=12.4)
    assert "# Campaign from seed 7: 12 minutes, 2 rounds" in told
    assert "| real faults | 4 |" in told
    assert "| of them lost | 1 |" in told
    assert "| man-downs pressed | 12 |\n| of them while nobody wrote | 5 |" in told
    assert "| of them lost | 2 |\n| on record twice, or shown under another id | 3 |" in told
    assert "| until a supervisor had it on the screen, p50/max s | 0.2 / 4.0 |" in told
    assert "| taken over | 3 | 3.0 / 9.0 | 4.0 / 10.0 |" in told
    assert "| writer killed | 3 |" in told
    assert "```text\none was lost\n```" in told


def test_a_share_of_nothing_is_nothing() -> None:
    assert share([], 0.5) == 0.0
    assert [share([3.0, 1.0, 2.0], part) for part in (0.0, 0.5, 1.0)] == [1.0, 2.0, 3.0]
