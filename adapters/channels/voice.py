"""Spoken calls to a crew that drives, or is alone (N4, N5): over SIP, or through an Asterisk.

An attempt is on record before `send` is called, and no call is made twice by itself: what may have
been said before says so first. With all lines in use the courier waits until one is free, so that
nothing lies here that might be withdrawn meanwhile.
"""

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta

import structlog

from adapters.channels.voice_ari import AriTelephone
from adapters.channels.voice_call import Limits
from adapters.channels.voice_line import Line, NoLine, Over, Telephone
from adapters.channels.voice_round import PROMPTS, Round
from adapters.channels.voice_settings import VoiceSettings
from adapters.channels.voice_sip import SipAccount, SipTelephone
from adapters.channels.voice_speech import NoVoice, Speech
from middleware.ops.presence import Presence
from middleware.ops.redaction import Fixed
from middleware.ports import (
    AdapterSpec,
    By,
    ChannelDown,
    Intake,
    Kind,
    LinesBusy,
    ToDevice,
    Way,
    World,
)
from schemas.told import SpokenNote

NAME = "voice"
NUMBER = re.compile(r"\+?[0-9]{2,15}")
VOICE_AGAIN = timedelta(minutes=1)

log = structlog.get_logger()


class Voice:
    """The channel; `device` of what it sends and hears is a telephone number."""

    name = NAME

    def __init__(self, settings: VoiceSettings, world: World) -> None:
        self._world = world
        self._bound = settings.calls
        self._limits = Limits(settings.ring, settings.key_within, settings.times)
        self._speech = Speech(settings.voices, world)
        self._telephone = _telephone(settings, world)
        self._presence = Presence(NAME, world)
        self._rounds: dict[str, Round] = {}
        self._probing: Line | None = None
        self._intake: Intake | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self._came_back: Callable[[], None] = lambda: None
        self._up = False
        self._failures = world.meters.counter("forewarn_send_failures_total", channel=NAME)
        world.meters.gauge("forewarn_queue_bound", queue="voice lines").set(self._bound)
        depth = world.meters.gauge("forewarn_queue_depth", queue="voice lines")
        depth.set_function(lambda: len(self._rounds))

    async def run(self, intake: Intake, came_back: Callable[[], None]) -> None:
        """Find a voice, then keep the telephone ready; never returns."""
        self._intake, self._came_back = intake, came_back
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                tasks.create_task(self._presence.tell(intake))
                await self._find_a_voice()
                await self._telephone.run(self._changed)
        finally:
            self._up, self._tasks = False, None
            self._rounds.clear()

    async def send(self, message: ToDevice) -> None:
        """Begin a call, or join one to the same telephone that still rings. Returns when it is
        being set up; raises ChannelDown when nothing rings anywhere."""
        body, number = message.body, message.device
        if not isinstance(body, SpokenNote) or not NUMBER.fullmatch(number):
            raise ValueError("only spoken notes go by telephone, and only to a telephone number")
        if message.probe:
            await self._probe(number, body)
            return
        try:
            await self._join_or_call(number, body, message.times)
        except ChannelDown:
            self._failures.inc()
            raise
        kind = "withdrawal" if body.withdrawn else "note"
        self._world.meters.counter("forewarn_sent_total", channel=NAME, kind=kind).inc()

    async def _join_or_call(self, number: str, body: SpokenNote, times: int) -> None:
        if not self._up or self._tasks is None or self._intake is None:
            raise ChannelDown("no telephone can be used now")
        talk = self._rounds.get(number)
        if talk is None:
            if len(self._rounds) >= self._bound and not self._gave_way():
                raise LinesBusy("all lines are in use")
            talk = self._rounds[number] = Round(number, self._intake, self._world, self._speech)
            await self._begin(talk, body, times)
        elif not talk.join(body, times):
            raise LinesBusy("that telephone is in a call of ours")

    async def _probe(self, number: str, body: SpokenNote) -> None:
        """Only while nobody is called, and no longer than until somebody is."""
        if not self._up or self._intake is None:
            raise ChannelDown("no telephone can be used now")
        if self._rounds:
            raise LinesBusy("a probe gives way to every call")
        talk = Round(number, self._intake, self._world, self._speech, probe=True)
        self._rounds[number] = talk
        await self._begin(talk, body, 0)

    def _gave_way(self) -> bool:
        """Whether a probe had a line, which is free now."""
        talk = next((one for one in self._rounds.values() if one.probe), None)
        if talk is None:
            return False
        self._free(talk)
        if self._probing is not None:
            self._probing.heard.put_nowait(Over("gave_way"))
        return True

    async def _begin(self, talk: Round, body: SpokenNote, times: int) -> None:
        """Rendered before it rings: nobody answers to silence."""
        talk.join(body, times)
        try:
            await talk.prepare()
            line = await self._telephone.dial(talk.number)
        except NoLine:
            self._free(talk)
            raise ChannelDown("no telephone can be used now") from None
        except BaseException:
            self._free(talk)
            raise
        if self._rounds.get(talk.number) is not talk:
            await line.hang_up()
            raise LinesBusy("somebody is called on that line")
        self._probing = line if talk.probe else self._probing
        assert self._tasks is not None  # noqa: S101
        task = self._tasks.create_task(talk.hold(line, self._limits))
        task.add_done_callback(lambda _: self._over(talk))

    def _over(self, talk: Round) -> None:
        self._free(talk)
        if self._up:
            self._came_back()

    def _free(self, talk: Round) -> None:
        if self._rounds.get(talk.number) is talk:
            del self._rounds[talk.number]

    async def _find_a_voice(self) -> None:
        """Rather no channel than calls that say nothing."""
        while not await self._has_a_voice():
            self._presence.lost("no_voice")
            log.error("no_voice", adapter=NAME, remedy=Fixed(REMEDY), again_in=str(VOICE_AGAIN))
            await self._world.clock.sleep(VOICE_AGAIN)

    async def _has_a_voice(self) -> bool:
        """What every call says is rendered here, so that a call waits for its note alone."""
        try:
            for prompt in PROMPTS:
                await self._speech.say(prompt)
        except NoVoice:
            return False
        return True

    def _changed(self, lost: str | None) -> None:
        self._up = lost is None
        if lost is None:
            self._presence.connected()
            self._came_back()
        else:
            self._presence.lost(lost)


def _telephone(settings: VoiceSettings, world: World) -> Telephone:
    if settings.through == "asterisk":
        return AriTelephone(settings, world)
    account = SipAccount(
        user=settings.sip_user,
        domain=settings.sip_domain,
        password_file=settings.sip_password_file,
        register=settings.sip_register,
        transport=settings.sip_transport,
        interface=settings.sip_interface,
    )
    return SipTelephone(account, settings.sip_to, world)


REMEDY = "install py-nanotts, or the program espeak-ng; see voices in [channel.voice]"
SPEC = AdapterSpec(Kind.CHANNEL, NAME, VoiceSettings, Voice, way=Way(by=By.PHONE, repeatable=False))
