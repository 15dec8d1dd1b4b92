"""Answers to score: read from files and from standard input, as whole texts or as lines of JSON."""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import msgspec

from scoring.options import Form

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
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
    first = file.readline().removeprefix(BYTE_ORDER_MARK)
    lines = chain([first], file)
    if (form or FORMS_BY_SUFFIX.get(Path(name).suffix.lower()) or _guess_form(first)) == "jsonl":
        yield from (_read_line(line, f"{name}:{number}") for number, line in enumerate(lines, start=1) if line.strip())
    else:
        yield _read_text(b"".join(lines), name)


def _guess_form(first: bytes) -> Form:
    """Take for JSONL what opens with a line that would be one."""
    try:
        decoded = msgspec.json.decode(first)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "text"
    return "jsonl" if isinstance(decoded, dict) and not decoded.keys().isdisjoint(("response", "text")) else "text"


def _read_text(data: bytes, name: str) -> Answer | Unread:
    try:
        text = data.decode()
    except UnicodeDecodeError as exc:
        return Unread(where=name, why=_name_byte(exc))
    return Answer(id=name, text=text.removesuffix("\n").removesuffix("\r"))


def _read_line(data: bytes, where: str) -> Answer | Unread:
    try:
        line = msgspec.json.decode(data, type=Line)
    except UnicodeDecodeError as exc:
        return Unread(where=where, why=_name_byte(exc))
    except RecursionError:
        return Unread(where=where, why="JSON is nested too deeply")
    except msgspec.DecodeError as exc:
        return Unread(where=where, why=str(exc))
    texts = [text for text in (line.response, line.text) if text is not None]
    if len(texts) != 1:
        return Unread(where=where, why=f"expected the answer as `response` or as `text`, got {'both' if texts else 'neither'}")
    return Answer(
        id=where if line.id is None else line.id,
        text=texts[0],
        prompt=line.prompt,
        finish_reason=line.finish_reason,
        max_tokens=line.max_tokens,
        num_tokens=line.completion_tokens,
    )


def _name_byte(exc: UnicodeDecodeError) -> str:
    return f"expected UTF-8, got byte {exc.object[exc.start]:#04x} at offset {exc.start}"
