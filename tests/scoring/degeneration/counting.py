"""Counts what code does: a clock that no other process slows down, and a scale for what it holds."""

import sys
from collections import deque
from collections.abc import Callable
from types import FrameType
from typing import Any

import msgspec


def count_lines(run: Callable[[], object]) -> int:
    """Count the lines of Python that a call runs."""
    num_lines = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal num_lines
        num_lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        run()
    finally:
        sys.settrace(before)
    return num_lines


def count_held(thing: object) -> int:
    """Count the characters and the elements that an object holds, and all that hangs on it."""
    seen: set[int] = set()

    def count(thing: object) -> int:
        if isinstance(thing, str | bytes):
            return len(thing)
        if id(thing) in seen:
            return 0
        seen.add(id(thing))
        if isinstance(thing, dict):
            return sum(1 + count(key) + count(value) for key, value in thing.items())
        if isinstance(thing, list | tuple | set | frozenset | deque):
            return sum(1 + count(element) for element in thing)
        if isinstance(thing, msgspec.Struct):
            return sum(count(getattr(thing, name)) for name in thing.__struct_fields__)
        return count(vars(thing)) if type(thing).__module__.startswith("scoring.") and hasattr(thing, "__dict__") else 0

    return count(thing)
