"""The command line of fusing; nothing heavy is imported here, so that `--help` answers at once."""

import argparse
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from adapters.base.home import expand_home
from adapters.command import UsageFault

DEFAULT_TOKENS = 32
MOST_TOKENS = 4096


class FuseOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for, checked."""

    model: str
    adapter: str
    output: Path
    scale: float
    dequantizes: bool
    dtype: Literal["float32"] | None
    overwrites: bool
    checks: bool
    check_prompts: Path | None  # None is candor's own
    check_tokens: int


def parse_options(argv: Sequence[str] | None = None) -> FuseOptions:
    """Read the command line. Raises UsageFault with every fault; a flag that is unknown ends the process with 2, as argparse does."""
    flags = _build_parser().parse_args(argv)
    faults = []
    if len(flags.adapter) > 1:
        faults.append(f"--adapter is given {len(flags.adapter)} times: fuse one, then the next into the folder that comes of it")
    if not math.isfinite(flags.scale) or flags.scale == 0:
        faults.append(f"--scale is {flags.scale:g}; expected a number other than 0")
    if not 1 <= flags.check_tokens <= MOST_TOKENS:
        faults.append(f"--check-tokens is {flags.check_tokens}; expected 1 to {MOST_TOKENS}")
    if flags.no_check and flags.check_prompts:
        faults.append("--check-prompts is for the check that --no-check leaves out: give one of the two")
    if not flags.output:
        faults.append("--output is empty; expected a folder")
    if faults:
        raise UsageFault("\n".join(faults))
    return FuseOptions(
        model=flags.model,
        adapter=flags.adapter[0],
        output=expand_home(flags.output),
        scale=flags.scale,
        dequantizes=flags.dequantize,
        dtype=flags.dtype,
        overwrites=flags.overwrite,
        checks=not flags.no_check,
        check_prompts=expand_home(flags.check_prompts) if flags.check_prompts else None,
        check_tokens=flags.check_tokens,
    )


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m adapters.fuse",
        description="Write a model's folder with an adapter merged into its weights, and check that it answers as the adapter does.",
        epilog="Exit codes: 0 written, 2 wrong usage, 3 files or models, 130 Ctrl-C. docs/training.md tells more.",
        allow_abbrev=False,
    )
    parser.add_argument("--model", required=True, help="the base: a folder, a Hugging Face repository (owner/name) or demo")
    parser.add_argument("--adapter", required=True, action="append", metavar="DIR", help="the adapter: its folder or repository")
    parser.add_argument("--output", required=True, metavar="DIR", help="the folder to write, which is not there yet or is empty")
    parser.add_argument("--scale", type=float, default=1.0, help="how much of the adapter; 1 is as it was trained (default: 1)")
    parser.add_argument("--dequantize", action="store_true", help="of a quantised base write a plain folder, which transformers reads too")
    parser.add_argument("--dtype", choices=["float32"], help="store the changed weights so, exactly; else as the base's are")
    parser.add_argument("--overwrite", action="store_true", help="replace a model that was fused into the output folder before")
    parser.add_argument("--check-prompts", metavar="FILE", help="prompts to check on, one a line (default: twelve of candor's own)")
    parser.add_argument("--check-tokens", type=int, default=DEFAULT_TOKENS, metavar="N", help=f"of each answer (default: {DEFAULT_TOKENS})")
    parser.add_argument("--no-check", action="store_true", help="write only")
    return parser
