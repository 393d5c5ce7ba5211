"""One TOML file a control room, the environment over it, everything checked before the start
(issue: command line; E2, N5, O1)."""

from middleware.config.load import load, ways
from middleware.config.origin import ConfigError
from middleware.config.page import configuration_page
from middleware.config.sections import Config, Rung
from middleware.config.together import Room, load_rooms

__all__ = [
    "Config",
    "ConfigError",
    "Room",
    "Rung",
    "configuration_page",
    "load",
    "load_rooms",
    "ways",
]
