"""docs/radio.md says what is so (N4, O3)."""

import re
from pathlib import Path

from adapters.channels.radio import Radio
from adapters.codecs.tetra_sds_tl import Report
from adapters.codecs.tetra_told import is_displayed, state_of
from adapters.table import ADAPTERS
from middleware.building import build
from middleware.config.load import load
from schemas.delivery import Delivery

PAGE = (Path(__file__).parents[3] / "docs/radio.md").read_text(encoding="utf-8")


def test_n4_the_minimal_set_up_of_the_page_is_a_service_with_a_radio_and_no_broker(
    tmp_path: Path,
) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)
    file = tmp_path / "forewarn.toml"
    file.write_text(f'state = "{tmp_path}/state"\n{example}', encoding="utf-8")
    built = build(load(file, ADAPTERS, {}))
    assert [type(channel) for channel in built.channels] == [Radio]
    assert built.broker is None


def test_n5_the_table_of_what_the_network_says_is_what_is_told() -> None:
    words = {"stored for later": Delivery.STORED, "expired": Delivery.EXPIRED,
             "busy": Delivery.BUSY, "sent": Delivery.SENT}  # fmt: skip
    seen = 0
    rows = re.findall(r"^\| ([^|]*0x[^|]*) \| ([^|]+) \|$", PAGE, flags=re.MULTILINE)
    for codes, meaning in rows:
        wanted = next((state for word, state in words.items() if meaning.startswith(word)), None)
        wanted = wanted or (Delivery.RECEIVED if "received" in meaning else Delivery.REFUSED)
        for code in re.findall(r"0x([0-9A-F]{2})\b", codes):
            report, seen = Report(0x89, 1, int(code, 16)), seen + 1
            assert is_displayed(report) is ("displayed" in meaning)
            assert is_displayed(report) or state_of(report) is wanted, code
    assert seen > 15
