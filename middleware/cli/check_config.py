"""forewarn check-config"""

import argparse
import sys

from middleware.cli.common import FINE, Commands, Parser, add_config, command, read_config, tell


def add(commands: "Commands[Parser]") -> None:
    parser = command(
        commands,
        "check-config",
        act,
        what="check the configuration without starting",
        more="Prints the configuration as it would hold, as JSON, or every problem with its line\n"
        "and what to do. Secrets are in files and are not shown.",
        examples="  forewarn check-config --config forewarn.toml\n"
        "  forewarn check-config --keys | less        every key, its meaning and default",
    )
    add_config(parser)
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

    config = read_config(args)
    print(orjson.dumps(orjson.loads(config.to_public_json()), option=orjson.OPT_INDENT_2).decode())
    tell("the configuration is good")
    return FINE
