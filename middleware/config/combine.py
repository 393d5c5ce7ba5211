"""Settings that are each right and together wrong: out of reach, unsafe, or without an end."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel

from middleware.config.back_up import wrong_steps
from middleware.config.hand_on import wrong_hand_ons
from middleware.config.lines import Path as Key
from middleware.config.probes import wrong_probes
from middleware.config.sections import Config, Rung
from middleware.domain.rules import CONSOLE
from middleware.ops.durations import write_duration
from middleware.ops.listening import HostPort, Listens, is_loopback
from middleware.ports import CREWS, Way

Problem = tuple[Key, str]


def combinations(
    config: Config, said: Callable[[Key], bool], ways: Mapping[str, Way]
) -> Iterator[Problem]:
    """(key, reason and remedy) of every combination that must stop the start; `said` tells
    whether a key was given, as a default file need not exist yet; `ways`: how channels tell."""
    yield from _adapters(config)
    yield from _ladders(config, ways)
    yield from wrong_hand_ons(config.hand_on, config.channel, ways)
    yield from wrong_steps(config.back_up, config.channel, ways)
    yield from wrong_probes(config.probes, config.channel, embedded=config.broker.embedded)
    yield from _listening(config)
    yield from _console(config)
    yield from _broker(config)
    yield from _pair(config)
    yield from _files(config, said)


def _adapters(config: Config) -> Iterator[Problem]:
    if not config.source:
        yield ("source",), "nothing would come in; add a section such as [source.cad_http]"
    if len(config.store) != 1:
        yield ("store",), "the journal needs exactly one store; keep one, such as [store.sqlite]"


def _ladders(config: Config, ways: Mapping[str, Way]) -> Iterator[Problem]:
    for name in ("rung", "single_responder", "moving"):
        rungs: tuple[Rung, ...] = getattr(config.escalation, name)
        if rungs:
            yield from _ladder(config, ways, ("escalation", name), rungs)
        elif name == "rung":
            why = 'nobody would be told; add a rung with channel = "console"'
            yield ("escalation", name), why


def _ladder(
    config: Config, ways: Mapping[str, Way], key: Key, rungs: tuple[Rung, ...]
) -> Iterator[Problem]:
    for n, rung in enumerate(rungs):
        why = _wrong_channel(config, ways, rung, last=n == len(rungs) - 1)
        if why:
            yield (*key, n, "channel"), why
        if n and not rungs[n - 1].wait and rungs[n - 1].channel == rung.channel:
            yield (*key, n, "channel"), "would be told twice at once; give the rung before a wait"
    if rungs[-1].channel != CONSOLE:
        why = 'the last rung must reach a person; add a rung with channel = "console"'
        yield (*key, len(rungs) - 1, "channel"), why
    elif not rungs[-1].wait:
        why = "the task would be raised without end; give the last rung a wait such as 60s"
        yield (*key, len(rungs) - 1, "wait"), why
    climb = sum((rung.wait for rung in rungs[:-1]), timedelta())
    if climb >= config.note.keep_for:
        yield (
            key,
            (
                f"a note expires before the last rung is reached (after {write_duration(climb)}); "
                "wait less on the rungs or set note.keep_for longer"
            ),
        )


def _wrong_channel(
    config: Config, ways: Mapping[str, Way], rung: Rung, *, last: bool
) -> str | None:
    """Why nobody can be told on this rung."""
    if rung.channel == CONSOLE:
        return (
            None if last else "a person is the end of the ladder; make console the last rung only"
        )
    crews = [name for name in config.channel if _tells_crews(ways, name)]
    if rung.channel in crews:
        return None
    known = ", ".join((*crews, CONSOLE))
    if rung.channel in config.channel:
        return f"tells no crew, with or without a rung; choose one of: {known}"
    return f"names no configured channel; add its section or choose one of: {known}"


def _tells_crews(ways: Mapping[str, Way], name: str) -> bool:
    return name not in ways or ways[name].by in CREWS


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


def _pair(config: Config) -> Iterator[Problem]:
    """Vehicles know one broker: one that ends with its service would be there for one instance."""
    if config.broker.embedded and any(getattr(s, "pair", False) for s in config.store.values()):
        yield (
            ("broker", "embedded"),
            "a pair shares a broker that goes on without either; set embedded = false, and host",
        )


def _files(config: Config, said: Callable[[Key], bool]) -> Iterator[Problem]:
    """Files that were named must be there: found out now, not when the first note is due."""
    sections: list[tuple[Key, BaseModel]] = [
        (("broker",), config.broker),
        (("console",), config.console),
        (("probes",), config.probes),
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
