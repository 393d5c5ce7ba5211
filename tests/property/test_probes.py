"""Whatever the broker or the CAD says, a probe is back only when it surely arrived (O1)."""

import json
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.channels.mdt_loopback import receipt_of
from adapters.codecs import cad_notes, mdt
from middleware.flow.probe_bodies import PROBE, probe_body
from middleware.ports import By
from schemas.mdt import HIGHEST_REVISION, DeviceNote
from schemas.told import CadNote
from tests.property.test_mdt_codec import json_values

UNTIL = datetime(2026, 11, 22, 9, 32, tzinfo=UTC)
revisions = st.integers(1, HIGHEST_REVISION)
fields = st.dictionaries(
    st.sampled_from(["contract", "note", "revision", "probe", "id", "type", "standing"]),
    json_values | st.sampled_from(["forewarn.mdt/1", PROBE, 7, True, cad_notes.WRITTEN]),
)


@given(revisions)
def test_o1_what_the_service_writes_is_returned_as_it_is(revision: int) -> None:
    body = probe_body(By.DEVICE, "PROBE", revision, UNTIL)
    assert isinstance(body, DeviceNote)
    receipt = receipt_of(mdt.write(body))
    assert receipt is not None
    assert (receipt.note, receipt.revision, receipt.by) == (PROBE, revision, None)


@given(revisions, st.sampled_from([None, False, "true", 2]))
def test_n8_nothing_is_said_of_what_is_no_probe(revision: int, said: Any) -> None:
    body = probe_body(By.DEVICE, "PROBE", revision, UNTIL)
    assert isinstance(body, DeviceNote)
    note = json.loads(mdt.write(body)) | {"probe": said}
    assert receipt_of(json.dumps(note).encode()) is None


@given(st.binary() | (fields | json_values).map(lambda said: json.dumps(said).encode()))
def test_o1_the_loopback_device_reads_over_whatever_else_comes(raw: bytes) -> None:
    assert receipt_of(raw) is None


@given(st.binary() | fields.map(lambda said: json.dumps(said).encode()), revisions)
def test_n2_only_this_revision_of_this_note_stands_there(raw: bytes, revision: int) -> None:
    body = probe_body(By.INCIDENT, "PROBE", revision, UNTIL)
    assert isinstance(body, CadNote)
    if cad_notes.stands(raw, body):
        said = json.loads(raw)
        assert (said["id"], said["revision"], said["type"]) == (PROBE, revision, "note.written")
    standing = {"id": PROBE, "revision": revision, "type": "note.written"}
    assert cad_notes.stands(json.dumps(standing).encode(), body)
    assert not cad_notes.stands(json.dumps(standing | {"revision": revision + 1}).encode(), body)
    assert not cad_notes.stands(json.dumps(standing | {"type": "note.withdrawn"}).encode(), body)


def test_n2_the_reserved_incident_is_of_no_day() -> None:
    body = probe_body(By.INCIDENT, "PROBE", 1, UNTIL)
    assert isinstance(body, CadNote)
    assert (body.service_day, body.incident) == (date(2000, 1, 1), "PROBE")
