"""A missing program is a reason to skip on a developer's machine and a failure in CI."""

import pytest

from tests.needs import require


@pytest.fixture(params=["true", None])
def ci(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.delenv("CI", raising=False)
    if request.param:
        monkeypatch.setenv("CI", request.param)
    return request.param is not None


def test_a_missing_program_fails_in_ci_and_skips_elsewhere(ci: bool) -> None:
    expected = pytest.fail.Exception if ci else pytest.skip.Exception
    with pytest.raises(expected, match="no-such-program is not installed"):
        require("no-such-program")


def test_the_broker_from_the_wheel_is_found_without_a_path(
    ci: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    assert require("nats-server").endswith("nats-server")
