"""What a replay in this process is played on, and where its outcome goes (O2)."""

import argparse
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from typing import Any

import orjson
import structlog
from pydantic import ValidationError

from adapters.table import ADAPTERS
from middleware.cli.common import read_config
from middleware.cli.recorded import keys_of
from middleware.config import ways
from middleware.domain.matching import MarkerIndex
from middleware.domain.rules import Rules
from middleware.flow.recording.file import Frame, Header, Recording, RecordingWriter
from middleware.flow.recording.frames import pack
from middleware.flow.replay.pace import pace_of
from middleware.flow.replay.play import Stage
from middleware.ops.clock import SystemClock
from middleware.ops.errors import Trouble
from middleware.ops.logging import start_logging
from middleware.ports import AdapterSpec, Kind, Source, Wire, World

A_BLOCK = 1_000
NO_FILE = "not-needed"
BUILD = f"forewarn {version('forewarn')}"


def stage_of(args: argparse.Namespace, header: Header) -> Stage:
    """Trouble where this build cannot play the recording."""
    configured = orjson.loads(header.configuration)
    return Stage(
        build=BUILD,
        rules=_rules(args, header),
        channels=sorted(configured.get("channel", {})),
        sources=sources_of(header, configured.get("source", {})),
        index=MarkerIndex(),
        rematch=args.rematch,
        pace=pace_of(args.speed),
    )


def _rules(args: argparse.Namespace, header: Header) -> Rules:
    if args.rules_of_config:
        config = read_config(args)
        return config.rules(ways(config, ADAPTERS))
    try:
        return Rules.model_validate_json(header.rules)
    except ValidationError:
        remedy = "give rules of its own: --rules-of-config --config FILE"
        raise Trouble("this build does not know the recorded rules", remedy) from None


def sources_of(
    header: Header, configured: dict[str, Any]
) -> dict[str, Callable[[World, Wire], Source]]:
    """The sources whose wire was recorded, to be made on what is played to them."""
    made: dict[str, Callable[[World, Wire], Source]] = {}
    for name, kept in header.sources.items():
        spec = ADAPTERS.get((Kind.SOURCE, name))
        if kept == "wire" and spec is not None and spec.play is not None:
            try:
                settings = spec.settings.model_validate(_said(spec, configured.get(name, {})))
            except ValidationError:
                remedy = "play it with a build that knows them"
                what = f"[source.{name}] was recorded with settings that are unknown here"
                raise Trouble(what, remedy) from None
            made[name] = partial(spec.play, settings)
    return made


def _said(spec: AdapterSpec, said: dict[str, Any]) -> dict[str, Any]:
    """Files of secrets need not be there: who is only played to signs in nowhere."""
    fields = spec.settings.model_fields.items()
    secrets = {key: NO_FILE for key, field in fields if field.is_required() and key not in said}
    return {**said, **secrets}


@contextmanager
def quietly() -> Iterator[None]:
    """What adapters say of connections that are only played is of no use."""
    silent = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=silent)
    try:
        yield
    finally:
        start_logging(SystemClock())


class Outcome:
    """Writes what comes out to --out, sealed where the recording is."""

    def __init__(self, args: argparse.Namespace, recording: Recording) -> None:
        self._args, self._recording = args, recording
        self._writer: RecordingWriter | None = None
        self._waiting: list[bytes] = []

    def take(self, frame: Frame) -> None:
        if self._args.out:
            self._waiting.append(pack(frame))
            if len(self._waiting) >= A_BLOCK:
                self._write()

    def end(self) -> str:
        """The hash of what was written; empty where nothing was asked for."""
        if not self._args.out:
            return ""
        return self._write().close("played to the end")

    def _write(self) -> RecordingWriter:
        if self._writer is None:
            self._writer = self._open()
        self._writer.add(self._waiting)
        self._waiting = []
        return self._writer

    def _open(self) -> RecordingWriter:
        """The recording was read once by now, so its seal is known."""
        seal, header = self._recording.seal, self._recording.header
        mine = header.model_copy(
            update={
                "holds": "outcome",
                "build": BUILD,
                "matcher": MarkerIndex.version,
                "made_from": seal.sha256 if seal else None,
            }
        )
        return RecordingWriter(self._args.out, mine, keys_of(self._args) if header.key else None)
