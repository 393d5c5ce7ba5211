"""Probes over a real SIP telephone in another process: one that presses the key, one that never
answers, one that is answered and not heard (O1, N4)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from middleware.flow.probes import Pace
from tests.brokers import until
from tests.probing import probing
from tests.voice import Phone, telephone

pytestmark = pytest.mark.timeout(300)
"""Calls take the time that they take, on a loaded machine more."""

TELEPHONE = "+441632960999"
SELDOM = Pace(timedelta(seconds=1), timedelta(seconds=100))
SOON = Pace(timedelta(seconds=1), timedelta(seconds=3))


def over(phone: Phone) -> dict[str, Any]:
    return {
        "sip_to": f"sip:{{number}}@{phone.at}",
        "sip_interface": "127.0.0.1",
        "times": 1,
    }


async def test_n4_the_key_of_a_telephone_brings_a_probe_back(tmp_path: Path) -> None:
    async with (
        telephone("--answers-after", "0", "--presses", "1@1") as phone,
        probing("voice", TELEPHONE, over(phone), tmp_path, SELDOM) as made,
    ):
        await until(lambda: made.figure("forewarn_probe_returned_total") >= 1)
        assert made.figure("forewarn_sent_total") == 0


@pytest.mark.parametrize("fault", ["--never-answers", "--silent"])
async def test_n4_a_telephone_that_is_not_answered_or_not_heard_is_found(
    tmp_path: Path, fault: str
) -> None:
    async with (
        telephone("--answers-after", "0", fault) as phone,
        probing("voice", TELEPHONE, over(phone) | {"ring": "1s"}, tmp_path, SOON) as made,
    ):
        await made.are_lost()
        assert made.figure("forewarn_probe_returned_total") == 0
