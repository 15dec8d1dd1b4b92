"""Answers to score: read from files and from standard input, as whole texts or as lines of JSON."""

import codecs
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from scoring.options import Form
from scoring.saved_shapes import flatten_saved, is_answer, is_report

OTHER_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)  # UTF-32's other one begins as UTF-16's does
FORMS_BY_SUFFIX: dict[str, Form] = {".jsonl": "jsonl", ".ndjson": "jsonl", ".txt": "text", ".md": "text"}


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A text to score, with what is known of how it came about."""

    id: str | int
    text: str
    prompt: str | None = None
    finish_reason: str | None = None
    max_tokens: int | None = None
    num_tokens: int | None = None


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """Something that should have been an answer and could not be read."""

    where: str
    why: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line of JSONL, under the names that the battery gives its replies."""

    id: str | int | None = None
    condition: Any = None  # its name, where the line was one of several conditions
    response: str | None = None
    text: str | None = None
    prompt: str | None = None
    finish_reason: str | None = None
    max_tokens: int | None = None
    completion_tokens: int | None = None


def read_answers(files: Iterable[str], *, form: Form | None, standard_input: BinaryIO) -> Iterator[Answer | Unread]:
    """Read every file, line by line where it is JSONL; what cannot be read is told in its place."""
    for path in files:
        name = "standard input" if path == "-" else path.encode(errors="surrogateescape").decode(errors="replace")
        try:
            if path == "-":
                yield from _read(standard_input, name, form)
            else:
                with Path(path).open("rb") as file:
                    yield from _read(file, name, form)
        except OSError as exc:
            yield Unread(where=name, why=exc.strerror or str(exc))


def _read(file: BinaryIO, name: str, form: Form | None) -> Iterator[Answer | Unread]:
    first = file.readline().removeprefix(codecs.BOM_UTF8)
    if first.startswith(OTHER_MARKS):
        yield Unread(where=name, why="expected UTF-8, got UTF-16 or UTF-32: save it as UTF-8")
        return
    lines = chain([first], file)
    known = form or FORMS_BY_SUFFIX.get(Path(name).suffix.lower())
    if (known or _guess_form(first)) == "jsonl":
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield from _read_line(line, f"{name}:{number}")
        return
    data = b"".join(lines)
    entries = None if known else _find_entries(data)
    if entries is None:
        yield _read_text(data, name)
    else:
        yield from chain.from_iterable(_read_entry(value, f"{name}:{number}") for number, value in enumerate(entries, start=1))


def _guess_form(first: bytes) -> Form:
    """Take for JSONL what opens with a line that would be one."""
    return "jsonl" if is_answer(_decode(first)) else "text"


def _find_entries(data: bytes) -> list[Any] | None:
    """Find the answers in what is one JSON document and not a text: an array of them, one alone laid out over lines, or a report."""
    value = _decode(data) if data.lstrip()[:1] in (b"{", b"[") else None
    if isinstance(value, list):
        return value if value and all(map(is_answer, value)) else None
    return [value] if is_answer(value) or is_report(value) else None


def _decode(data: bytes) -> Any:
    """Decode JSON; what is none is None."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _read_text(data: bytes, name: str) -> Answer | Unread:
    try:
        text = data.decode()
    except UnicodeDecodeError as exc:
        return Unread(where=name, why=_name_byte(exc))
    return Answer(id=name, text=text.removesuffix("\n").removesuffix("\r"))


def _read_line(data: bytes, where: str) -> Iterator[Answer | Unread]:
    try:
        value = msgspec.json.decode(data)
    except UnicodeDecodeError as exc:
        yield Unread(where=where, why=_name_byte(exc))
    except RecursionError:
        yield Unread(where=where, why="JSON is nested too deeply")
    except msgspec.DecodeError as exc:
        yield Unread(where=where, why=str(exc))
    else:
        yield from _read_entry(value, where)


def _read_entry(value: Any, where: str) -> Iterator[Answer | Unread]:
    """Read an object of any of the shapes in which answers are saved."""
    if is_report(value):
        yield Unread(where=where, why="is a report: clients.rescore scores the replies in it")
        return
    try:
        for flat in flatten_saved(value) if isinstance(value, dict) else (value,):
            yield _make_answer(msgspec.convert(flat, Line), where)
    except ValueError as exc:  # msgspec's are, too
        yield Unread(where=where, why=str(exc))


def _make_answer(line: Line, where: str) -> Answer | Unread:
    under = f":{line.condition}" if isinstance(line.condition, str) else ""
    texts = [text for text in (line.response, line.text) if text is not None]
    if len(texts) != 1:
        why = f"expected the answer as `response` or as `text`, got {'both' if texts else 'neither'}"
        return Unread(where=f"{where}{under}", why=why)
    return Answer(
        id=f"{where if line.id is None else line.id}{under}" if line.id is None or under else line.id,
        text=texts[0],
        prompt=line.prompt,
        finish_reason=line.finish_reason,
        max_tokens=line.max_tokens,
        num_tokens=line.completion_tokens,
    )


def _name_byte(exc: UnicodeDecodeError) -> str:
    return f"expected UTF-8, got byte {exc.object[exc.start]:#04x} at offset {exc.start}: save it as UTF-8"
