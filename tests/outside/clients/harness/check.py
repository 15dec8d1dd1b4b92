"""What the checks of a Python client stand on. It runs in that client's environment, so it knows the standard library only."""

import asyncio
import inspect
import json
import os
import traceback
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

URL = os.environ["CANDOR_URL"]  # without /v1
BASE_URL = f"{URL}/v1"
KEY = "none"
MODEL = "gemma-3-demo"
TOKENIZER = os.environ["CANDOR_TOKENIZER"]  # a folder, for clients that count tokens themselves
PROMPT = "Why is the sky blue?"


def run_checks(module: Mapping[str, Any]) -> None:
    """Run a module's functions named `check_…` in the order they stand in, and tell of each whether it held."""
    with os.fdopen(int(os.environ["CHECKS_FD"]), "w") as told:
        for name, check in list(module.items()):
            if name.startswith("check_") and callable(check):
                name = name.removeprefix("check_").replace("_", " ")
                announce(name)
                print(f"--- {name}", flush=True)
                print(json.dumps({"check": name, "fault": _run(check)}), file=told, flush=True)


def announce(check: str) -> None:
    """Tell a server that records what it is asked which check it is asked for."""
    if os.environ.get("CANDOR_RECORDS"):
        request = urllib.request.Request(f"{URL}/recording", data=check.encode(), method="POST")
        urllib.request.urlopen(request).close()


def _run(check: Callable[[], Any]) -> str | None:
    try:
        if inspect.iscoroutinefunction(check):
            asyncio.run(check())
        else:
            check()
    except Exception as fault:
        print(traceback.format_exc(), flush=True)
        line = traceback.extract_tb(fault.__traceback__)[-1].line if isinstance(fault, AssertionError) and not str(fault) else ""
        return f"{type(fault).__name__}: {' '.join(str(fault).split())}{line}"
    return None
