"""What the text of a setting stands for where its type alone does not say: a folder, a file, a key, an origin, a size and so on.

Each raises a ValueError that says what was expected; its origin is for the caller to name.
"""

import re
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import msgspec

from scoring.scorers import scorer_names
from server.adapter_loading.names import RESERVED_NAMES, find_name_fault

DegenerationAction = Literal["observe", "stop"]

_SIZE = re.compile(r"(?P<bytes>[0-9]+)|(?P<number>[0-9]+(\.[0-9]+)?) ?(?P<unit>[KMGT])(iB)?", re.IGNORECASE)
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]+)?")
_DEFAULT_PORT = re.compile(r"http://.*:80|https://.*:443")
_UNITS = "KMGT"  # each 1024 times the one before


class AdapterSource(msgspec.Struct, frozen=True, kw_only=True):
    """An adapter to load at start: the name that requests use, and its folder."""

    name: str
    path: str


class Secret(msgspec.Struct, frozen=True):
    """A value that shows in no repr, no formatted text and so in no log line."""

    value: str

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __rich_repr__(self) -> list[tuple[str, Any]]:  # msgspec's own would show the value to rich
        return [("value", "…")]


def parse_adapters(texts: Sequence[str]) -> tuple[AdapterSource, ...]:
    """Read `NAME=PATH`, each name once."""
    adapters: list[AdapterSource] = []
    for text in texts:
        name, equals, path = (part.strip() for part in text.partition("="))
        if not (name and equals and path):
            raise ValueError(f"expected NAME=PATH, got {text!r}")
        if fault := find_name_fault(name):
            raise ValueError(fault)
        if any(adapter.name == name for adapter in adapters):
            raise ValueError(f"the name {name!r} is given twice")
        adapters.append(AdapterSource(name=name, path=str(_expand_home(path))))
    return tuple(adapters)


def parse_folders(texts: Sequence[str]) -> tuple[str, ...]:
    """Read folders that are there."""
    folders = [_expand_home(text).absolute() for text in texts]
    # A folder that is not there would otherwise show only when somebody needs an adapter.
    if strangers := [str(folder) for folder in folders if not folder.is_dir()]:
        raise ValueError(f"expected a folder, there is none at {', '.join(strangers)}")
    return tuple(map(str, folders))


def parse_file(value: object) -> str:
    """Read the name of a file that is there."""
    file = _expand_home(msgspec.convert(value, str)).absolute()
    if not file.is_file():
        raise ValueError(f"expected a file, there is none at {file}")
    return str(file)


def parse_keys(texts: Sequence[str]) -> tuple[Secret, ...]:
    """Read keys."""
    # The faulty key itself is not shown: it may be a good one with a slip in it.
    if any(not text or not text.isascii() or not text.isprintable() or " " in text for text in texts):
        raise ValueError("a key must be printable ASCII, not empty and without spaces")
    return tuple(Secret(text) for text in texts)


def parse_key(value: object) -> Secret:
    """Read one key."""
    return parse_keys((msgspec.convert(value, str),))[0]


def parse_origins(texts: Sequence[str]) -> tuple[str, ...]:
    """Read origins as browsers send them, or `*`: what is spelt otherwise would never match, and nobody would see why."""
    for text in texts:
        if text != "*" and (not _ORIGIN.fullmatch(text) or _DEFAULT_PORT.fullmatch(text)):
            expected = "expected * or an origin as browsers send it, such as http://localhost:3000"
            raise ValueError(f"{expected} (lower case, no path, no port where it is the scheme's own), got {text!r}")
    return tuple(texts)


def parse_scorer(value: object) -> str:
    """Read the name of a scorer that there is."""
    name = msgspec.convert(value, str)
    if name not in scorer_names():
        raise ValueError(f"there is no scorer {name!r}; expected one of {', '.join(scorer_names())}")
    return name


def parse_model_name(value: object) -> object:
    """Refuse a name that stands for something else in metrics and metadata."""
    if value in RESERVED_NAMES:
        raise ValueError(f"the name {value!r} is reserved: choose another")
    return value


def parse_size(value: object) -> object:
    """Read a number of bytes, or one with a unit: `512M`, `8G`, `1.5GiB`. Units are binary: 1K is 1024 bytes."""
    if not isinstance(value, str):
        return value
    match = _SIZE.fullmatch(value.strip())
    if match is None:
        raise ValueError(f"expected a number of bytes, such as 1073741824, 512M, 8G or 1.5GiB, got {value!r}")
    if match["bytes"]:
        return int(match["bytes"])
    return int(Fraction(match["number"]) * 1024 ** (1 + _UNITS.index(match["unit"].upper())))


def _expand_home(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise ValueError(f"{text!r} names a home folder that is not there") from error
