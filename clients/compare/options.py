"""The command line of the side-by-side; nothing heavy is imported here, so that `--help` answers at once."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import msgspec

from clients import flag_values
from scoring.flag_parser import FlagParser

STDOUT = "-"


class CompareOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for, checked."""

    files: tuple[str, ...]
    baseline: str | None  # a label, or a subject's name; None: the first subject of the first file
    markdown: Path | None
    json: str | None  # a file, or STDOUT


def parse_options(argv: Sequence[str] | None = None) -> CompareOptions:
    """Read the command line; a wrong one ends the process with exit code 2, as argparse does."""
    parser = build_parser()
    flags = parser.parse_args(argv)
    if doubled := sorted({file for file in flags.files if flags.files.count(file) > 1}):
        parser.error(f"{', '.join(doubled)} is named twice")
    written = [str(path) for path in (flags.markdown, flags.json) if path is not None]
    if len({*written, *flags.files}) < len(written) + len(flags.files):
        parser.error("--markdown and --json each need a file of their own, which is none of the reports")
    return CompareOptions(files=tuple(flags.files), baseline=flags.baseline, markdown=flags.markdown, json=flags.json)


def build_parser() -> argparse.ArgumentParser:
    """Declare every flag."""
    parser = FlagParser(
        prog="python -m clients.compare",
        description="Set the subjects of several battery reports side by side: scales, families of models, rounds of training.",
        epilog="Exit codes: 0 done, 2 wrong usage or reports that cannot be compared, 3 a file that cannot be written.",
        allow_abbrev=False,
    )
    parser.add_argument("files", metavar="FILE.json", nargs="+", help="reports that clients.battery or clients.rescore has written")
    parser.add_argument(
        "--baseline",
        metavar="NAME",
        type=flag_values.read_name,
        help="what the others are compared with: a subject's name, or FILE:NAME (default: the first of the first file)",
    )
    parser.add_argument("--markdown", metavar="FILE.md", type=Path, help="write the tables for a paper")
    parser.add_argument("--json", metavar="FILE.json|-", help="write all numbers; - for stdout, in place of the tables")
    return parser
