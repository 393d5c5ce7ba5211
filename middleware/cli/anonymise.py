"""forewarn anonymise: a recording that may leave the control room (O2, E4)."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from middleware.cli.common import FINE, Commands, Parser, add_config, command, tell
from middleware.cli.recorded import open_recording, shown, tell_if_cut

if TYPE_CHECKING:
    from middleware.flow.anonymous.anonymise import Report

A_BLOCK = 1_000


def add(commands: "Commands[Parser]") -> None:
    parser = command(
        commands,
        "anonymise",
        act,
        what="make a recording anonymous, with consistent pseudonyms",
        more="The same number, name, address or postcode becomes the same other one everywhere:\n"
        "numbers of the ranges set aside for drama, invented street names, other postcodes of\n"
        "the same form. House and flat numbers stay, so flat 2 is still not flat 3; a typo stays\n"
        "a typo. Free text is masked. CAD numbers, call ids, call signs, radios, marker ids and\n"
        "times stay: who holds the CAD's own records can still find an incident by them.\n"
        "What it says to be left out is not in the file. It tells what it replaced; read that,\n"
        "and the file (JSON lines), before you hand it on. docs/record-and-replay.md says more.",
        examples="  forewarn anonymise night.jsonl --out night.anonymous.jsonl\n"
        "  forewarn anonymise night.jsonl --out n.jsonl --secret-file names.secret",
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.add_argument(
        "--secret-file",
        type=Path,
        metavar="FILE",
        help="the same secret gives the same order of pseudonyms; without it one is drawn and "
        "forgotten",
    )
    parser.add_argument(
        "--leave-out",
        action="append",
        default=[],
        metavar="SOURCE",
        help="the wire of this source is not to be in the file, as often as there are such",
    )
    add_config(parser)


def act(args: argparse.Namespace) -> int:
    import secrets
    from hashlib import sha256
    from itertools import islice

    from middleware.cli.common import read_secret
    from middleware.flow.anonymous.anonymise import Anonymiser
    from middleware.flow.recording.file import RecordingWriter
    from middleware.flow.recording.frames import pack

    recording = open_recording(args.file, args)
    secret = read_secret(args.secret_file, "secret").encode() if args.secret_file else None
    lot = sha256(secret).digest() if secret else secrets.token_bytes(32)
    anonymiser = Anonymiser(recording, lot, args.leave_out)
    with shown("reading") as progress:
        anonymiser.learn(progress)
    writer = RecordingWriter(args.out, anonymiser.header(), None)
    with shown("replacing") as progress:
        frames = anonymiser.frames(progress)
        while block := [pack(frame) for frame in islice(frames, A_BLOCK)]:
            writer.add(block)
    sha256_of = writer.close("made anonymous")
    tell_if_cut(recording)
    _tell(anonymiser.report)
    print(f"{sha256_of}  {args.out}")
    return FINE


def _tell(report: "Report") -> None:
    for what, count in sorted(report.replaced.items()):
        different = report.different.get(what)
        tell(f"{count:8} {what} replaced" + (f", {different} different ones" if different else ""))
    for what, count in sorted(report.left_out.items()):
        tell(f"{count:8} {what} left out")
    if report.shared:
        tell(f"{report.shared} numbers share a pseudonym: the ranges for drama hold no more")
