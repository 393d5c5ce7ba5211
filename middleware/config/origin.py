"""Where each setting was said: a line of the file or a variable of the environment."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from middleware.config.lines import Path as Key
from middleware.config.lines import key_lines, line_of
from middleware.ops.errors import Trouble

PREFIX = "FOREWARN_"
LARGEST = 256_000  # bytes


class ConfigError(Trouble):
    """The configuration cannot be used; `problems` lists everything that has to be mended."""

    exit_code = 2

    def __init__(self, problems: tuple[str, ...]) -> None:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(
            "\n".join((*problems, f"the configuration has {count}")),
            "mend it, then look again with: forewarn check-config",
        )
        self.problems = problems


class Origin:
    """The document as said, and where each key of it was said."""

    def __init__(self, path: Path | None, environ: Mapping[str, str]) -> None:
        self._file = str(path) if path else "built-in defaults"
        text = _read(path) if path else ""
        self.document = _parse(text, self._file)
        self._lines = key_lines(text)
        self._variables: dict[Key, str] = {}
        self.environ = {n: v for n, v in environ.items() if n.upper().startswith(PREFIX)}

    def overlay(self) -> Iterator[str]:
        """Put the environment over the document; yields what cannot be put there."""
        for name, value in sorted(self.environ.items()):
            *above, last = key = tuple(name[len(PREFIX) :].lower().split("__"))
            inside: Any = self.document
            for part in above:
                inside = inside.setdefault(part, {}) if isinstance(inside, dict) else None
            if not isinstance(inside, dict):
                yield f"{name}: {shown(key)}: is below a key that holds a value; unset it"
                continue
            inside[last] = value
            self._variables[key] = name

    def said(self, key: Key) -> bool:
        """Whether the file or the environment gives this very key."""
        return key in self._lines or key in self._variables

    def where(self, key: Key) -> str:
        """`forewarn.toml:12`, or the name of the variable."""
        if key in self._variables:
            return self._variables[key]
        if key not in self._lines:
            for said, name in self._variables.items():
                if said[: len(key)] == key:
                    return name
        if not self._lines:
            return self._file
        return f"{self._file}:{line_of(key, self._lines)}"


def shown(key: Key) -> str:
    """`escalation.rung[2].wait`: rows are counted from one, as people do."""
    text = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in key)
    return text.lstrip(".") or "(whole file)"


def _read(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError((f"{path}: cannot be read: {reason}; name an existing file",)) from None
    if len(data) > LARGEST:
        raise ConfigError((f"{path}: has over {LARGEST} bytes; a configuration is smaller",))
    try:
        return data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ConfigError((f"{path}:{line}: is not UTF-8; save the file as UTF-8",)) from None


def _parse(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason, _, place = str(error).partition(" (at ")
        line = place.removeprefix("line ").partition(",")[0]
        at = f":{line}" if line.isdigit() else f":{text.count(chr(10)) + 1}"
        message = f"{file}{at}: this is not TOML: {reason}; see https://toml.io/en/v1.0.0"
        raise ConfigError((message,)) from None
