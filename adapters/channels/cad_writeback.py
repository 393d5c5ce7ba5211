"""The note in the incident of the CAD (N2, N7): HTTP out, with retry, idempotency key and receipt.

No crew is told by it: it goes beside the ladder. Sending twice is harmless by id and revision, and
a note counts as written when the CAD said so.
"""

import aiohttp
from pydantic import Field

from adapters.codecs import cad_notes
from adapters.wires.posting import ANSWER_LIMIT, Dialect, PostingChannel, PostingSettings
from middleware.ports import AdapterSpec, By, Kind, Way
from schemas.told import CadNote

NAME = "cad_writeback"


class CadWritebackSettings(PostingSettings):
    """Section `[channel.cad_writeback]`."""

    url: str = Field(
        "http://127.0.0.1:8110/cad/v1/notes",
        description="where the CAD takes notes; https beyond this machine",
    )
    reads_back: bool = Field(
        False,
        description="the CAD says at url/ID what stands there of a note: a probe is back only then",
    )


class CadWriteback(PostingChannel):
    """The channel `cad_writeback`."""

    name = NAME
    dialect = Dialect(CadNote, cad_notes.write, cad_notes.key, cad_notes.is_receipt)
    _settings: CadWritebackSettings

    async def _stands(self, session: aiohttp.ClientSession, body: CadNote) -> bool:
        if not self._settings.reads_back:
            return True
        try:
            async with session.get(
                f"{self._settings.url}/{body.note}",
                headers=self._settings.headers(),
                allow_redirects=False,
            ) as response:
                raw = await response.content.read(ANSWER_LIMIT + 1)
        except (aiohttp.ClientError, OSError, TimeoutError):
            return False
        return cad_notes.stands(raw, body)


SPEC = AdapterSpec(Kind.CHANNEL, NAME, CadWritebackSettings, CadWriteback, Way(by=By.INCIDENT))
