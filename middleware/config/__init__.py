"""One TOML file, the environment over it, everything checked before the start (issue: command
line; E2, N5, O1)."""

from middleware.config.load import load, ways
from middleware.config.origin import ConfigError
from middleware.config.page import configuration_page
from middleware.config.sections import Config, Rung

__all__ = ["Config", "ConfigError", "Rung", "configuration_page", "load", "ways"]
