"""The command line of rescoring; nothing heavy is imported here, so that `--help` answers at once."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import msgspec

from clients import flag_values
from clients.probes.mending import Mending, add_mending_flags, read_mending
from clients.probes.pack import PACK_NAMES
from scoring.flag_parser import FlagParser
from scoring.scorers import scorer_names


class RescoreOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for, checked."""

    file: Path
    scorer: str
    mending: Mending  # of both files
    probes: str | None  # None: the shipped packs are looked through
    baseline: str | None
    replies: Path | None
    output: Path | None
    markdown: Path | None
    html: Path | None


def parse_options(argv: Sequence[str] | None = None) -> RescoreOptions:
    """Read the command line; a wrong one ends the process with exit code 2, as argparse does."""
    parser = build_parser()
    flags = parser.parse_args(argv)
    files = [flags.file, *(path for path in (flags.replies, flags.output, flags.markdown, flags.html) if path is not None)]
    if len(set(files)) < len(files):
        parser.error("--replies, --output, --markdown and --html each need a file of their own, which is not the one that is read")
    mending = read_mending(flags)
    own = {name: value for name, value in vars(flags).items() if name in RescoreOptions.__struct_fields__}
    return RescoreOptions(mending=mending, **own)


def build_parser() -> argparse.ArgumentParser:
    """Declare every flag."""
    parser = FlagParser(
        prog="python -m clients.rescore",
        description="Score saved replies anew, asking nobody: a battery's report or its FILE.jsonl, or JSON or JSON Lines of"
        " {id, prompt, response}, where model tells subjects apart, of {id, prompt, conditions: {NAME: {response}}}, or of"
        " {messages: [{role, content}]}.",
        epilog="Exit codes: 0 done, 2 wrong usage or a file that cannot be read, 3 one that cannot be written.",
        allow_abbrev=False,
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="the saved replies")
    parser.add_argument("--scorer", metavar="NAME", type=flag_values.read_scorer, required=True, help=f"one of {', '.join(scorer_names())}")
    parser.add_argument(
        "--probes",
        metavar="PACK|FILE",
        help=f"where checks, and prompts that the file leaves out, are found by id (default: the checks of {', '.join(PACK_NAMES)})",
    )
    add_mending_flags(parser, verb="score", whose="FILE and of the file of --probes")
    parser.add_argument(
        "--baseline", metavar="NAME", type=flag_values.read_name, help="the subject to compare the others with (default: the file's first)"
    )
    parser.add_argument(
        "--replies",
        metavar="FILE.jsonl",
        type=flag_values.read_replies,
        help="write the replies, for clients.battery --resume to go on from",
    )
    parser.add_argument("--output", metavar="FILE.json", type=flag_values.read_output, help="write the report")
    parser.add_argument("--markdown", metavar="FILE.md", type=Path, help="write it for a paper")
    parser.add_argument("--html", metavar="FILE.html", type=Path, help="write it as one page with charts and all replies")
    return parser
