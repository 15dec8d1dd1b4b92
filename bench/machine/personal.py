"""Keeps names and paths of this machine out of what is sent."""

import getpass
import re
import socket
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from bench.endpoint import ROOT
from bench.machine.report import Report

HIDDEN = "…"
PATH = re.compile(r"(?<![\w.…])(?:~|/|[A-Z]:\\)[\w.+@-]+[/\\][^\s\"']*")

T = TypeVar("T", bound=msgspec.Struct)


def personal_words(model: str | None) -> list[str]:
    """List what must not be sent: the owner's and the machine's name, and where things lie."""
    folders = [str(Path.home()), str(ROOT), tempfile.gettempdir(), *([model] if model and Path(model).exists() else [])]
    names = [socket.gethostname(), socket.gethostname().partition(".")[0], _user()]
    return sorted({word for word in (*folders, *names) if len(word) > 1}, key=len, reverse=True)


def hide_personal(report: Report, words: Sequence[str]) -> Report:
    """Put an ellipsis for each of the words, and for whatever looks like a path, in all that was not written by this package."""
    found = re.compile("|".join([PATH.pattern, *(rf"(?<!\w){re.escape(word)}(?!\w)" for word in words)]))
    return msgspec.structs.replace(
        report,
        machine=_hide_in(report.machine, found),
        backend=_hide_in(report.backend, found),
        model=_hide_in(report.model, found),
    )


def _hide_in(part: T, found: re.Pattern[str]) -> T:
    return msgspec.convert(_hide(msgspec.to_builtins(part), found), type(part))


def _hide(value: Any, found: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return found.sub(HIDDEN, value)
    if isinstance(value, list):
        return [_hide(one, found) for one in value]
    if isinstance(value, dict):
        return {key: _hide(one, found) for key, one in value.items()}
    return value


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in containers
        return ""
