"""What a pair needs is said before the start, with the line and what to do (O4)."""

from pathlib import Path

import pytest

from adapters.stores.redis_settings import RedisSettings
from adapters.table import ADAPTERS
from middleware.config import ConfigError, load

PAIR = '[store.redis]\npair = true\nname = "a"\n'
ELSEWHERE = '[broker]\nembedded = false\nhost = "127.0.0.1"\nport = 1883\n'


def read(folder: Path, text: str) -> RedisSettings:
    path = folder / "forewarn.toml"
    path.write_text(text)
    settings = load(path, ADAPTERS, {}).store["redis"]
    assert isinstance(settings, RedisSettings)
    return settings


def test_o4_a_pair_with_a_broker_of_its_own_is_told_that_it_must_be_shared(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, PAIR)
    assert "a pair shares a broker that goes on without either" in str(refused.value)
    assert read(tmp_path, PAIR + ELSEWHERE).pair


def test_o4_an_instance_is_called_as_its_machine_unless_it_has_a_name(tmp_path: Path) -> None:
    assert read(tmp_path, PAIR + ELSEWHERE).instance() == "a"
    unnamed = PAIR.replace('name = "a"\n', "") + ELSEWHERE
    assert read(tmp_path, unnamed).instance()


@pytest.mark.parametrize("line", ['lease = "100ms"', 'name = "two words"', "replicas = -1"])
def test_o4_what_cannot_be_is_refused_with_its_key(tmp_path: Path, line: str) -> None:
    text = PAIR.replace('name = "a"', line) if line.startswith("name") else PAIR + line + "\n"
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, text + ELSEWHERE)
    assert line.split(" ", maxsplit=1)[0] in str(refused.value)
