"""`python -m simulators NAME …`: the other side of Forewarn, played. Each has its own --help."""

import sys
from collections.abc import Sequence
from importlib import import_module

SIMULATORS = {
    "aml": ("simulators.aml", "an AML gateway: telephones say where they are"),
    "ari": ("simulators.asterisk_ari_cli", "a telephone exchange that speaks ARI"),
    "bars-receiver": ("simulators.bars_receiver", "a service that takes hand-ons with flags"),
    "bars": ("simulators.bars", "a neighbouring service: referrals by BaRS"),
    "cad-receiver": ("simulators.cad_receiver", "a CAD that takes notes into its incidents"),
    "cad": ("simulators.cad_cli", "a CAD over HTTP or TCP, playing a shift"),
    "datix": ("simulators.datix", "an incident reporting system, and a security team's"),
    "directory": ("simulators.directory", "a directory of callers: number to address"),
    "eido": ("simulators.eido_cli", "another service: incidents conveyed by EIDO"),
    "mait": ("simulators.mait", "another agency: incidents in XML"),
    "mandown": ("simulators.man_down_cli", "a radio gateway: the emergency button is pressed"),
    "mdt": ("simulators.mdt_cli", "mobile data terminals over MQTT"),
    "freeswitch": ("simulators.freeswitch_cli", "a telephone exchange that speaks ESL"),
    "phone": ("simulators.phone_cli", "a crew's hands-free telephone over SIP"),
    "police-desk": ("simulators.police_desk_cli", "a desk of the police that is asked to come"),
    "radio": ("simulators.radio_cli", "a TETRA radio at the control room, and crews with theirs"),
    "scenario": ("simulators.scenario_cli", "a storyboard, with what must come of it"),
    "telephony": ("simulators.telephony_cli", "a telephone exchange that speaks AMI"),
}
"""Name to the module whose `main(argv)` runs it, and what it plays."""


def main(argv: Sequence[str]) -> int:
    name, *rest = argv or ["--help"]
    if name in SIMULATORS:
        code: int = import_module(SIMULATORS[name][0]).main(rest)
        return code
    asked = name in {"-h", "--help"}
    print(usage(), file=sys.stdout if asked else sys.stderr)
    return 0 if asked else 2


def usage() -> str:
    """What can be played."""
    rows = [f"  {name:<15}{plays}" for name, (_, plays) in SIMULATORS.items()]
    return "\n".join(["usage: python -m simulators NAME [--help]", "", *rows])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
