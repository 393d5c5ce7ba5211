"""Places to listen at are host:port, and it is known whether others reach them (E2)."""

import pytest

from middleware.ops.listening import HostPort, is_loopback, read_host_port


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:8100", HostPort("127.0.0.1", 8100)),
        ("localhost:0", HostPort("localhost", 0)),
        ("[::1]:8100", HostPort("::1", 8100)),
        ("mqtt.example:1883", HostPort("mqtt.example", 1883)),
    ],
)
def test_a_place_is_read_and_written_back(text: str, expected: HostPort) -> None:
    assert read_host_port(text) == expected
    assert str(expected) == text


@pytest.mark.parametrize("text", ["", "8100", ":8100", "a:b", "a:65536", "::1:80", "[zz]:1", "a:"])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"host:port|does not appear"):
        read_host_port(text)


@pytest.mark.parametrize(
    ("host", "inside"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True),
     ("0.0.0.0", False), ("::", False), ("10.0.0.1", False), ("localhost.example", False)],  # noqa: S104
)  # fmt: skip
def test_only_loopback_stays_on_the_machine(host: str, inside: bool) -> None:
    assert is_loopback(host) is inside
