"""The command line of the gate; nothing heavy is imported here, so that `--help` answers at once."""

import argparse
from collections.abc import Sequence

import msgspec

from clients import flag_values
from clients.asking.credentials import Credentials
from clients.asking.subject import Choice
from clients.battery.options import Options, make_options
from clients.battery.run_flags import add_pace_flags, add_question_flags, add_report_flags, check_files
from clients.trial.server_flags import add_server_flags, read_server_keys
from scoring.flag_parser import FlagParser

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
    try:
        check_files(flags)
        keys = read_server_keys(flags)
    except ValueError as exc:
        parser.error(str(exc))
    return PromoteOptions(
        adapter=flags.adapter,
        path=flags.path,
        baseline=flags.baseline,
        admin_key=keys.admin_key,
        battery=make_options(flags, choice=Choice(endpoint=flags.url), credentials={flags.url: Credentials(api_key=keys.api_key)}),
    )


def build_parser() -> argparse.ArgumentParser:
    """Declare every flag."""
    parser = FlagParser(
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
    group.add_argument("--adapter", metavar="NAME", type=flag_values.read_name, required=True, help="the name to serve it under")
    group.add_argument(
        "--path", metavar="PATH", type=flag_values.read_name, required=True, help="its folder, in one of the server's --adapter-dir"
    )
    group.add_argument(
        "--baseline",
        metavar="MODEL",
        type=flag_values.read_name,
        help="what it must not be worse than (default: the adapter served as NAME, or where there is none the base)",
    )


def _add_endpoint_flags(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the server")
    add_server_flags(group)
    add_pace_flags(group)


def _add_battery_flags(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the battery")
    add_question_flags(group, samples=DEFAULT_SAMPLES, why=": with fewer no single probe of ccp can be significantly worse")
    add_report_flags(group)
