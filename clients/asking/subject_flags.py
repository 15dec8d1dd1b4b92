"""`--url`, `--subject`, `--system` and `--api-key`: the flags that say whom to ask.

Everything wrong with the parts of a value is a ValueError; `--url` has none, and argparse reads it.
"""

import argparse
import math
import re
from collections.abc import Collection
from pathlib import Path

from clients.asking.endpoint import read_api_root
from clients.asking.subject import Condition, Subject
from clients.finite_number import read_number

SUBJECT_FORM = "NAME=model[@url][,system=FILE][,scale=S]"


def read_url(text: str) -> str:
    """Read the value of `--url`, the address of an endpoint."""
    try:
        return read_api_root(text)
    except ValueError as exc:
        raise argparse.ArgumentTypeError(str(exc)) from exc


def read_subject(text: str, default_endpoint: str | None) -> Subject:
    """Read a subject; without a URL of its own it is asked at the default endpoint."""
    name, equals, rest = text.partition("=")
    place, *settings = rest.split(",")
    model, endpoint = _split_place(place)
    if not (equals and name.strip() and model.strip()):
        raise ValueError(f"expected {SUBJECT_FORM}, got {text!r}")
    if endpoint is None and default_endpoint is None:
        raise ValueError(f"{text!r} names no endpoint: add @url to the model, or give --url")
    values = _read_settings(text, settings)
    return Subject(
        name=name.strip(),
        endpoint=endpoint or default_endpoint or "",
        model=model.strip(),
        system=read_system(values["system"]) if "system" in values else None,
        scale=_read_scale(values["scale"]) if "scale" in values else None,
    )


def read_condition(text: str) -> Condition:
    """Read `NAME=FILE`."""
    name, equals, path = text.partition("=")
    if not (equals and name.strip() and path):
        raise ValueError(f"expected NAME=FILE, got {text!r}")
    return Condition(name=name.strip(), system=read_system(path))


def read_system(path: str) -> str:
    """Read a system prompt, freed of the white space around it."""
    try:
        system = Path(path).read_text(encoding="utf-8").strip()
    except OSError as exc:
        raise ValueError(f"cannot read the system prompt {path}: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise ValueError(f"the system prompt {path} is not UTF-8 text: {exc.reason} at byte {exc.start}") from exc
    if not system:
        raise ValueError(f"the system prompt {path} is empty")
    return system


def is_report_file(baseline: str) -> bool:
    """Tell `FILE.json` and `FILE.json#NAME` from a model's name."""
    return baseline.partition("#")[0].endswith(".json")


def read_endpoint_key(text: str, endpoints: Collection[str] = ()) -> tuple[str | None, str]:
    """Read `KEY`, or `URL=KEY` for the key of another endpoint; a URL that has an = in it is known by being one of `endpoints`."""
    if not text.startswith(("http://", "https://")):
        return None, text
    for match in re.finditer("=", text):
        before, after = text[: match.start()], text[match.end() :]
        if after and _is_among(before, endpoints):
            return read_api_root(before), after
    url, equals, key = text.partition("=")
    if not (equals and key):
        raise ValueError(f"expected KEY or URL=KEY, got {url!r}")
    return read_api_root(url), key


def _split_place(place: str) -> tuple[str, str | None]:
    """Split `model@url`; an @ that no URL follows belongs to the model's name."""
    model, at, url = place.rpartition("@")
    if at and url.startswith(("http://", "https://")):
        return model, read_api_root(url)
    return place, None


def _read_settings(text: str, settings: list[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if key not in ("system", "scale") or not (equals and value) or key in values:
            raise ValueError(f"expected {SUBJECT_FORM}, got {setting!r} in {text!r}")
        values[key] = value
    return values


def _read_scale(text: str) -> float:
    scale = read_number(text)
    if math.isnan(scale):
        raise ValueError(f"expected a number as the adapter's scale, got {text!r}")
    return scale


def _is_among(url: str, endpoints: Collection[str]) -> bool:
    try:
        return read_api_root(url) in endpoints
    except ValueError:
        return False
