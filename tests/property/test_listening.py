"""Every place that can be written is read back to the same (E2)."""

from hypothesis import given
from hypothesis import strategies as st

from middleware.ops.listening import HostPort, is_loopback, read_host_port

HOSTS = st.ip_addresses().map(str) | st.from_regex(r"[a-z][a-z0-9.-]{0,30}", fullmatch=True)


@given(HOSTS, st.integers(0, 65_535))
def test_written_and_read_is_the_same(host: str, port: int) -> None:
    place = HostPort(host, port)
    assert read_host_port(str(place)) == place


@given(st.text(max_size=40))
def test_any_text_is_refused_or_a_place(text: str) -> None:
    try:
        place = read_host_port(text)
    except ValueError:
        return
    assert 0 <= place.port <= 65_535
    assert is_loopback(place.host) in {True, False}
