"""`[store.redis]`: which server keeps the journal, and who shares it."""

import socket
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from adapters.wires.redis_client import RedisServer
from middleware.ops.durations import Between, Duration
from middleware.ops.listening import ConnectTo, is_loopback

PLACES = 16
"""Sentinels, or nodes of a cluster, that may be named."""
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,60}$")]
Word = Annotated[str, Field(pattern=r"^[!-~]{1,200}$")]


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
    sentinels: Annotated[tuple[ConnectTo, ...], Field(max_length=PLACES)] = Field(
        (), description="all Sentinels, who say which server is the primary, in place of `connect`"
    )
    primary: Name | None = Field(None, description="what the Sentinels call it")
    sentinel_username: Word | None = Field(
        None, description="ACL user at the Sentinels; without one, their default user"
    )
    sentinel_password_file: Path | None = Field(
        None, description="file with that user's password, readable by this service alone (600)"
    )
    cluster: Annotated[tuple[ConnectTo, ...], Field(max_length=PLACES)] = Field(
        (),
        description="nodes of the cluster, three or more, who say which of all has the room's "
        "keys, in place of `connect`",
    )
    pair: bool = Field(
        False,
        description="share the journal with another instance: one writes, the other follows and "
        "takes over when it is gone",
    )
    name: Name | None = Field(
        None,
        description="of this instance in the pair, each its own; without it, the machine's name",
    )
    address: Word | None = Field(
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

    @property
    def fails_over(self) -> bool:
        """Whether another server may take the place of the primary by itself."""
        return bool(self.sentinels or self.cluster)

    def where(self) -> str:
        """What is said of it at the start."""
        if self.sentinels:
            return f"redis+sentinel://{','.join(map(str, self.sentinels))}/{self.primary}"
        if self.cluster:
            return f"redis+cluster://{','.join(map(str, self.cluster))}"
        return f"redis://{self.connect}"

    @model_validator(mode="after")
    def _one_way(self) -> "RedisSettings":
        if self.sentinels and self.cluster:
            raise ValueError("sentinels and cluster are two ways to find the primary; keep one")
        if self.fails_over and "connect" in self.model_fields_set:
            raise ValueError("sentinels or cluster say where the primary is; remove connect")
        if bool(self.sentinels) != bool(self.primary):
            raise ValueError("sentinels and primary belong together; set both, or neither")
        if not self.sentinels and (self.sentinel_username or self.sentinel_password_file):
            raise ValueError("there are no sentinels to sign in at; set sentinels and primary")
        return self

    @model_validator(mode="after")
    def _nothing_lost_in_a_fail_over(self) -> "RedisSettings":
        if self.fails_over and not self.replicas:
            raise ValueError(
                "a fail-over may promote a replica that lacks what was acknowledged; set "
                "replicas = 1 or more, so that nothing counts as written before it lies there too"
            )
        return self

    @model_validator(mode="after")
    def _not_in_clear(self) -> "RedisSettings":
        places = self.sentinels or self.cluster or (self.connect,)
        if not self.tls and not all(is_loopback(place.host) for place in places):
            raise ValueError(
                "the password and ids would cross the network in clear; set tls = true, or connect "
                "to 127.0.0.1"
            )
        return self
