"""forewarn replay: a recording played again, with the code and matcher of this build (O2)."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from middleware.cli.common import FINE, FOUND_TROUBLE, Commands, Parser, add_config, command, tell
from middleware.cli.recorded import open_recording, shown, tell_if_cut

if TYPE_CHECKING:
    from middleware.flow.recording.file import Recording
    from middleware.flow.replay.play import Told

IN_PROCESS = "in-process"
SHOWN = 50


def add(commands: "Commands[Parser]") -> None:
    parser = command(
        commands,
        "replay",
        act,
        what="play a recording again, to this build or to a running service",
        more="In-process: the recorded bytes go through this build's codecs to its engine, on\n"
        "a clock of their own, so that a shift takes seconds. Nothing is sent anywhere. Twice the\n"
        "same file gives the same outcome, byte for byte. The matcher's recorded answers are\n"
        "given again; --rematch asks the present matcher, tells which answers change, and ends\n"
        "with 1 when one did. The rules are those of the recording.\n\n"
        "Against a service: SOURCE=ADDRESS for each source; what was recorded is sent in its\n"
        "order, at the recorded distances divided by --speed. A door is posted to, a broker or\n"
        "Redis is spoken to as [user@]host:port with the password in --token-file, and for an\n"
        "exchange this command listens at the address that the service connects to.",
        examples="  forewarn replay night.jsonl --out night.outcome.jsonl\n"
        "  forewarn replay night.jsonl --rematch\n"
        "  forewarn replay night.jsonl --speed step\n"
        "  forewarn replay night.jsonl --speed 10 --token-file cad.token \\\n"
        "      --against cad_http=http://127.0.0.1:8101 --against cad_tcp=127.0.0.1:8102\n"
        "  forewarn replay night.jsonl --speed 10 --token-file cad.password \\\n"
        "      --against cad_mqtt=cad@127.0.0.1:1883 --against asterisk_ari=127.0.0.1:8088",
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument(
        "--against",
        action="append",
        metavar="WHERE",
        help=f"{IN_PROCESS} (the default), or SOURCE=ADDRESS, as often as there are sources",
    )
    parser.add_argument(
        "--speed",
        metavar="N|max|step",
        help="times real time; max: as quickly as it goes; step: Enter plays the next frame",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="write what came out, to compare")
    parser.add_argument("--rematch", action="store_true", help="ask the present matcher again")
    parser.add_argument(
        "--rules-of-config", action="store_true", help="rules of --config in place of the recorded"
    )
    parser.add_argument(
        "--token-file",
        action="append",
        metavar="[SOURCE=]FILE",
        help="token or password of the system that speaks (--against), of one source or of all",
    )
    parser.add_argument(
        "--ca-file",
        type=Path,
        metavar="FILE",
        help="PEM authorities of the service, the broker or Redis (--against); turns on TLS",
    )
    add_config(parser)


def act(args: argparse.Namespace) -> int:
    recording = open_recording(args.file, args)
    _demand_recording(recording)
    against = [one for one in args.against or () if one != IN_PROCESS]
    if against:
        from middleware.cli.replay_against import send_again

        send_again(args, recording, against)
        return FINE
    return _in_process(args, recording)


def _demand_recording(recording: "Recording") -> None:
    from middleware.ops.errors import Trouble

    if recording.header.holds != "recording":
        raise Trouble(f"{recording.path} holds an outcome", "give the recording it was made from")


def _in_process(args: argparse.Namespace, recording: "Recording") -> int:
    from middleware.cli.replay_stage import Outcome, quietly, stage_of
    from middleware.flow.replay.play import Player
    from middleware.ops.clock import SystemClock
    from middleware.ops.virtual_time import run_virtually

    clock, outcome = SystemClock(), Outcome(args, recording)
    begun = clock.monotonic()
    with quietly(), shown("replaying") as progress:
        player = Player(recording, stage_of(args, recording.header), outcome.take, progress)
        told = run_virtually(player.run())
    sha256 = outcome.end()
    tell_if_cut(recording)
    _sum_up(told, clock.monotonic() - begun, rematched=args.rematch)
    if sha256:
        print(f"{sha256}  {args.out}")
    return _tell_changes(told) if args.rematch else FINE


def _sum_up(told: "Told", took: float, *, rematched: bool) -> None:
    tell(
        f"{told.entries} events, {told.decisions} decisions: {told.seconds:.0f} s of recording in "
        f"{took:.1f} s, {told.seconds / max(took, 1e-9):.0f} times as fast as it was"
    )
    if told.unread:
        tell(f"{told.unread} recorded events are unknown to this build and were left out")
    if told.asked and not rematched:
        tell(f"{told.asked} checks had no recorded answer: the present matcher was asked")
    for source in sorted(told.mute):
        tell(f"the wire of {source} was left out: this build cannot play it")


def _tell_changes(told: "Told") -> int:
    """Answers that are others now; 1 when there are any."""
    for one in told.changed[:SHOWN]:
        print(f"{one.event}: {one.before} -> {one.after}")
    if len(told.changed) > SHOWN:
        tell(f"… and {len(told.changed) - SHOWN} more; compare the outcomes to see all")
    tell(f"{told.asked} checks asked again, {len(told.changed)} answers changed")
    return FOUND_TROUBLE if told.changed else FINE
