"""`python -m tests.dashboards`: docker/grafana/dashboards, from the code."""

from tests.dashboards.boards import BOARDS
from tests.dashboards.grafana import FOLDER, written

if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for board in BOARDS:
        path = FOLDER / f"{board.uid}.json"
        path.write_text(written(board), encoding="utf-8")
        print(f"written: {path.relative_to(FOLDER.parents[2])}, {len(board.panels())} panels")
