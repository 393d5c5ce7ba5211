"""`[channel.voice]`: which way the calls go, and how patient they are (N4)."""

import string
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from middleware.ops.durations import Between, Duration, read_duration
from middleware.ops.listening import is_loopback
from schemas.base import Name

PLACES = frozenset({"number", "digits"})
Speaker = Literal["nanotts", "espeak-ng"]
VOICES: tuple[Speaker, ...] = ("nanotts", "espeak-ng")


class VoiceSettings(BaseModel):
    """Spoken calls to the telephone of a crew."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    through: Literal["sip", "asterisk"] = Field(
        "sip", description="calls go straight over SIP, or through an Asterisk by its ARI"
    )
    voices: Annotated[tuple[Speaker, ...], Field(min_length=1)] = Field(
        VOICES, description="who speaks; the next one where one cannot"
    )
    calls: Annotated[int, Field(ge=1, le=50)] = Field(2, description="calls at once")
    ring: Annotated[Duration, Between("1s", "5m")] = Field(
        read_duration("30s"), description="how long it rings"
    )
    key_within: Annotated[Duration, Between("100ms", "5m")] = Field(
        read_duration("8s"), description="wait for a key after the question"
    )
    times: Annotated[int, Field(ge=1, le=5)] = Field(
        2, description="so often a note is said to somebody who presses nothing"
    )
    sip_to: Name = Field(
        "sip:{number}@127.0.0.1:5060",
        description="where a number is called: {number} is +447700900123, {digits} 447700900123",
    )
    sip_user: Name = Field("forewarn", description="our user at the exchange")
    sip_domain: Name = Field("127.0.0.1", description="its domain, with :port where it has one")
    sip_password_file: Path | None = Field(
        None, description="file with that user's password, mode 600; without it, none is given"
    )
    sip_register: bool = Field(False, description="register there; some trunks want it")
    sip_transport: Literal["udp", "tcp", "tls"] = Field("udp", description="of the signalling")
    sip_interface: Name | None = Field(
        None, description="network interface or address of ours; for loopback name 127.0.0.1"
    )
    ari_url: Name = Field("http://127.0.0.1:8088/ari", description="the ARI of the Asterisk")
    ari_username: Name = Field("forewarn", description="the user's name in ari.conf")
    ari_password_file: Path | None = Field(
        None, description="file with that user's password, readable by this service alone"
    )
    ari_ca_file: Path | None = Field(
        None, description="PEM authorities of its certificate, when the system does not know them"
    )
    ari_application: Name = Field("forewarn", description="name of our application at Asterisk")
    ari_endpoint: Name = Field(
        "PJSIP/{number}@trunk", description="where a number is called, with {number} or {digits}"
    )
    ari_caller_id: Name | None = Field(None, description="the number that the crew sees")
    ari_sounds: Path | None = Field(
        None, description="folder that Asterisk can read; each sound lies there during its call"
    )

    @model_validator(mode="after")
    def _goes_together(self) -> "VoiceSettings":
        for key in ("sip_to", "ari_endpoint"):
            found = {
                place for _, place, _, _ in _places(key, getattr(self, key)) if place is not None
            }
            if not found or not found <= PLACES:
                raise ValueError(f"{key} must hold {{number}} or {{digits}}, and no other place")
        if self.through == "asterisk":
            self._asterisk_is_complete()
        return self

    def _asterisk_is_complete(self) -> None:
        if self.ari_password_file is None or self.ari_sounds is None:
            raise ValueError("ari_password_file and ari_sounds are needed to go through Asterisk")
        scheme, _, rest = self.ari_url.partition("://")
        host = rest.partition("/")[0].rpartition(":")[0] or rest.partition("/")[0]
        if scheme not in {"http", "https"} or not host:
            raise ValueError("ari_url must be like https://asterisk.example:8089/ari")
        if scheme == "http" and not is_loopback(host.strip("[]")):
            raise ValueError("ari_url is beyond this machine: use https")


def _places(key: str, text: str) -> list[tuple[str, str | None, str | None, str | None]]:
    try:
        return list(string.Formatter().parse(text))
    except ValueError:
        raise ValueError(f"{key} has a brace that is not part of {{number}}") from None
