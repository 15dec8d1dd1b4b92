"""The command line of a curriculum; nothing heavy is imported here, so that `--help` answers at once."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import msgspec


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for."""

    file: Path
    model: str | None  # in place of the file's
    output: Path | None  # in place of the file's
    from_stage: str | None
    is_dry_run: bool


def parse_options(argv: Sequence[str] | None = None) -> Options:
    """Read the command line; a wrong one ends the process with exit code 2, as argparse does."""
    flags = _build_parser().parse_args(argv)
    return Options(
        file=flags.file,
        model=flags.model,
        output=flags.output,
        from_stage=flags.from_stage,
        is_dry_run=flags.dry_run,
    )


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m adapters.curriculum",
        description="Train in stages, each on the weights or the adapter that the one before has left. Given again it goes on.",
        epilog="Exit codes: 0 done, 2 wrong usage, 3 files or models, 130 Ctrl-C. docs/training.md tells more.",
        allow_abbrev=False,
    )
    parser.add_argument("file", metavar="FILE.toml", type=Path, help="model, output, settings of adapters.train for all, and [[stages]]")
    parser.add_argument("--model", metavar="MODEL", help="the first stage's base, in place of the file's")
    parser.add_argument("--output", metavar="DIR", type=Path, help="where the stages' folders go, in place of the file's")
    parser.add_argument(
        "--from", dest="from_stage", metavar="STAGE", help="throw away what this stage and those behind it have left, and redo them"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be done: rows, steps, replay, tokens; write nothing")
    return parser
