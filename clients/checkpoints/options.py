"""The command line of the sweep over checkpoints; nothing heavy is imported here, so that `--help` answers at once."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import msgspec

from clients import flag_values
from clients.asking.credentials import Credentials
from clients.asking.subject import Choice
from clients.battery.options import Options, make_options
from clients.battery.run_flags import (
    add_gate_flags,
    add_pace_flags,
    add_question_flags,
    add_report_flags,
    add_resume_flag,
    check_files,
    check_resuming,
    read_gates,
)
from clients.trial.server_flags import add_server_flags, read_server_keys
from scoring.flag_parser import FlagParser

DEFAULT_SAMPLES = 5  # as for promoting: the fewest with which one of six probes can by itself be significantly worse
PATIENCE_S = 3600.0


class Watching(msgspec.Struct, frozen=True, kw_only=True):
    """How a training that runs is followed."""

    patience_s: float = PATIENCE_S
    skips_to_newest: bool = False
    stops_on_degeneration: bool = False


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Which checkpoints are judged."""

    steps: tuple[int, ...] = ()  # empty: all
    every_nth: int = 1


class CheckpointOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for, checked."""

    run: Path
    server_run: str  # where the server sees it
    adapter: str  # the name that the best one is to be promoted under
    baseline: str | None  # None: the base
    admin_key: str | None
    selection: Selection
    watching: Watching | None  # None: what is there is judged, and no more
    battery: Options  # all but its subjects


def parse_options(argv: Sequence[str] | None = None) -> CheckpointOptions:
    """Read the command line; a wrong one ends the process with exit code 2, as argparse does."""
    parser = build_parser()
    flags = parser.parse_args(argv)
    try:
        check_files(flags)
        check_resuming(flags)
        watching = _read_watching(flags)
        keys = read_server_keys(flags)
    except ValueError as exc:
        parser.error(str(exc))
    return CheckpointOptions(
        run=flags.run,
        server_run=flags.server_run or str(flags.run.resolve()),
        adapter=flags.adapter or flags.run.resolve().name or "adapter",
        baseline=flags.baseline,
        admin_key=keys.admin_key,
        selection=Selection(steps=flags.steps or (), every_nth=flags.every_nth or 1),
        watching=watching,
        battery=make_options(
            flags,
            choice=Choice(endpoint=flags.url),
            credentials={flags.url: Credentials(api_key=keys.api_key)},
            is_resumed=flags.resume,
            gates=read_gates(flags),
        ),
    )


def build_parser() -> argparse.ArgumentParser:
    """Declare every flag."""
    parser = FlagParser(
        prog="python -m clients.checkpoints",
        description="Judge a training checkpoint by checkpoint: each is loaded into a candor server that runs, put to the battery's"
        " probes beside the base, and unloaded.",
        epilog="Exit codes: 0 done, 1 a gate of --fail-on-… found something at a checkpoint, 2 wrong usage, 3 a failure of the endpoint,"
        " of a checkpoint or of a file, 130 Ctrl-C.",
        allow_abbrev=False,
    )
    _add_run_flags(parser)
    group = parser.add_argument_group("the server")
    add_server_flags(group)
    add_pace_flags(group)
    _add_follow_flags(parser)
    group = parser.add_argument_group("the battery")
    add_question_flags(group, samples=DEFAULT_SAMPLES, why=": with fewer no single probe of ccp can be significantly worse")
    group = parser.add_argument_group("the report")
    add_report_flags(group)
    add_resume_flag(group, "what is judged is not judged again")
    add_gate_flags(group)
    return parser


def _add_run_flags(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the training")
    group.add_argument(
        "--run",
        metavar="DIR",
        type=Path,
        required=True,
        help="what adapters.train has as --output, or any folder of adapters with numbers in their names",
    )
    group.add_argument("--server-run", metavar="DIR", type=flag_values.read_name, help="where the server sees that folder (there, too)")
    group.add_argument("--steps", metavar="N,N,…", type=read_steps, help="judge these alone")
    group.add_argument("--every-nth", metavar="N", type=flag_values.read_count, help="judge every Nth alone (1), and the final adapter")
    group.add_argument("--baseline", metavar="MODEL", type=flag_values.read_name, help="what they are compared with (the base)")
    group.add_argument(
        "--adapter", metavar="NAME", type=flag_values.read_name, help="the name to promote the best one under (that of the run's folder)"
    )


def _add_follow_flags(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("while training runs")
    group.add_argument("--follow", action="store_true", help="judge each new checkpoint as it appears, until training has ended")
    group.add_argument(
        "--patience-s",
        metavar="S",
        type=flag_values.read_seconds,
        help=f"with --follow: how long nothing may move before the training is taken for dead ({PATIENCE_S:g})",
    )
    group.add_argument("--skip-to-newest", action="store_true", help="with --follow: of several that piled up judge the newest alone")
    group.add_argument(
        "--stop-on-degeneration", action="store_true", help="with --follow: end the training where hard flags become more frequent"
    )


def read_steps(text: str) -> tuple[int, ...]:
    """Read steps with commas between them."""
    parts = [part.strip() for part in text.split(",")]
    is_valid = all(part.isascii() and part.isdecimal() and len(part) < 19 for part in parts)
    return tuple(sorted({int(part) for part in flag_values.accept(parts, is_valid, "steps such as 100,200", text)}))


def _read_watching(flags: argparse.Namespace) -> Watching | None:
    """Read how to follow; raises ValueError for what has no meaning without it."""
    given = {
        "--patience-s": flags.patience_s is not None,
        "--skip-to-newest": flags.skip_to_newest,
        "--stop-on-degeneration": flags.stop_on_degeneration,
    }
    if not flags.follow:
        if lone := [flag for flag, is_given in given.items() if is_given]:
            raise ValueError(f"{', '.join(lone)}: only with --follow, which watches a training that runs")
        return None
    return Watching(
        patience_s=flags.patience_s or PATIENCE_S,
        skips_to_newest=flags.skip_to_newest,
        stops_on_degeneration=flags.stop_on_degeneration,
    )
