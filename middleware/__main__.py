"""The command line: `forewarn` and `python -m middleware`."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

from middleware.cli import (
    abuse,
    anonymise,
    certs,
    check_config,
    compare,
    journal,
    markers,
    match,
    people,
    record,
    replay,
    reports,
    run,
    timeline,
)
from middleware.cli.common import FOUND_TROUBLE, WRONG_USE, tell

INTERRUPTED = 130
ABOUT = """Forewarn brings risk markers to ambulance call handlers and crews in time, and makes sure
that a person has answered for each."""
EXAMPLES = """start here:
  forewarn run                                       start the service on its defaults
  forewarn people add "A. Reader" --role dispatcher  let somebody sign in at the console
  forewarn tokens add system:cad                     let the CAD speak
  forewarn devices add A101                          let an MDT listen

then:
  forewarn check-config --config forewarn.toml       is a configuration right, before it runs
  forewarn markers import markers.csv --decided-by "A. Reader"
  forewarn timeline 2026-001234                      what was known when, of one incident
  forewarn reports --csv --output drafts.csv         drafts for the incident reporting system
  forewarn journal verify                            was anything changed since it was written

for test teams:
  forewarn record --for 8h --token-file admin.token  keep what the sources say, sealed
  forewarn anonymise FILE --out FILE                 before it leaves the control room
  forewarn replay FILE --out FILE                    the same again, with this build
  forewarn compare FILE FILE                         what came out otherwise

Each command explains itself: forewarn COMMAND --help. It ends with 0 when all is well, 1 when it
found trouble, 2 when the command or the configuration is wrong."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code. Whatever is wrong is told with the remedy."""
    from middleware.ops.clock import SystemClock
    from middleware.ops.errors import Trouble
    from middleware.ops.logging import start_logging

    parser = _parser()
    args = parser.parse_args(arguments)
    if not hasattr(args, "act"):
        parser.print_help(sys.stderr)
        return WRONG_USE
    start_logging(SystemClock())  # also a fault of our own must not print what it was given
    try:
        code: int = args.act(args)
    except Trouble as trouble:
        tell(f"forewarn: {trouble.what}\n  what to do: {trouble.remedy}")
        return trouble.exit_code
    except KeyboardInterrupt:
        tell("forewarn: interrupted")
        return INTERRUPTED
    except BrokenPipeError:  # who read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FOUND_TROUBLE
    except OSError as error:
        tell(f"forewarn: {error.strerror or error}: {error.filename or 'no file named'}")
        tell("  what to do: look at space, owner and mode there, and try again")
        return FOUND_TROUBLE
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="forewarn",
        description=ABOUT,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"forewarn {version('forewarn')}")
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")
    for module in (
        run,
        check_config,
        markers,
        match,
        timeline,
        reports,
        abuse,
        journal,
        record,
        replay,
        anonymise,
        compare,
        people,
        certs,
    ):
        module.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
