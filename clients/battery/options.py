"""The command line of the battery; nothing heavy is imported here, so that `--help` answers at once."""

import argparse
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import msgspec

from clients.battery.endpoint import api_root
from clients.battery.probe import PACK_NAMES
from scoring.scorers import scorer_names

NOT_YET = ("--system", "--samples", "--markdown", "--html", "--resume", "--fail-on-regression")
LATER_SCORERS = ("lek-v1-paper", "lek-v2")


T = TypeVar("T")


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for, checked."""

    endpoint: str  # the API's root, ending in /v1
    model: str | None
    baseline: str | None
    probes: str
    temperature: float
    max_tokens: int
    seed: int | None  # None: none is sent
    concurrency: int
    scorer: str
    output: Path | None
    api_key: str | None
    timeout_s: float


def parse_options(argv: Sequence[str] | None = None) -> Options:
    """Read the command line; a wrong one ends the process with exit code 2, as argparse does."""
    flags = build_parser().parse_args(argv)
    return Options(
        endpoint=flags.url,
        model=flags.model,
        baseline=flags.baseline,
        probes=flags.probes,
        temperature=flags.temperature,
        max_tokens=flags.max_tokens,
        seed=flags.seed,
        concurrency=flags.concurrency,
        scorer=flags.scorer,
        output=flags.output,
        api_key=flags.api_key or os.environ.get("OPENAI_API_KEY") or None,
        timeout_s=flags.timeout_s,
    )


def build_parser() -> argparse.ArgumentParser:
    """Declare every flag, those that are still to come too, so that they are refused by name."""
    parser = argparse.ArgumentParser(
        prog="python -m clients.battery",
        description="Put probes to a model behind any OpenAI-compatible endpoint and score the replies here.",
        epilog=f"Not available yet: {', '.join(NOT_YET)}. Exit codes: 0 done, 2 wrong usage, 3 the endpoint failed, 130 interrupted.",
        allow_abbrev=False,
    )
    _add_subject_flags(parser)
    _add_sampling_flags(parser)
    _add_report_flags(parser)
    for flag in NOT_YET:
        parser.add_argument(flag, nargs="?", action=_NotYet, help=argparse.SUPPRESS)
    return parser


def _add_subject_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--url", required=True, type=_url, help="the endpoint, with or without /v1, such as http://127.0.0.1:8000")
    parser.add_argument("--model", metavar="MODEL", type=_name, help="the subject (default: the first model listed)")
    parser.add_argument("--baseline", metavar="MODEL", type=_name, help="compare the subject with this model")
    parser.add_argument("--api-key", metavar="KEY", help="default: OPENAI_API_KEY in the environment; candor without keys needs none")
    parser.add_argument("--timeout-s", metavar="S", type=_seconds, default=600.0, help="for one reply, its retries included (600)")
    parser.add_argument("--concurrency", metavar="N", type=_count, default=4, help="requests in flight at once (4)")


def _add_sampling_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--probes", metavar="PACK", type=_pack, default="ccp", help=f"the probes: {', '.join(PACK_NAMES)} (ccp)")
    parser.add_argument("--temperature", metavar="T", type=_temperature, default=0.4, help="0 is greedy (0.4)")
    parser.add_argument("--max-tokens", metavar="N", type=_count, default=1024, help="length limit of a reply (1024)")
    parser.add_argument("--seed", metavar="N", type=_seed, default=0, help="sent with every request; `none` sends none (0)")


def _add_report_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--scorer", metavar="NAME", type=_scorer, default=scorer_names()[0], help=f"one of {', '.join(scorer_names())} (the first)"
    )
    parser.add_argument(
        "--output", metavar="FILE.json", type=_output, help="write the report; replies go to FILE.jsonl as they come; both are replaced"
    )


class _NotYet(argparse.Action):
    """Refuse a flag that the contract names and this version does not have."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any, **__: Any) -> NoReturn:
        parser.error(f"{self.option_strings[0]} is not available yet")


def _url(text: str) -> str:
    try:
        return api_root(text)
    except ValueError as exc:
        raise argparse.ArgumentTypeError(str(exc)) from exc


def _name(text: str) -> str:
    return _accepted(text, text.strip() != "", "a model's name", text)


def _pack(text: str) -> str:
    if text not in PACK_NAMES:
        raise argparse.ArgumentTypeError(f"probes from a FILE are not available yet: expected {', '.join(PACK_NAMES)}, got {text!r}")
    return text


def _scorer(text: str) -> str:
    expected = ", ".join(scorer_names())
    if text in LATER_SCORERS and text not in scorer_names():
        raise argparse.ArgumentTypeError(f"{text} is not available yet: expected {expected}")
    return _accepted(text, text in scorer_names(), expected, text)


def _output(text: str) -> Path:
    return Path(_accepted(text, Path(text).suffix != ".jsonl", "FILE.json (the replies go to FILE.jsonl beside it)", text))


def _temperature(text: str) -> float:
    return _accepted(_number(text), 0 <= _number(text) <= 2, "a number from 0 to 2", text)


def _seconds(text: str) -> float:
    return _accepted(_number(text), _number(text) > 0, "seconds above 0", text)


def _count(text: str) -> int:
    return int(_accepted(text, text.isdecimal() and int(text) >= 1, "a whole number from 1", text))


def _seed(text: str) -> int | None:
    if text == "none":
        return None
    return int(_accepted(text, text.isdecimal(), "a whole number from 0, or none", text))


def _number(text: str) -> float:
    """Read a finite number; anything else is NaN, which no range holds."""
    try:
        number = float(text)
    except ValueError:
        return math.nan
    return number if math.isfinite(number) else math.nan


def _accepted(value: T, is_valid: bool, expected: str, text: str) -> T:
    if not is_valid:
        raise argparse.ArgumentTypeError(f"expected {expected}, got {text!r}")
    return value
