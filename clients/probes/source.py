"""The text of a probe file, taken apart: a JSON array, JSON Lines, or a pack as they lie in `packs/`."""

import codecs
import json
from collections.abc import Iterator
from typing import Any

import msgspec

OTHER_ENCODINGS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What stands for one probe, or why it cannot be read."""

    where: str
    value: Any = None
    fault: str | None = None


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A probe file's entries, and what a pack says of itself."""

    name: str | None = None
    title: str = ""
    entries: tuple[Entry, ...]


def parse_source(content: bytes) -> Source:
    """Take the file's bytes apart; raises ValueError where not even the entries can be told."""
    text = _decode(content)
    if text.lstrip().startswith("["):
        return Source(entries=_numbered(_parse_json(text)))
    try:
        whole = _parse_json(text)
    except ValueError:
        return Source(entries=tuple(_lines(text)))
    if isinstance(whole, dict) and isinstance(whole.get("probes"), list):
        return Source(name=_text(whole, "name"), title=_text(whole, "title") or "", entries=_numbered(whole["probes"]))
    return Source(entries=_numbered([whole]))


def _decode(content: bytes) -> str:
    """Decode UTF-8, with or without its mark."""
    other = next((name for mark, name in OTHER_ENCODINGS.items() if content.startswith(mark)), None)
    if other is not None:
        raise ValueError(f"expected UTF-8, got {other}: save it as UTF-8")
    try:
        return content.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as exc:
        line = content.count(b"\n", 0, exc.start) + 1
        raise ValueError(f"line {line}: expected UTF-8, got the byte 0x{content[exc.start]:02x}: save it as UTF-8") from exc


def _numbered(values: list[Any]) -> tuple[Entry, ...]:
    return tuple(Entry(where=f"probe {number}", value=value) for number, value in enumerate(values, start=1))


def _lines(text: str) -> Iterator[Entry]:
    # Not splitlines(): JSON strings may hold the other line separators that it knows.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield Entry(where=f"line {number}", value=_parse_json(line))
            except ValueError as exc:
                yield Entry(where=f"line {number}", fault=str(exc))


def _parse_json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as exc:
        place = f"column {exc.colno}" if "\n" not in text.strip() else f"line {exc.lineno}, column {exc.colno}"
        raise ValueError(f"is not JSON: {exc.msg} at {place}") from exc
    except ValueError as exc:
        raise ValueError("holds a number of thousands of digits") from exc
    except RecursionError as exc:
        raise ValueError("is nested too deeply") from exc


def _text(whole: dict[str, Any], key: str) -> str | None:
    value = whole.get(key)
    return value if isinstance(value, str) else None
