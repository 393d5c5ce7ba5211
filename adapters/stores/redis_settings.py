"""`[store.redis]`: which server keeps the journal, and who shares it."""

import socket
from datetime import timedelta
from typing import Annotated

from pydantic import Field, model_validator

from adapters.wires.redis_client import RedisServer
from middleware.ops.durations import Between, Duration
from middleware.ops.listening import is_loopback


class RedisSettings(RedisServer):
    """`[store.redis]`"""

    answer_within: Annotated[Duration, Between("100ms", "1m")] = Field(
        timedelta(seconds=5), description="longest wait for the server; longer is a dead link"
    )
    replicas: Annotated[int, Field(ge=0, le=8)] = Field(
        0,
        description="so many replicas must have every record on their disk before it counts as "
        "written; Redis 7.2 or later, or Valkey",
    )
    pair: bool = Field(
        False,
        description="share the journal with another instance: one writes, the other follows and "
        "takes over when it is gone",
    )
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,60}$")] | None = Field(
        None,
        description="of this instance in the pair, each its own; without it, the machine's name",
    )
    address: Annotated[str, Field(pattern=r"^[!-~]{1,200}$")] | None = Field(
        None,
        description="where people reach this instance's console; whoever asks the other one is "
        "told it",
    )
    lease: Annotated[Duration, Between("500ms", "1m")] = Field(
        timedelta(seconds=3),
        description="the one that follows takes over when it has seen no sign of the writer for "
        "so long",
    )

    def instance(self) -> str:
        """What this one is called in the pair."""
        return self.name or socket.gethostname()

    @model_validator(mode="after")
    def _not_in_clear(self) -> "RedisSettings":
        if not self.tls and not is_loopback(self.connect.host):
            raise ValueError(
                "the password and ids would cross the network in clear; set tls = true, or connect "
                "to 127.0.0.1"
            )
        return self
