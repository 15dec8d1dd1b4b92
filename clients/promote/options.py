"""The command line of the gate; nothing heavy is imported here, so that `--help` answers at once."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from clients.battery import flag_values
from clients.battery.options import Options
from clients.battery.probe_packs import PACK_NAMES
from clients.battery.replies_file import replies_path
from clients.battery.subject import Choice
from scoring.scorers import scorer_names

# The fewest with which each of the six probes of `ccp` can by itself be significantly worse: Holm's 6 x 2 / C(10, 5) is 0.048.
DEFAULT_SAMPLES = 5


class PromoteOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for, checked."""

    adapter: str  # the name to serve the candidate under
    path: str  # of the candidate, as the server sees it
    baseline: str | None  # None: what is served as `adapter`, or else the base
    admin_key: str | None
    battery: Options  # all but its subjects, which depend on what is served


def parse_options(argv: Sequence[str] | None = None) -> PromoteOptions:
    """Read the command line; a wrong one ends the process with exit code 2, as argparse does."""
    parser = build_parser()
    flags = parser.parse_args(argv)
    files = [path for path in (flags.output, flags.markdown, flags.html) if path is not None]
    files += [replies_path(flags.output)] if flags.output else []
    if len(set(files)) < len(files):
        parser.error("--output, the FILE.jsonl beside it, --markdown and --html each need a file of their own")
    api_key = flags.api_key or os.environ.get("OPENAI_API_KEY")
    return PromoteOptions(
        adapter=flags.adapter,
        path=flags.path,
        baseline=flags.baseline,
        admin_key=flags.admin_key or os.environ.get("CANDOR_ADMIN_KEY") or api_key,
        battery=Options(
            choice=Choice(endpoint=flags.url),
            locked=None,
            probes=flags.probes,
            samples=flags.samples,
            temperature=flags.temperature,
            max_tokens=flags.max_tokens,
            seed=flags.seed,
            concurrency=flags.concurrency,
            scorer=flags.scorer,
            output=flags.output,
            markdown=flags.markdown,
            html=flags.html,
            is_resumed=False,
            fails_on_regression=False,
            api_keys={flags.url: api_key} if api_key else {},
            timeout_s=flags.timeout_s,
        ),
    )


def build_parser() -> argparse.ArgumentParser:
    """Declare every flag."""
    parser = argparse.ArgumentParser(
        prog="python -m clients.promote",
        description="Test an adapter against what a candor server serves now, and put it in place only if nothing got worse.",
        epilog="Exit codes: 0 promoted, 1 refused, 2 wrong usage, 3 endpoint failure, 130 Ctrl-C.",
        allow_abbrev=False,
    )
    _add_adapter_flags(parser)
    _add_endpoint_flags(parser)
    _add_battery_flags(parser)
    return parser


def _add_adapter_flags(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the candidate")
    group.add_argument("--adapter", metavar="NAME", type=flag_values.name, required=True, help="the name to serve it under")
    group.add_argument(
        "--path", metavar="PATH", type=flag_values.name, required=True, help="its folder, in one of the server's --adapter-dir"
    )
    group.add_argument(
        "--baseline",
        metavar="MODEL",
        type=flag_values.name,
        help="what it must not be worse than (default: the adapter served as NAME, or where there is none the base)",
    )


def _add_endpoint_flags(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the server")
    group.add_argument("--url", type=flag_values.url, required=True, help="with or without /v1, such as http://127.0.0.1:8000")
    group.add_argument("--api-key", metavar="KEY", help="to ask with (default: OPENAI_API_KEY in the environment)")
    group.add_argument("--admin-key", metavar="KEY", help="to load adapters with (default: CANDOR_ADMIN_KEY, then the key to ask with)")
    group.add_argument(
        "--timeout-s", metavar="S", type=flag_values.seconds, default=600.0, help="for one reply, its retries included (600)"
    )
    group.add_argument("--concurrency", metavar="N", type=flag_values.count, default=4, help="requests in flight at once (4)")


def _add_battery_flags(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the battery")
    packs = ", ".join(PACK_NAMES)
    group.add_argument(
        "--probes", metavar="PACK|FILE", default="ccp", help=f"one of {packs} (ccp), or JSON or JSON Lines of {{id, prompt}}"
    )
    group.add_argument(
        "--samples",
        metavar="N",
        type=flag_values.count,
        default=DEFAULT_SAMPLES,
        help=f"ask each probe so often ({DEFAULT_SAMPLES}: with fewer no single probe of ccp can be significantly worse)",
    )
    group.add_argument("--temperature", metavar="T", type=flag_values.temperature, default=0.4, help="0 is greedy (0.4)")
    group.add_argument("--max-tokens", metavar="N", type=flag_values.count, default=1024, help="length limit of a reply (1024)")
    group.add_argument("--seed", metavar="N", type=flag_values.seed, default=0, help="of the first sample, the next has the next (0)")
    names = ", ".join(scorer_names())
    group.add_argument("--scorer", metavar="NAME", type=flag_values.scorer, default=scorer_names()[0], help=f"one of {names} (the first)")
    group.add_argument("--output", metavar="FILE.json", type=flag_values.output, help="write the report; replies go to FILE.jsonl")
    group.add_argument("--markdown", metavar="FILE.md", type=Path, help="write the report for a paper")
    group.add_argument("--html", metavar="FILE.html", type=Path, help="write it as one page with charts and all replies")
