"""Settings that are each right and together wrong: out of reach, unsafe, or without an end."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel

from middleware.config.lines import Path as Key
from middleware.config.sections import Config
from middleware.domain.rules import CONSOLE
from middleware.ops.durations import write_duration
from middleware.ops.listening import HostPort, Listens, is_loopback

Problem = tuple[Key, str]


def combinations(config: Config, said: Callable[[Key], bool]) -> Iterator[Problem]:
    """(key, reason and remedy) of every combination that must stop the start; `said` tells
    whether a key was given, as a default file need not exist yet."""
    yield from _adapters(config)
    yield from _ladder(config)
    yield from _listening(config)
    yield from _console(config)
    yield from _broker(config)
    yield from _files(config, said)


def _adapters(config: Config) -> Iterator[Problem]:
    if not config.source:
        yield ("source",), "nothing would come in; add a section such as [source.cad_http]"
    if len(config.store) != 1:
        yield ("store",), "the journal needs exactly one store; keep one, such as [store.sqlite]"


def _ladder(config: Config) -> Iterator[Problem]:
    rungs = config.escalation.rung
    if not rungs:
        yield ("escalation", "rung"), 'nobody would be told; add a rung with channel = "console"'
        return
    for n, rung in enumerate(rungs):
        key: Key = ("escalation", "rung", n, "channel")
        if rung.channel == CONSOLE and n < len(rungs) - 1:
            yield key, "a person is the end of the ladder; make console the last rung only"
        elif rung.channel != CONSOLE and rung.channel not in config.channel:
            known = ", ".join((*config.channel, CONSOLE))
            yield key, f"names no configured channel; add its section or choose one of: {known}"
    if rungs[-1].channel != CONSOLE:
        key = ("escalation", "rung", len(rungs) - 1, "channel")
        yield key, 'the last rung must reach a person; add a rung with channel = "console"'
    climb = sum((rung.wait for rung in rungs[:-1]), timedelta())
    if climb >= config.note.keep_for:
        yield (
            ("escalation", "rung"),
            (
                f"a note expires before the last rung is reached (after {write_duration(climb)}); "
                "wait less on the rungs or set note.keep_for longer"
            ),
        )


def listeners(config: Config) -> Iterator[tuple[Key, HostPort]]:
    """Every place at which Forewarn listens, with the key that says so."""
    yield ("console", "listen"), config.console.listen
    if config.broker.embedded:
        yield ("broker", "host"), config.broker_at()
    for kind in ("source", "channel", "store"):
        for name, settings in getattr(config, kind).items():
            for field, at in _listen_fields(settings):
                yield (kind, name, field), at


def _listen_fields(settings: BaseModel) -> Iterator[tuple[str, HostPort]]:
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if value is not None and any(isinstance(mark, Listens) for mark in field.metadata):
            yield name, value


def _listening(config: Config) -> Iterator[Problem]:
    places = list(listeners(config))
    taken = Counter(at for _, at in places if at.port)
    for key, at in places:
        if not is_loopback(at.host) and not config.listen_beyond_loopback:
            yield (
                key,
                (
                    "other machines could reach this; listen on 127.0.0.1, or set "
                    "listen_beyond_loopback = true at the top of the file"
                ),
            )
        if taken[at] > 1:
            yield key, f"{at} is listened at twice; give each its own port"


def _console(config: Config) -> Iterator[Problem]:
    console = config.console
    if (console.tls_certificate_file is None) != (console.tls_key_file is None):
        yield ("console", "tls_key_file"), "certificate and key go together; set both files"
    beyond = config.listen_beyond_loopback and not is_loopback(console.listen.host)
    if beyond and console.tls_certificate_file is None:
        yield (
            ("console", "listen"),
            (
                "passwords and notes would cross the network in clear; set tls_certificate_file "
                "and tls_key_file, or listen on 127.0.0.1 behind a proxy that speaks TLS"
            ),
        )


def _broker(config: Config) -> Iterator[Problem]:
    broker = config.broker
    if (broker.tls_certificate_file is None) != (broker.tls_key_file is None):
        yield ("broker", "tls_key_file"), "certificate and key go together; set both files"
    if (broker.username is None) != (broker.password_file is None):
        yield ("broker", "password_file"), "username and password_file go together; set both"
    if broker.embedded and broker.username:
        yield (
            ("broker", "username"),
            ("the embedded broker makes our account itself; remove it, or set embedded = false"),
        )
    in_clear = broker.tls_certificate_file if broker.embedded else broker.tls_ca_file
    if not is_loopback(broker.host) and in_clear is None:
        name = "tls_certificate_file and tls_key_file" if broker.embedded else "tls_ca_file"
        yield ("broker", "host"), f"notes would cross the network in clear; set {name}"
    if not broker.embedded and broker.port == 0:
        yield ("broker", "port"), "0 finds no broker elsewhere; give its port"


def _files(config: Config, said: Callable[[Key], bool]) -> Iterator[Problem]:
    """Files that were named must be there: found out now, not when the first note is due."""
    sections: list[tuple[Key, BaseModel]] = [
        (("broker",), config.broker),
        (("console",), config.console),
    ]
    for kind in ("source", "channel", "store"):
        sections += [((kind, name), settings) for name, settings in getattr(config, kind).items()]
    for key, settings in sections:
        for name in type(settings).model_fields:
            value = getattr(settings, name)
            names_file = name.endswith("_file") or name in {"certificate", "key"}
            if names_file and isinstance(value, Path) and said((*key, name)):
                yield from _unreadable((*key, name), value)


def _unreadable(key: Key, path: Path) -> Iterator[Problem]:
    try:
        with path.open("rb"):
            return
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        yield key, f"the file cannot be read: {why}; create it or name another"
