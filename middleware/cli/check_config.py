"""forewarn check-config"""

import argparse
import sys

from middleware.cli.common import FINE, Commands, Parser, add_configs, command, read_rooms, tell


def add(commands: "Commands[Parser]") -> None:
    parser = command(
        commands,
        "check-config",
        act,
        what="check the configuration without starting",
        more="Prints the configuration as it would hold, as JSON, or every problem with its line\n"
        "and what to do. Secrets are in files and are not shown. Several --config are checked\n"
        "together, as one process would serve these rooms; then the JSON has a key for each.",
        examples="  forewarn check-config --config forewarn.toml\n"
        "  forewarn check-config --config eoc1.toml --config eoc2.toml\n"
        "  forewarn check-config --keys | less        every key, its meaning and default",
    )
    add_configs(parser)
    parser.add_argument(
        "--keys", action="store_true", help="print what can be configured (Markdown), and end"
    )


def act(args: argparse.Namespace) -> int:
    if args.keys:
        from adapters.table import ADAPTERS
        from middleware.config import configuration_page

        sys.stdout.write(configuration_page(ADAPTERS))
        return FINE
    import orjson

    told = {one.config.room: orjson.loads(one.config.to_public_json()) for one in read_rooms(args)}
    several = len(told) > 1
    shown = told if several else next(iter(told.values()))
    print(orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode())
    tell("the configurations are good together" if several else "the configuration is good")
    return FINE
