"""Files of secrets are read where only their owner may read them (E2)."""

from pathlib import Path

import pytest

from middleware.ops.errors import Trouble
from middleware.ops.private_files import read_private


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text("of the exchange")
    path.chmod(0o440)
    return path


def test_e2_a_secret_that_others_may_read_is_refused_with_the_remedy(
    secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(secret.parent / "elsewhere"))
    with pytest.raises(Trouble, match="chmod 600"):
        read_private(secret)


def test_e2_a_credential_of_systemd_is_read_whatever_its_group_bits_say(
    secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are the mask of an access list there."""
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(secret.parent))
    assert read_private(secret) == b"of the exchange"
