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
    number: int  # of the line, or among the entries
    value: Any = None
    fault: str | None = None


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A probe file's entries, and what a pack says of itself."""

    name: str | None = None
    title: str = ""
    entries: tuple[Entry, ...]

    @property
    def other_kind(self) -> str | None:
        """Say what the file is that is certainly none of probes: a report, or a battery's replies."""
        values = [entry.value for entry in self.entries if isinstance(entry.value, dict)]
        if len(values) == 1 and {"provenance", "results"} <= values[0].keys():
            return "it is a report: clients.rescore and clients.compare read it, and --baseline compares with it"
        if values and all({"subject", "sample", "scorer_version"} <= value.keys() for value in values):
            return "it holds a battery's replies: clients.rescore reads them"
        return None


def parse_source(content: bytes) -> Source:
    """Take the file's bytes apart; raises ValueError where not even the entries can be told."""
    text = _decode(content)
    if text.lstrip().startswith("["):
        return Source(entries=_numbered(_parse_json(text)))
    try:
        whole = _parse_json(text)
    except ValueError:
        return Source(entries=tuple(_lines(text) if _is_lines(text) else _one_after_the_other(text)))
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
    return tuple(Entry(where=f"probe {number}", number=number, value=value) for number, value in enumerate(values, start=1))


def _lines(text: str) -> Iterator[Entry]:
    # Not splitlines(): JSON strings may hold the other line separators that it knows.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield Entry(where=f"line {number}", number=number, value=_parse_json(line))
            except ValueError as exc:
                yield Entry(where=f"line {number}", number=number, fault=str(exc))


def _is_lines(text: str) -> bool:
    """Take for JSON Lines what has a first line that is whole."""
    try:
        _parse_json(text.lstrip().partition("\n")[0])
    except ValueError:
        return False
    return True


def _one_after_the_other(text: str) -> Iterator[Entry]:
    """Read objects that are laid out over several lines, one after the other; behind a broken one the next begins at a line's start."""
    place, counted, number = _skip_blanks(text, 0), 0, 1
    while place < len(text):
        number += text.count("\n", counted, place)
        counted = place
        where = f"line {number}"
        try:
            value, end = json.JSONDecoder().raw_decode(text, place)
            yield Entry(where=where, number=number, value=value)
        except (ValueError, RecursionError) as exc:
            yield Entry(where=where, number=number, fault=_explain(exc, text))
            following = text.find("\n{", place)
            end = following if following >= 0 else len(text)
        place = _skip_blanks(text, end)


def _skip_blanks(text: str, place: int) -> int:
    while place < len(text) and text[place] in " \t\r\n":
        place += 1
    return place


def _parse_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise ValueError(_explain(exc, text)) from exc


def _explain(exc: Exception, text: str) -> str:
    """Say why a text is no JSON that can be read."""
    match exc:
        case json.JSONDecodeError():
            place = f"column {exc.colno}" if "\n" not in text.strip() else f"line {exc.lineno}, column {exc.colno}"
            return f"is not JSON: {exc.msg.removesuffix(' at')} at {place}"
        case RecursionError():
            return "is nested too deeply"
        case _:
            return "holds a number of thousands of digits"


def _text(whole: dict[str, Any], key: str) -> str | None:
    value = whole.get(key)
    return value if isinstance(value, str) else None
