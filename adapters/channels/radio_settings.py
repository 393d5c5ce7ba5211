"""Section `[channel.radio]` (docs/radio.md)."""

import ssl
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from adapters.codecs.tetra_commands import PROFILES
from middleware.ops.durations import Between, Duration
from middleware.ops.listening import ConnectTo, is_loopback

Command = Annotated[str, Field(pattern=r"^AT[ -~]{0,100}$")]
StatusCode = Annotated[str, Field(pattern=r"^[89A-Fa-f][0-9A-Fa-f]{3}$")]
"""A status of the network or its users, 8000 to FFFF in hexadecimal."""


class Meaning(StrEnum):
    """What a crew says with a status."""

    ACKNOWLEDGE = "acknowledge"
    ASK = "ask"
    EMERGENCY = "emergency"
    CANCEL = "cancel"
    STANDING_OFF = "standing_off"
    AT_RVP = "at_rvp"
    GONE_IN = "gone_in"
    OVER = "over"
    """Of a stand-off: not any more, and not gone in."""


class RadioSettings(BaseModel):
    """Either `connect` or `serial`; what no public source confirms can be set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    connect: ConnectTo | None = Field(
        None, description="host:port of a radio or gateway that speaks PEI over TCP"
    )
    serial: Path | None = Field(None, description="or the serial port of one, like /dev/ttyUSB0")
    baud: Annotated[int, Field(ge=300, le=1_000_000)] = Field(
        9_600, description="speed of the serial port, 8 bits, no parity"
    )
    tls_ca_file: Path | None = Field(
        None, description="PEM authorities of the other side's certificate; turns on TLS"
    )
    in_the_clear: bool = Field(
        False, description="allow TCP without TLS beyond this machine, on a cable of its own"
    )
    init: tuple[Command, ...] = Field(
        PROFILES, description="commands at each connection, so that messages come to us"
    )
    longest: Annotated[int, Field(ge=20, le=120)] = Field(
        80, description="letters of one text that every radio shows"
    )
    parts: Annotated[int, Field(ge=1, le=4)] = Field(
        1, description="parts of a longer text; only where the radios put them together"
    )
    validity: bool = Field(
        True, description="tell the network to keep a note no longer than it is in force"
    )
    status: dict[StatusCode, Meaning] = Field(
        {},
        description="the site's status codes (hexadecimal) and what a crew says with them: "
        "acknowledge, ask, emergency, cancel, standing_off, at_rvp, gone_in or over; 0000 always "
        "is an emergency",
    )
    ask_words: tuple[Annotated[str, Field(pattern=r"^\S{1,20}$")], ...] = Field(
        ("ask", "risk", "?"), description="a text that begins with one of these is a question"
    )
    emergency_priority: Annotated[int, Field(ge=1, le=15)] = Field(
        15, description="a call of this priority or higher is an emergency"
    )
    answer_within: Annotated[Duration, Between("100ms", "1m")] = Field(
        timedelta(seconds=5), description="a command without an answer for so long: a dead link"
    )
    sent_within: Annotated[Duration, Between("1ms", "1m")] = Field(
        timedelta(seconds=3), description="longest wait for the radio to say that it was sent"
    )
    turn_within: Annotated[Duration, Between("100ms", "50s")] = Field(
        timedelta(seconds=20), description="longest wait of a message for those before it"
    )
    poll_every: Annotated[Duration, Between("100ms", "10m")] = Field(
        timedelta(seconds=10), description="after so much silence the radio is asked whether it is"
    )
    retry_first: Annotated[Duration, Between("1ms", "1m")] = Field(
        timedelta(milliseconds=500), description="first wait before connecting again; doubles"
    )
    retry_most: Annotated[Duration, Between("1ms", "10m")] = Field(
        timedelta(seconds=10), description="longest of these waits"
    )

    @model_validator(mode="after")
    def _one_way_and_not_in_the_clear(self) -> "RadioSettings":
        if (self.connect is None) == (self.serial is None):
            raise ValueError("needs either connect = host:port or serial = /dev/...")
        plain = self.tls_ca_file is None and not self.in_the_clear
        if self.connect and plain and not is_loopback(self.connect.host):
            raise ValueError(
                "is beyond this machine: give tls_ca_file, or in_the_clear = true where the cable "
                "is its own"
            )
        return self

    def means(self, status: int) -> Meaning | None:
        """What the site's table says of it."""
        wanted = f"{status:04X}"
        return next((m for code, m in self.status.items() if code.upper() == wanted), None)

    def is_question(self, text: str) -> bool:
        """Whether the text of a crew asks what is known."""
        words = text.casefold().split()
        asks = {word.casefold() for word in self.ask_words}
        return bool(words) and (words[0] in asks or words[0].rstrip("?!.") in asks)

    def tls(self) -> ssl.SSLContext | None:
        """Read at each connection, so that a renewed authority is found."""
        if self.tls_ca_file is None:
            return None
        return ssl.create_default_context(cafile=self.tls_ca_file)
