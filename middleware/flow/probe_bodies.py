"""What a probe says on each way: that it is one, and nothing else (O1)."""

from datetime import date, datetime

from middleware.ports import Body, By
from schemas.mdt import DeviceNote
from schemas.told import CadNote, RadioText, SpokenNote

PROBE = "probe"
"""The note of every probe: no other note is called so."""
WORDS = "PROBE of Forewarn: for nobody"
NO_DAY = date(2000, 1, 1)
"""The service day of the reserved incident, which belongs to none."""
SPOKEN = "This is a probe of Forewarn, for nobody."
PROBED = frozenset({By.DEVICE, By.RADIO, By.PHONE, By.INCIDENT})
"""What a channel must reach to be probed."""


def probe_body(by: By, device: str, revision: int, expires_at: datetime) -> Body:
    """`device`: the loopback device; of the CAD, the number of the reserved incident."""
    if by is By.RADIO:
        return RadioText(
            note=PROBE,
            revision=revision,
            incident=PROBE,
            expires_at=expires_at,
            text=WORDS,
            probe=True,
        )
    if by is By.PHONE:
        return SpokenNote(
            note=PROBE,
            revision=revision,
            incident=PROBE,
            expires_at=expires_at,
            sentences=(SPOKEN,),
            probe=True,
        )
    if by is By.INCIDENT:
        return CadNote(
            note=PROBE,
            revision=revision,
            incident=device,
            service_day=NO_DAY,
            expires_at=expires_at,
            headline=WORDS,
            probe=True,
        )
    return DeviceNote(
        note=PROBE,
        revision=revision,
        incident=PROBE,
        callsign=device,
        expires_at=expires_at,
        headline=WORDS,
        probe=True,
    )
