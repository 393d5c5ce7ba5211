"""Two real services, one journal: one writes, the other takes over, whatever happens to the first
or to its network; nothing is lost, nothing is shown twice, no stale writer writes (O4)."""

from collections import Counter
from pathlib import Path

import pytest

from schemas.incident import CadEvent
from simulators.cad_messages import resource
from tests.pair import pair

pytestmark = pytest.mark.timeout(300)
ON = "A101"
MARKED = {"address": "14 Marram Street, Saltby", "postcode": "CT97 1AB"}
MARKERS = """\
id,address,postcode,scope,category,severity,what,happened_on,review_on,source
EOC-1,"14 Marram Street, Saltby",CT97 1AB,house,physical_assault,high,Hit,2025-11-02,2099-01-01,EOC
"""


async def test_o4_the_follower_takes_over_from_a_writer_that_was_killed(tmp_path: Path) -> None:
    async with pair(tmp_path) as two:
        first = await two.writer()
        await first.import_markers(MARKERS, 1)
        async with two.cad() as cad, two.device(ON) as mdt:
            cad.open_incident("000001", MARKED, resources=[resource(ON)])
            await first.until(lambda: mdt.tally["shown"] == 1, "the note")
            first.kill()
            second = await two.writer(after=first)
            cad.open_incident("000002", MARKED, resources=[resource(ON)])
            await second.until(lambda: mdt.tally["shown"] == 2, "the note from the other")
            await cad.settled()
            assert mdt.log.violations == []
        entries = await two.journal()
        said = Counter(
            (e.event.id, e.event.revision) for e in entries if isinstance(e.event, CadEvent)
        )
        assert set(said.values()) == {1}
