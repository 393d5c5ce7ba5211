"""The configuration of the demo's control room. Waits are short, so that a whole ladder is seen."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from simulators.shift import Vehicle

BASE = """\
# The demo's control room. Waits are short, so that the whole ladder is seen.
room = "demo"
state = "{folder}/state"

[console]
listen = "127.0.0.1:{console}"

[broker]
port = {broker}

[source.cad_http]
listen = "127.0.0.1:{cad_http}"

[source.cad_tcp]
listen = "127.0.0.1:{cad_tcp}"

[source.asterisk_ami]
connect = "127.0.0.1:{ami}"
password_file = "{secret[ami]}"

[channel.mdt]

[channel.cad_writeback]
url = "http://127.0.0.1:{cad_notes}/cad/v1/notes"
token_file = "{secret[cad_notes]}"

[channel.radio]
connect = "127.0.0.1:{radio}"

[channel.radio.status]
8010 = "acknowledge"
8011 = "ask"
8012 = "cancel"
"""
VOICE = """
[channel.voice]
sip_to = "sip:{{number}}@127.0.0.1:{sip}"
sip_interface = "127.0.0.1"
calls = 4
ring = "10s"
times = 1
"""
RUNG = """
[[{table}]]
channel = "{channel}"
wait = "{wait}"
"""
LADDER = (("mdt", "5s"), ("radio", "4s"), ("voice", "60s"), ("console", "10s"))
"""Of a crew: one channel after the other."""
ALONE = (("radio", "0s"), ("voice", "0s"), ("mdt", "60s"), ("console", "10s"))
"""Of who drives alone: radio and telephone at once, and the MDT as well (N4)."""

STEP = """
[[man_down.step]]
to = "{to}"
wait = "{wait}"
"""
STEPS = (("supervisors", "2s"), ("supervisors", "3s"), ("dispatchers", "5s"), ("everybody", "10s"))
RADIO = """
[[man_down.radio]]
number = "{radio}"
callsign = "{callsign}"
listening = {listening}
"""


def written(
    folder: Path,
    secret: Mapping[str, Path],
    ports: Mapping[str, int],
    fleet: Iterable[Vehicle],
    listened_to: Iterable[str],
) -> str:
    """The file's text; `secret` names the files of the secrets. Without a port for `sip` nobody is
    rung; ambient listening was agreed for the radios of the call signs `listened_to`."""
    voice = VOICE.format(**ports) if "sip" in ports else ""
    agreed = set(listened_to)
    radios = (
        RADIO.format(
            radio=one.radio, callsign=one.callsign, listening=str(one.callsign in agreed).lower()
        )
        for one in fleet
        if one.radio
    )
    return "".join(
        (
            BASE.format(folder=folder, secret=secret, **ports),
            voice,
            *_rungs("escalation.rung", LADDER, ports),
            *_rungs("escalation.single_responder", ALONE, ports),
            *(STEP.format(to=to, wait=wait) for to, wait in STEPS),
            *radios,
        )
    )


def _rungs(
    table: str, ladder: Iterable[tuple[str, str]], ports: Mapping[str, int]
) -> Iterable[str]:
    for channel, wait in ladder:
        if channel != "voice" or "sip" in ports:
            yield RUNG.format(table=table, channel=channel, wait=wait)
