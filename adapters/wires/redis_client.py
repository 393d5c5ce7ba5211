"""Redis or Valkey: where it is, who we are there, and a client that tries once."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from redis.asyncio import Redis
from redis.asyncio.connection import ConnectCallbackT
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.maint_notifications import MaintNotificationsConfig

from middleware.ops.errors import Trouble
from middleware.ops.listening import ConnectTo, HostPort
from middleware.ops.private_files import read_private


class RedisServer(BaseModel):
    """What every section of something that speaks to Redis begins with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    connect: ConnectTo = Field(
        HostPort("127.0.0.1", 6379), description="where Redis or Valkey listens, host:port"
    )
    username: Annotated[str, Field(pattern=r"^[!-~]{1,200}$")] | None = Field(
        None, description="ACL user; without one, the server's default user"
    )
    password_file: Path | None = Field(
        None, description="file with that user's password, readable by this service alone (600)"
    )
    tls: bool = Field(False, description="speak TLS")
    tls_ca_file: Path | None = Field(
        None, description="PEM authorities of its certificate, when the system does not know them"
    )

    def password(self) -> str | None:
        """Trouble where others can read the file, or nothing is in it."""
        return read_password(self.password_file)

    def client(
        self,
        password: str | None,
        *,
        connects: timedelta,
        answers: timedelta,
        on_connect: ConnectCallbackT | None = None,
    ) -> "Redis":
        """Connects when it is first used, and again when it was cut off; a command is tried once.
        Longer than `connects` or `answers` is a dead link. `on_connect` replaces the greeting."""
        return Redis(
            host=self.connect.host,
            port=self.connect.port,
            ssl=self.tls,
            redis_connect_func=on_connect,
            **self.manner(self.username, password, connects=connects, answers=answers),
        )

    def manner(
        self, username: str | None, password: str | None, *, connects: timedelta, answers: timedelta
    ) -> dict[str, Any]:
        """What holds for every connection, wherever it goes."""
        told: dict[str, Any] = {
            "username": username,
            "password": password,
            "socket_timeout": answers.total_seconds(),
            "socket_connect_timeout": connects.total_seconds(),
            "retry": Retry(NoBackoff(), 0),
            "protocol": 3,
            # with them, the pool gives out connections that the server has closed
            "maint_notifications_config": MaintNotificationsConfig(enabled=False),
        }
        authorities = {"ssl_ca_certs": str(self.tls_ca_file)} if self.tls_ca_file else {}
        return told | (authorities if self.tls else {})


def read_password(path: Path | None) -> str | None:
    """The first line of the file; Trouble where others can read it, or nothing is in it."""
    if path is None:
        return None
    content = read_private(path)
    if not content or not content.strip():
        what = f"{path} holds no password"
        raise Trouble(what, "write the password of the Redis user into that file, chmod 600")
    return content.decode().splitlines()[0]
