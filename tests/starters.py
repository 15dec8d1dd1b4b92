"""Which tests are slow: those that start servers, browsers, Prometheus, commands or engines. `-m "not slow"` leaves them out."""

import inspect
import multiprocessing
import subprocess
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any

import pytest
import uvicorn
from selenium.webdriver import Chrome

from server.engine.mlx.engine import MlxEngine

STARTERS = (subprocess, multiprocessing, uvicorn, Chrome, MlxEngine)  # whatever starts a process or an engine here does it by one of them
OURS = ("tests.", "bench.")  # what is followed


def is_slow(test: pytest.Function) -> bool:
    """Tell whether a test, one of its fixtures, or a function or class of ours that they name, names a starter."""
    fixtures = [each.func for several in test._fixtureinfo.name2fixturedefs.values() for each in several]
    seen: set[object] = set()
    return any(leads_to_a_starter(function, seen) for function in (test.function, *fixtures))


def leads_to_a_starter(what: Any, seen: set[object]) -> bool:
    """Tell whether something is a starter, or a function or class of ours that names one; what was `seen` is not looked at again."""
    if any(what is starter for starter in STARTERS):
        return True
    if not (inspect.isfunction(what) or inspect.isclass(what)) or not what.__module__.startswith(OURS) or what in seen:
        return False
    seen.add(what)
    return any(leads_to_a_starter(named, seen) for function in _functions(what) for named in _named(function))


def _functions(what: Any) -> Iterator[Callable[..., Any]]:
    """Give a function, or the methods of a class."""
    yield from (inspect.unwrap(each) for each in ((what,) if inspect.isfunction(what) else vars(what).values()) if inspect.isfunction(each))


def _named(function: Any) -> Iterator[object]:
    """Give what the globals are that a function names, in its inner functions too."""
    codes: list[CodeType] = [function.__code__]
    while codes:
        code = codes.pop()
        yield from (function.__globals__[name] for name in code.co_names if name in function.__globals__)
        codes += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
