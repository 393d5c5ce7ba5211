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

    @model_validator(mode="after")
    def _not_in_clear(self) -> "RedisSettings":
        if not self.tls and not is_loopback(self.connect.host):
            raise ValueError(
                "the password and ids would cross the network in clear; set tls = true, or connect "
                "to 127.0.0.1"
            )
        return self
