"""A whole recording made anonymous: read twice, first what is written rightly, then replaced (O2).

What messages said to crews is left out, and so is a wire in a dialect that is not known here: that
must be asked for.
"""

from collections import Counter
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

import orjson

from middleware.flow.anonymous.bars import bars_wire
from middleware.flow.anonymous.eido import eido_wire
from middleware.flow.anonymous.fields import Pseudonyms
from middleware.flow.anonymous.mait import mait_wire
from middleware.flow.anonymous.wires import Site, Wire, ami_wire, ari_wire, contract_wire, esl_wire
from middleware.flow.recording.file import Frame, Header, Progress, Recording
from middleware.flow.recording.frames import (
    CAME,
    OPENING,
    SENT,
    TOLD,
    WIRE,
    read_bytes,
    write_bytes,
)
from middleware.ops.errors import Trouble
from middleware.ports import OnWire

KEPT_SETTINGS = frozenset(
    {"exchange", "contexts", "call_events", "number_header", "warning_event", "warning_header",
     "terminated_event", "ground_header", "category_header", "handler_header", "said_by",
     "as_read", "stages", "closed"}
)  # fmt: skip
"""What a codec needs to know of its site: neither addresses nor files."""
_CONTRACTS = ("cad_", "man_down_", "police_answers")
_EIDO = frozenset({"eido_client", "eido_server"})
_EXCHANGES: dict[str, Callable[[Pseudonyms, Site], Wire]] = {
    "asterisk_ami": ami_wire,
    "asterisk_ari": ari_wire,
    "freeswitch_esl": esl_wire,
}


@dataclass(slots=True)
class Report:
    """What was replaced, how often; and what was left out of the file."""

    replaced: Counter[str] = field(default_factory=Counter)
    different: dict[str, int] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    shared: int = 0


class Anonymiser:
    """`lot` decides the pseudonyms: the same lot gives the same ones, so keep it secret, or draw
    it anew and forget it."""

    def __init__(self, recording: Recording, lot: bytes, leave_out: Container[str] = ()) -> None:
        """`leave_out`: sources whose wire is not to be in it. Trouble where the dialect of another
        is not known here: nothing passes that nobody understands."""
        self._recording, self._leave_out = recording, leave_out
        self._pseudonyms = Pseudonyms(Random(int.from_bytes(lot)))  # noqa: S311 - names, no keys
        self._settings: dict[str, Any] = orjson.loads(recording.header.configuration)
        self._wires: dict[tuple[str, int], Wire | None] = {}
        self.report = Report()
        for source, kept in recording.header.sources.items():
            if kept == "wire" and source not in leave_out and self._dialect(source) is None:
                what = f"the wire of {source} is in a dialect that is not known here"
                raise Trouble(what, f"leave it out: --leave-out {source}")

    def header(self) -> Header:
        """Without addresses, files and names of the site; read the frames first."""
        seal, header = self._recording.seal, self._recording.header
        sources = {
            name: {key: value for key, value in said.items() if key in KEPT_SETTINGS}
            for name, said in self._settings.get("source", {}).items()
        }
        channels: dict[str, Any] = {name: {} for name in self._settings.get("channel", {})}
        configuration = orjson.dumps({"source": sources, "channel": channels}).decode()
        return header.model_copy(
            update={
                "configuration": configuration,
                "key": None,
                "made_from": seal.sha256 if seal else None,
            }
        )

    def learn(self, progress: Progress) -> None:
        """First: what is rightly written, and so what is a typo."""
        learn = self._pseudonyms.learn
        for frame in self._recording.frames(progress):
            if frame["f"] in (OPENING, TOLD):
                kind, _, body = frame["event"]
                learn({"event": body}, trusted=kind.startswith("marker"))
            elif frame["f"] == CAME and frame.get("place"):
                learn(frame["place"])

    def frames(self, progress: Progress) -> Iterator[Frame]:
        """Then: everything, replaced."""
        for frame in self._recording.frames(progress):
            if frame["f"] in WIRE:
                yield from self._wire(frame)
            elif frame["f"] in (OPENING, TOLD):
                yield self._event(frame)
            elif frame["f"] == CAME:
                yield self._came(frame)
            else:
                self.report.left_out["messages" if frame["f"] == SENT else "unknown frames"] += 1
        self._sum_up()

    def _event(self, frame: Frame) -> Frame:
        kind, version, body = frame["event"]
        said = self._pseudonyms.body(kind, body)
        if kind == "search.made":
            said |= self._searched(body)
        return frame | {"event": [kind, version, said]}

    def _searched(self, body: dict[str, Any]) -> dict[str, Any]:
        """What was searched for is of the sort that was searched by."""
        treat = {"address": self._pseudonyms.address, "number": self._pseudonyms.phone}
        by = body.get("search_by", "")
        return {"searched": treat[by](body["searched"])} if by in treat else {}

    def _came(self, frame: Frame) -> Frame:
        made: Frame = {**frame, "decisions": [self._decision(*one) for one in frame["decisions"]]}
        kind, source, name, *rest = frame["event"]
        made["event"] = [kind, source, self._pseudonyms.identity(kind, name), *rest]
        if frame.get("place"):
            made["place"] = self._pseudonyms.body("place", frame["place"])
        if frame.get("answer"):
            matches = [{**match, "reasons": []} for match in frame["answer"]["matches"]]
            made["answer"] = {**frame["answer"], "matches": matches}
        return made

    def _decision(self, kind: str, version: int, body: dict[str, Any]) -> list[Any]:
        """Ids and codes, but for who did it and where that is a telephone."""
        return [kind, version, self._codes(body)]

    def _codes(self, value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: self._codes(part, name) for name, part in value.items()}
        if isinstance(value, list):
            return [self._codes(part, key) for part in value]
        if not isinstance(value, str):
            return value
        return self._pseudonyms.code(key, value)

    def _wire(self, frame: Frame) -> Iterator[Frame]:
        wire = self._wire_of(frame["source"], frame["link"])
        if wire is None:
            self.report.left_out[f"the wire of {frame['source']}"] += 1
        elif frame["f"] != OnWire.HEARD:
            yield frame
        else:
            kept = {key: frame[key] for key in ("t", "f", "source", "link")}
            for said in wire(read_bytes(frame)):
                yield kept | write_bytes(said)

    def _wire_of(self, source: str, link: int) -> Wire | None:
        if (source, link) not in self._wires:
            self._wires[source, link] = self._dialect(source)
        return self._wires[source, link]

    def _dialect(self, source: str) -> Wire | None:
        """None where it is left out, or none that is known."""
        settings = self._settings.get("source", {}).get(source, {})
        if source in self._leave_out:
            return None
        if source.startswith(_CONTRACTS):
            return contract_wire(self._pseudonyms)
        if source == "bars_http":
            return bars_wire(self._pseudonyms)
        if source in _EIDO:
            own = (*settings.get("stages", ()), *settings.get("closed", ()))
            return eido_wire(self._pseudonyms, own)
        if source == "mait_http" and "as_read" in settings:
            return mait_wire(self._pseudonyms, settings["as_read"])
        make = _EXCHANGES.get(source)
        return make(self._pseudonyms, Site.of(settings)) if make else None

    def _sum_up(self) -> None:
        pseudonyms, report = self._pseudonyms, self.report
        report.replaced.update(pseudonyms.counts)
        report.shared = pseudonyms.numbers.shared
        report.different = {
            "telephone numbers": len(pseudonyms.numbers),
            "words of addresses": len(pseudonyms.words),
            "postcodes": len(pseudonyms.postcodes),
            "property numbers": pseudonyms.places.uprns,
        }
