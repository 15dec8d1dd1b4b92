"""The command line of `python -m scoring`; nothing heavy is imported here, so that `--help` answers at once."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from scoring.flag_parser import FlagParser
from scoring.scorers import scorer_names

Form = Literal["text", "jsonl"]


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for, checked."""

    files: tuple[str, ...]  # "-" is standard input
    form: Form | None  # None: guessed for each file
    prompt: str | None
    scorer: str
    is_json: bool


def parse_options(argv: Sequence[str] | None = None) -> Options:
    """Read the command line; a wrong one ends the process with exit code 2, as argparse does."""
    parser = _build_parser()
    flags = parser.parse_args(argv)
    if flags.files.count("-") > 1:
        parser.error("standard input (-) can be read only once")
    return Options(files=tuple(flags.files) or ("-",), form=flags.format, prompt=flags.prompt, scorer=flags.scorer, is_json=flags.json)


def _build_parser() -> argparse.ArgumentParser:
    default_scorer = scorer_names()[0]
    parser = FlagParser(
        prog="python -m scoring",
        description="Score answers and flag degeneration, without a model and without a server.",
        epilog="A file of text is one answer, less the line end at its very end. Of JSONL each line is one: an object with `response` or "
        "`text` and, where they are known, `id`, `prompt`, `finish_reason`, `max_tokens` and `completion_tokens`; other fields are passed "
        "over, so the battery's replies can be read as they are. Lines of {messages: [{role, content}]} (the last turn of the assistant is "
        "the answer) and of {conditions: {NAME: {response}}} are read too, and a JSON array of any of these. Exit codes: 0 everything was "
        "scored, 2 wrong usage, or something could not be read or written (standard error names it, and what can be read is scored).",
        allow_abbrev=False,
    )
    parser.add_argument("files", nargs="*", metavar="FILE", help="files to read; - or none is standard input")
    parser.add_argument("--scorer", choices=scorer_names(), default=default_scorer, help=f"the heuristic ({default_scorer})")
    parser.add_argument(
        "--prompt", metavar="TEXT|@FILE", type=_prompt, help="what was asked, where a line says nothing of it: some flags depend on it"
    )
    parser.add_argument(
        "--format", choices=("text", "jsonl"), help="what the files are (default: by .jsonl, .ndjson, .txt, .md, else by the first line)"
    )
    parser.add_argument("--json", action="store_true", help="print an object a line instead of the table")
    return parser


def _prompt(text: str) -> str:
    if not text.startswith("@"):
        return text
    try:
        return Path(text[1:]).read_bytes().decode("utf-8-sig").strip()
    except OSError as exc:
        raise argparse.ArgumentTypeError(f"cannot read {text[1:]!r}: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise argparse.ArgumentTypeError(f"expected UTF-8 in {text[1:]!r}, got byte {exc.object[exc.start]:#04x} at {exc.start}") from exc
