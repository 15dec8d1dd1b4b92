"""Answers from files and standard input."""

import io
import os
from pathlib import Path

import msgspec
import pytest

from scoring.answers import Answer, Unread, read_answers
from scoring.options import Form


def read(data: bytes, *, form: Form | None = None) -> list[Answer | Unread]:
    return list(read_answers(["-"], form=form, standard_input=io.BytesIO(data)))


def texts(data: bytes, *, form: Form | None = None) -> list[str]:
    return [answer.text for answer in read(data, form=form) if isinstance(answer, Answer)]


def why(data: bytes, *, form: Form) -> str:
    (unread,) = read(data, form=form)
    assert isinstance(unread, Unread)
    return unread.why


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"e\n", "e"),
        (b"e\r\n", "e"),
        (b"\n a\nb \n\n", "\n a\nb \n"),  # only the very last line end is the file's
        (b"\xef\xbb\xbf\xc3\xa9\x00", "é\0"),
        (b'{"answer": 42}\n', '{"answer": 42}'),  # a reply in JSON, but no line of JSONL
        (b'{"text": "a"', '{"text": "a"'),
        (b"[" * 100_000, "[" * 100_000),
        (b'"text"', '"text"'),
    ],
)
def test_a_text_is_one_answer_to_the_letter(data: bytes, text: str) -> None:
    assert read(data) == [Answer(id="standard input", text=text)]


def test_lines_of_json_are_known_by_the_first_and_come_with_what_they_tell() -> None:
    first = {"id": "a", "prompt": "Why?", "response": "So.", "finish_reason": "length", "max_tokens": 9, "completion_tokens": 8, "seed": 1}
    lines = [first, {"text": "Or so.\u2028"}, {"id": 7, "response": "", "text": None}]
    data = b"\r\n\n".join(map(msgspec.json.encode, lines))
    assert read(b"\xef\xbb\xbf" + data) == [
        Answer(id="a", text="So.", prompt="Why?", finish_reason="length", max_tokens=9, num_tokens=8),
        Answer(id="standard input:3", text="Or so.\u2028"),
        Answer(id=7, text=""),
    ]


def test_the_form_may_be_told() -> None:
    line = b'{"text": "a"}\n'
    assert texts(line, form="text") == ['{"text": "a"}']
    assert texts(b"\n" + line, form="jsonl") == ["a"]
    assert read(b"", form="jsonl") == []


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.jsonl", "a"), ("a.NDJSON", "a"), ("a", "a"), ("a.json", "a"), ("a.txt", '{"text":"a"}'), ("a.md", '{"text":"a"}')],
)
def test_the_suffix_tells_the_form_and_else_the_first_line(name: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(b'{"text":"a"}')
    (answer,) = read_answers([str(file)], form=None, standard_input=io.BytesIO())
    assert isinstance(answer, Answer)
    assert answer.text == text
    assert answer.id == (f"{file}:1" if text == "a" else str(file))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b'{"text": "a"', "Input data was truncated"),
        (b"plain", "JSON is malformed: invalid character (byte 0)"),
        (b"[]", "Expected `object`, got `array`"),
        (b'{"text": 3}', "Expected `str | null`, got `int` - at `$.text`"),
        (b'{"id": 1.5, "text": "a"}', "Expected `int | str | null`, got `float` - at `$.id`"),
        (b'{"id": 1}', "expected the answer as `response` or as `text`, got neither"),
        (b'{"response": null, "error": "HTTP 500"}', "expected the answer as `response` or as `text`, got neither"),
        (b'{"response": "a", "text": "a"}', "expected the answer as `response` or as `text`, got both"),
        (b'{"text": "\xff"}', "expected UTF-8, got byte 0xff at offset"),
        (b'{"more": ' + b"[" * 100_000, "JSON is nested too deeply"),
    ],
)
def test_a_bad_line_is_told_and_the_others_are_read(line: bytes, expected: str) -> None:
    good = b'{"text": "good"}'
    before, unread, after = read(b"\n".join([good, line, good]), form="jsonl")
    assert isinstance(unread, Unread)
    assert unread.where == "standard input:2"
    assert expected in unread.why
    assert isinstance(before, Answer) and isinstance(after, Answer)
    assert before.text == after.text == "good"


def test_a_text_that_is_no_utf8_is_told_with_the_byte() -> None:
    assert why(b"ab\xff", form="text") == "expected UTF-8, got byte 0xff at offset 2"


def test_a_file_that_cannot_be_read_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"odd\xff.txt")
    odd.write_bytes(b"odd")
    files = [str(tmp_path / "none.txt"), str(tmp_path), "-", str(odd)]
    assert list(read_answers(files, form=None, standard_input=io.BytesIO(b"piped"))) == [
        Unread(where=str(tmp_path / "none.txt"), why="No such file or directory"),
        Unread(where=str(tmp_path), why="Is a directory"),
        Answer(id="standard input", text="piped"),
        Answer(id=f"{tmp_path}/odd\ufffd.txt", text="odd"),
    ]


def test_lines_are_read_one_by_one_as_they_come() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as file, os.fdopen(writing, "wb", buffering=0) as pipe:
        answers = read_answers(["-"], form=None, standard_input=file)
        for text in ("one", "two"):
            pipe.write(msgspec.json.encode({"text": text}) + b"\n")
            answer = next(answers)
            assert isinstance(answer, Answer)
            assert answer.text == text
