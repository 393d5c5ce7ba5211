"""The other side of the doors over HTTP, for the contract suite of sources."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession

from adapters.sources.aml_http import PATH as AML_PATH
from adapters.sources.aml_http import AmlHttp, AmlHttpSettings
from adapters.sources.bars_http import PATH as BARS_PATH
from adapters.sources.bars_http import BarsHttp, BarsHttpSettings
from adapters.sources.cad_http import PATH, CadHttp, CadHttpSettings
from adapters.sources.http_door import Door
from adapters.sources.mait_http import PATH as MAIT_PATH
from adapters.sources.mait_http import MaitHttp, MaitHttpSettings
from adapters.sources.man_down_http import PATH as MAN_DOWN_PATH
from adapters.sources.man_down_http import ManDownHttp, ManDownHttpSettings
from adapters.sources.police_answers import PATH as ANSWERS_PATH
from adapters.sources.police_answers import PoliceAnswers, PoliceAnswersSettings
from middleware.ops.listening import HostPort
from schemas.caller import CallerLocated
from schemas.incident import IncidentOpened
from schemas.police import BackUpAnswered
from schemas.safety import ManDownSignalled
from tests import alarms, aml, bars, mait, police
from tests.cad import message
from tests.fakes import CAD_TOKEN, FakeIntake, fake_world

ANY = HostPort("127.0.0.1", 0)
BOUND = 4


class SayingRig:
    """What they all have: so many things stand before a full intake, and what was heard."""

    def __init__(self, intake: FakeIntake) -> None:
        self.intake = intake
        self.bound = BOUND

    def heard(self) -> list[int]:
        abouts = (taken.id.partition("/") for taken in self.intake.events)
        return [int(number) for _, slash, number in abouts if slash]


class CadHttpRig(SayingRig):
    """A CAD that posts."""

    path = PATH

    def __init__(self, intake: FakeIntake, state: Path, http: ClientSession) -> None:
        super().__init__(intake)
        self.source = self._source(state)
        self._http = http

    def _source(self, state: Path) -> Door:
        return CadHttp(CadHttpSettings(listen=ANY, at_once=BOUND), fake_world(state))

    def _message(self, n: int, words: str) -> bytes:
        return message(n=n, nature=words)

    async def say(self, n: int, words: str = "") -> None:
        await self.say_raw(self._message(n, words))

    async def say_raw(self, raw: bytes) -> None:
        status = 429
        while status == 429:
            async with self._http.post(self._url, data=raw) as answer:
                status = answer.status
            await asyncio.sleep(0)

    async def say_half_and_cut(self, n: int) -> None:
        async def half() -> AsyncIterator[bytes]:
            yield self._message(n, "")[:40]
            raise ConnectionResetError

        try:
            await self._http.post(self._url, data=half())
        except (ClientError, ConnectionResetError):
            return
        raise AssertionError("half a message was answered")

    @property
    def _url(self) -> str:
        return f"http://{self.source.address}{self.path}"


class ManDownHttpRig(CadHttpRig):
    """A gateway that posts."""

    path = MAN_DOWN_PATH

    def _source(self, state: Path) -> Door:
        settings = ManDownHttpSettings(listen=ANY, at_once=BOUND)
        return ManDownHttp(settings, fake_world(state))

    def _message(self, n: int, words: str) -> bytes:
        return alarms.message(id=f"press/{n}", free_words=words)

    def heard(self) -> list[int]:
        signalled = self.intake.of(ManDownSignalled)
        return [int(one.id.removeprefix("press/")) for one in signalled]


class AmlRig(CadHttpRig):
    """An AML gateway that posts; thing `n` is a telephone so many metres wide."""

    path = AML_PATH

    def _source(self, state: Path) -> Door:
        return AmlHttp(AmlHttpSettings(listen=ANY, at_once=BOUND), fake_world(state))

    def _message(self, n: int, words: str) -> bytes:
        return aml.https(location_accuracy=n + 1, free_words=words)

    def heard(self) -> list[int]:
        return [round(one.circle.radius_m) - 1 for one in self.intake.of(CallerLocated)]


class BarsRig(CadHttpRig):
    """A neighbouring service that posts referrals; thing `n` is the request of that number."""

    path = BARS_PATH

    def _source(self, state: Path) -> Door:
        return BarsHttp(BarsHttpSettings(listen=ANY, at_once=BOUND), fake_world(state))

    def _message(self, n: int, words: str) -> bytes:
        asked = bars.request(f"request-{n}")
        said = bars.flag("U", words or "dog")
        return bars.bundle(bars.header(key=f"request-{n}"), asked, bars.location(), said)

    def heard(self) -> list[int]:
        return [int(one.id.removeprefix("request-")) for one in self.intake.of(IncidentOpened)]


class MaitRig(CadHttpRig):
    """A service that posts XML."""

    path = MAIT_PATH

    def _source(self, state: Path) -> Door:
        settings = MaitHttpSettings(listen=ANY, at_once=BOUND, mapping=mait.MAPPED)
        return MaitHttp(settings, fake_world(state))

    def _message(self, n: int, words: str) -> bytes:
        return mait.about(n).replace(b"Smoke seen", words.encode() or b"Smoke seen")


class PoliceAnswersRig(CadHttpRig):
    """A desk of the police that posts."""

    path = ANSWERS_PATH

    def _source(self, state: Path) -> Door:
        settings = PoliceAnswersSettings(listen=ANY, at_once=BOUND)
        return PoliceAnswers(settings, fake_world(state))

    def _message(self, n: int, words: str) -> bytes:
        return police.message(id=f"answer/{n}", reason=words)

    def heard(self) -> list[int]:
        answered = self.intake.of(BackUpAnswered)
        return [int(one.id.removeprefix("answer/")) for one in answered]


async def posted(program: str, rig: Any, state: Path, *given: str) -> tuple[int, str]:
    """That simulator as a program of its own: its exit code, and what it printed."""
    token = state / "token.txt"
    token.write_text(CAD_TOKEN)
    told = ["--url", f"http://{rig.source.address}{rig.path}", "--token-file", str(token)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulators", program, *told, *given,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    printed, _ = await process.communicate()
    return process.returncode or 0, printed.decode()
