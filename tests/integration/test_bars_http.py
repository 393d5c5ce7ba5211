"""The source `bars_http` over a real socket, from the simulated sender (C1, C4, O3)."""

from pathlib import Path

from aiohttp import ClientSession

from adapters.codecs import bars as codec
from adapters.codecs import bars_flag
from adapters.sources.bars_http import METADATA, PATH, BarsHttp
from schemas.incident import IncidentClosed, IncidentOpened
from tests import bars
from tests.bars_rig import flags
from tests.fakes import CAD_TOKEN, FakeIntake
from tests.http_rigs import BarsRig, posted
from tests.sources import over_http

PLACE = "14 Marram Street, Saltby, CT97 1AB"
THERE = ("--address", PLACE)


async def test_a_referral_is_taken_with_its_flag_and_revoked(tmp_path: Path) -> None:
    given = ["--uprn", "0010090200342", "--scene", "man with a knife", "--then", "revoke"]
    async with over_http(BarsRig, tmp_path) as rig:
        code, printed = await posted("bars", rig, tmp_path, *THERE, *given)
        intake: FakeIntake = rig.intake
    assert code == 0, printed
    (opened,), (closed,) = intake.of(IncidentOpened), intake.of(IncidentClosed)
    assert isinstance(opened, IncidentOpened)
    assert isinstance(closed, IncidentClosed)
    assert (opened.place.address, opened.place.uprn) == (PLACE, "10090200342")
    assert (opened.nature or "").startswith("SCENE NOT SAFE, as the sender says: man with a knife")
    assert closed.number == opened.number
    assert closed.revision > opened.revision


async def test_o4_the_same_again_is_answered_as_known(tmp_path: Path) -> None:
    async with over_http(BarsRig, tmp_path) as rig:
        code, printed = await posted("bars", rig, tmp_path, *THERE, "--then", "again")
        assert len(rig.intake.of(IncidentOpened)) == 1
    assert (code, printed.count('"known"')) == (0, 1), printed


async def test_o4_what_a_room_hands_on_another_takes_and_answers_for(tmp_path: Path) -> None:
    """The sender looks whether we are there, has a key of its own, and gets its receipt."""
    body, headers = flags(), {"Authorization": f"Bearer {CAD_TOKEN}"}
    async with over_http(BarsRig, tmp_path) as rig, ClientSession() as http:
        assert isinstance(rig.source, BarsHttp)
        there, door = (f"http://{rig.source.address}{path}" for path in (METADATA, PATH))
        async with http.get(there) as answer:
            assert answer.status == 401
        async with http.get(there, headers=headers) as answer:
            assert (await answer.json(content_type=bars_flag.CONTENT_TYPE))["status"] == "active"
        headers |= {"Idempotency-Key": bars_flag.key(body), **bars_flag.headers(body)}
        for status in (202, 200):
            async with http.post(door, data=bars_flag.write(body), headers=headers) as answer:
                assert answer.status == status
                assert bars_flag.is_receipt(await answer.read(), body)
        (opened,) = rig.intake.of(IncidentOpened)
    assert isinstance(opened, IncidentOpened)
    assert (opened.nature or "").startswith("SCENE NOT SAFE, as the sender says: Risk")


async def test_what_is_wrong_is_told_and_kept_in_quarantine(tmp_path: Path) -> None:
    async with over_http(BarsRig, tmp_path) as rig:
        code, printed = await posted("bars", rig, tmp_path, *THERE, "--fault", "garbage")
        ((_, problem, raw),) = rig.intake.refused
    assert (code, problem.field) == (1, "message")
    assert raw
    assert ": 400 " in printed


async def test_c4_swapped_coordinates_do_not_lose_the_referral(tmp_path: Path) -> None:
    async with over_http(BarsRig, tmp_path) as rig:
        code, printed = await posted(
            "bars", rig, tmp_path, *THERE, "--at", "51.3,-0.5", "--fault", "swap"
        )
        (opened,) = rig.intake.of(IncidentOpened)
    assert code == 0, printed
    assert isinstance(opened, IncidentOpened)
    assert opened.place.latitude is None


async def test_a_bundle_may_be_larger_than_a_message_of_a_contract_and_has_its_own_bound(
    tmp_path: Path,
) -> None:
    async with over_http(BarsRig, tmp_path) as rig:
        long = {"resourceType": "Observation", "note": "x" * 100_000}
        await rig.say_raw(bars.bundle(bars.header(), bars.request(), bars.location(), long))
        await rig.intake.until(events=2)
        await rig.say_raw(b" " * (codec.LIMIT + 1))
        ((_, problem, _),) = rig.intake.refused
    assert str(codec.LIMIT) in problem.reason
