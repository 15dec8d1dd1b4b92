"""The command line of a training; nothing heavy is imported here, so that `--help` answers at once."""

import argparse
from collections.abc import Sequence

import msgspec

from adapters.base.home import expand_home
from adapters.train.plan import TrainingPlan
from adapters.train.plan_reading import FIELDS, Field, Given, lay_over, make_plan, read_toml


def parse_options(argv: Sequence[str] | None = None) -> TrainingPlan:
    """Read the command line and the file it names. Raises UsageFault with every fault; a flag that is unknown ends the process with 2."""
    flags = vars(_build_parser().parse_args(argv))
    faults: list[str] = []
    config = flags.pop("config", None)
    from_file = read_toml(expand_home(config), faults) if config is not None else {}
    given = {name.replace("_", "-"): Given(value, f"--{name.replace('_', '-')}") for name, value in flags.items()}
    return make_plan(lay_over(from_file, given), faults)


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m adapters.train",
        description="Train a LoRA or DoRA adapter of a Gemma 3 on conversations, and record what was done.",
        epilog="Exit codes: 0 done, 2 wrong usage, 3 files, models or a loss that is not finite, 130 Ctrl-C, 143 SIGTERM. "
        "docs/training.md tells more.",
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
    )
    for field in FIELDS:
        _add_flag(parser, field)
    parser.add_argument("--config", metavar="FILE.toml", help="keys named like the flags, which win over them")
    return parser


def _add_flag(parser: argparse.ArgumentParser, field: Field) -> None:
    flag = f"--{field.name}"
    if field.is_switch:
        parser.add_argument(flag, help=field.asked.help, action=argparse.BooleanOptionalAction)
    else:
        action = "append" if isinstance(field.default, tuple) else "store"
        parser.add_argument(flag, help=_describe(field), metavar=field.asked.metavar, action=action)


def _describe(field: Field) -> str:
    default = field.asked.unset
    if default is None and field.default not in (None, msgspec.NODEFAULT):
        default = ", ".join(field.default) if isinstance(field.default, tuple) else str(field.default)
    return field.asked.help + (f" (default: {default})" if default else "")
