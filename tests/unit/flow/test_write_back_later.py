"""A CAD that is written to from a restart on has what is in force, once (N2, O4)."""

from middleware.domain.rules import Rules
from middleware.ports import By, Way
from schemas.told import CadNote
from tests.flowing import Disk, Radio, start
from tests.room import LADDER
from tests.said import HIGH_STREET, Cad, Team, marker, resource
from tests.virtual import VirtualClock, virtual

ON = Rules(ladder=LADDER, ways={"mdt": Way(), "cad": Way(by=By.INCIDENT)})


@virtual
async def test_n2_the_note_goes_to_the_cad_at_the_start_that_switches_it_on() -> None:
    disk = Disk()
    before = await start(disk)
    await before.service.core.submit(Team().put(marker()))
    await before.wait(5)
    await before.service.core.submit(Cad().opened(HIGH_STREET, (resource("A1"),)))
    await before.stop()

    cad = Radio(VirtualClock())
    cad.name = "cad"
    after = await start(disk, rules=ON, channels=(cad,))
    await after.wait(3)
    bodies = [message.body for _, message in cad.sent]
    assert [(body.incident, body.withdrawn) for body in bodies if isinstance(body, CadNote)] == [
        ("1", False)
    ]
