"""The values of flags: each is read and checked, and a wrong one is refused with what was expected."""

import argparse
import math
from pathlib import Path
from typing import TypeVar

from clients.finite_number import read_number
from scoring.scorers import scorer_names

T = TypeVar("T")


def read_name(text: str) -> str:
    """Read a model's name."""
    return accept(text, text.strip() != "", "a model's name", text)


def read_scorer(text: str) -> str:
    """Read a scorer's name."""
    return accept(text, text in scorer_names(), ", ".join(scorer_names()), text)


def read_output(text: str) -> Path:
    """Read where the report goes."""
    return Path(accept(text, Path(text).suffix != ".jsonl", "FILE.json (the replies go to FILE.jsonl beside it)", text))


def read_replies(text: str) -> Path:
    """Read where replies go."""
    return Path(accept(text, Path(text).suffix == ".jsonl", "FILE.jsonl", text))


def read_temperature(text: str) -> float | None:
    """Read a temperature, 0 is greedy; None: none is sent."""
    if text == "none":
        return None
    return accept(read_number(text), 0 <= read_number(text) <= 2, "a number from 0 to 2, or none", text)


def read_share(text: str) -> float:
    """Read a share of probability."""
    return accept(read_number(text), 0 <= read_number(text) <= 1, "a number from 0 to 1", text)


def read_factor(text: str) -> float:
    """Read what a logit is divided by."""
    return accept(read_number(text), read_number(text) > 0, "a number above 0", text)


def read_penalty(text: str) -> float:
    """Read what is taken from a logit."""
    return accept(read_number(text), -2 <= read_number(text) <= 2, "a number from -2 to 2", text)


def read_top_k(text: str) -> int:
    """Read how many of the likeliest tokens are drawn from; 0 is off, too, and the same as -1."""
    return int(accept(text, text.isdecimal() or text == "-1", "a whole number from 0, or -1", text)) or -1


def read_seconds(text: str) -> float:
    """Read a duration."""
    return accept(read_number(text), read_number(text) > 0, "seconds above 0", text)


def read_period(text: str) -> float:
    """Read a number with its unit, in seconds."""
    factor = {"s": 1, "m": 60, "h": 3600, "d": 86400}.get(text[-1:], math.nan)
    value = read_number(text[:-1]) * factor
    return accept(value, value > 0, "a number above 0 with its unit, such as 90s, 15m, 6h or 1d", text)


def read_port(text: str) -> int:
    """Read a TCP port; 0 is any free one."""
    return int(accept(text, text.isdecimal() and int(text) <= 65535, "a port from 0 to 65535", text))


def read_count(text: str) -> int:
    """Read how many."""
    return int(accept(text, text.isdecimal() and int(text) >= 1, "a whole number from 1", text))


def read_seed(text: str) -> int | None:
    """Read the first sample's seed; None: none is sent."""
    if text == "none":
        return None
    return int(accept(text, text.isdecimal(), "a whole number from 0, or none", text))


def accept(value: T, is_valid: bool, expected: str, text: str) -> T:
    """Give the value back, or refuse the text."""
    if not is_valid:
        raise argparse.ArgumentTypeError(f"expected {expected}, got {text!r}")
    return value
