"""What docker/pair/ holds, as far as it can be tried without a container engine: its services are
hardened, its configuration is one, and a real server with its valkey.conf keeps a journal (O4)."""

import re
from pathlib import Path

import yaml

from adapters.stores.redis import RedisJournal
from adapters.stores.redis_settings import RedisSettings
from adapters.table import ADAPTERS
from middleware.config import load
from tests.redis_server import journal_on, redis_server

PAIR = Path(__file__).parents[2] / "docker" / "pair"
MADE = {"./certs", "./mosquitto", "./valkey", "state-a", "state-b", "journal"}
"""By the commands of docs/pair.md."""


def test_e2_the_containers_of_the_pair_are_hardened_and_mount_what_is_there() -> None:
    compose = yaml.safe_load((PAIR / "compose.yaml").read_text())
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["user"] == "10001:10001", name
        for mount in service["volumes"]:
            here = mount.split(":")[0]
            assert here in MADE or (PAIR / here).exists(), here
    instances = [compose["services"][f"forewarn-{name}"] for name in "ab"]
    assert not any("ports" in one for one in instances), "people and CAD come through the front"
    assert all(p.startswith("127.0.0.1:") for p in compose["services"]["front"]["ports"])
    assert compose["volumes"].keys() == MADE & compose["volumes"].keys() >= {"journal"}


def test_o4_both_instances_have_one_configuration_and_each_its_name(tmp_path: Path) -> None:
    compose = yaml.safe_load((PAIR / "compose.yaml").read_text())
    text = (PAIR / "forewarn.toml").read_text()
    named = re.findall(r'"(/run/[^"]+)"', text)
    for path in named:
        here = tmp_path / path.removeprefix("/run/")
        here.parent.mkdir(parents=True, exist_ok=True)
        here.write_text("made by the commands of docs/pair.md\n")
    (tmp_path / "forewarn.toml").write_text(text.replace("/run/", f"{tmp_path}/"))
    names = set()
    for name in "ab":
        environ = compose["services"][f"forewarn-{name}"]["environment"]
        config = load(tmp_path / "forewarn.toml", ADAPTERS, environ)
        settings = config.store["redis"]
        assert isinstance(settings, RedisSettings)
        assert settings.pair
        names.add(settings.instance())
    assert names == {"a", "b"}


async def test_o4_a_server_set_as_there_keeps_a_journal(tmp_path: Path) -> None:
    """All but TLS, which the server of the tests was built without."""
    lines = (PAIR / "valkey.conf").read_text().splitlines()
    told = dict(line.split(" ", 1) for line in lines if line and not line.startswith("#"))
    tls = {name for name in told if name.startswith("tls-")}
    assert (told["port"], "tls-port" in tls) == ("0", True), "never in clear"
    ours = {"port", "dir", "aclfile", *tls}
    options = {name: value.strip('"') for name, value in told.items() if name not in ours}
    async with redis_server(tmp_path / "redis", **options) as server:
        journal = RedisJournal(RedisSettings(**journal_on(server.port, tmp_path)), "eoc1")
        await journal.append(0, await journal.acquire(), [b"one"])
        assert await journal.head() == 1
        await journal.close()


def test_o4_the_front_asks_readyz_and_keeps_nobody_at_an_instance_that_is_not() -> None:
    text = (PAIR / "haproxy.cfg").read_text()
    assert "on-marked-down shutdown-sessions" in text
    ports = {"console": 8100, "cad_http": 8101, "cad_tcp": 8102}
    for name, port in ports.items():
        backend = text.split(f"\nbackend {name}\n")[1].split("\n\n")[0].split("backend ")[0]
        assert "GET /readyz" in backend
        assert re.findall(rf"forewarn-([ab]):{port} check", backend) == ["a", "b"]
