"""The command's flags, and its ends where the settings are wrong."""

import argparse
from collections.abc import Mapping, Sequence

from server.settings.settings import Settings
from server.settings.sources import LATER_OPTIONS, OPTIONS, SettingsError, merge_settings


def read_settings(argv: Sequence[str], environment: Mapping[str, str]) -> Settings:
    """Read the settings, or end the process as argparse does: 0 after `--help`, 2 with every fault on stderr."""
    parser = _build_parser()
    flags = vars(parser.parse_args(argv))
    try:
        return merge_settings(flags, environment)
    except SettingsError as error:
        parser.error("\n  ".join(error.faults))


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m server",
        description="Serve Gemma 3 on MLX behind the OpenAI API, every answer scored. With no flags: the demo model on 127.0.0.1:8000.",
        epilog="Every flag can also be set as CANDOR_* in the environment (lists with commas) or in the --config file; flags win. "
        "A SIZE is a number of bytes, or of K, M, G or T, each 1024 of the one before: 512M, 1.5GiB.",
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
    )
    for option in OPTIONS:
        flag, text = f"--{option.name}", option.describe()
        if option.is_switch:
            parser.add_argument(flag, help=text, action=argparse.BooleanOptionalAction)
        else:
            parser.add_argument(flag, help=text, metavar=option.about.metavar, action="append" if option.is_list else "store")
    parser.add_argument("--config", metavar="FILE.toml", help="a file of settings, named like the flags")
    for name in LATER_OPTIONS:
        parser.add_argument(f"--{name}", nargs="?", help=argparse.SUPPRESS)
    return parser
