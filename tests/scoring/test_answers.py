"""Answers from files and standard input."""

import io
import os
from pathlib import Path
from typing import Any

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
    assert why(b"ab\xff", form="text") == "expected UTF-8, got byte 0xff at offset 2: save it as UTF-8"


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


def encode(*values: Any) -> bytes:
    return b"\n".join(map(msgspec.json.encode, values))


def turn(role: str, content: Any) -> dict[str, Any]:
    return {"role": role, "content": content}


@pytest.mark.parametrize(
    "messages",
    [
        [turn("user", "Why?"), turn("assistant", "So.")],
        [turn("system", "Be brief."), turn("user", "Hi."), turn("assistant", "Hi."), turn("user", "Why?"), turn("assistant", "So.")],
        [turn("user", "Why?"), turn("model", "So."), turn("user", "And now?")],
        [turn("user", [{"type": "text", "text": "W"}, {"type": "text", "text": "hy?"}]), turn("assistant", None), turn("assistant", "So.")],
    ],
)
def test_of_a_conversation_the_last_turn_of_the_assistant_is_the_answer(messages: Any) -> None:
    line = encode({"messages": messages, "_topic": "x"})
    assert read(line) == [Answer(id="standard input:1", text="So.", prompt="Why?")]


def test_response_beside_messages_is_the_answer_to_them() -> None:
    messages = [turn("user", "Hi."), turn("assistant", "Hi."), turn("user", "Why?")]
    assert read(encode({"id": "a", "messages": messages, "response": "So."})) == [Answer(id="a", text="So.", prompt="Why?")]


def test_each_condition_is_an_answer_and_the_line_that_sums_up_is_none() -> None:
    conditions = {"baseline": {"response": "So.", "lek_score": 8.0}, "json": {"response": "Or so.", "finish_reason": "length"}}
    probe = {"type": "probe", "id": "P01", "category": "x", "prompt": "Why?", "conditions": conditions, "ts": "then"}
    summary = {"type": "summary", "model": "m", "conditions": [{"name": "baseline", "avg_lek": 8.2}], "max_tokens": 1024}
    assert read(encode(probe, summary)) == [
        Answer(id="P01:baseline", text="So.", prompt="Why?"),
        Answer(id="P01:json", text="Or so.", prompt="Why?", finish_reason="length"),
    ]
    assert [answer.id for answer in read(encode(probe | {"id": None})) if isinstance(answer, Answer)] == [
        "standard input:1:baseline",
        "standard input:1:json",
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({"messages": [turn("user", "Why?")]}, "messages: none is the assistant's, so there is no answer"),
        ({"messages": [turn("assistant", None)]}, "messages: the assistant's last turn holds no text"),
        ({"messages": [turn("assistant", 3)]}, "messages: expected text as the content of number 1, got a number"),
        ({"messages": ["Why?"]}, "messages: expected {role, content} as number 1, got text"),
        ({"messages": {}}, "messages: expected an array, got an object"),
        ({"conditions": {}}, "conditions: expected an object of {NAME: {response}}, got an empty one"),
        ({"conditions": {"a": "So."}}, "conditions: expected an object with a response under 'a', got text"),
        ({"conditions": {"a": {"prompt": "Why?"}}}, "expected the answer as `response` or as `text`, got neither"),
    ],
)
def test_what_is_wrong_with_a_shape_is_told_and_the_others_are_read(line: Any, expected: str) -> None:
    unread, after = read(encode(line, {"text": "good"}), form="jsonl")
    assert isinstance(unread, Unread) and isinstance(after, Answer)
    assert unread.where.startswith("standard input:1")
    assert unread.why == expected


def test_one_bad_condition_does_not_hide_the_others() -> None:
    good, bad = read(encode({"id": "a", "conditions": {"x": {"response": "So."}, "y": {"response": None}}}))
    assert isinstance(good, Answer) and isinstance(bad, Unread)
    assert (good.id, bad.where) == ("a:x", "standard input:1:y")


@pytest.mark.parametrize("indent", [0, 2])
def test_array_of_answers_and_one_laid_out_over_lines_are_read(indent: int) -> None:
    array = msgspec.json.format(encode([{"text": "one"}, {"messages": [turn("assistant", "two")]}]), indent=indent)
    assert texts(array) == ["one", "two"]
    assert texts(msgspec.json.format(encode({"text": "one", "id": 1}), indent=indent)) == ["one"]
    assert texts(array, form="text") == [array.decode()]


@pytest.mark.parametrize("indent", [0, 2])
def test_report_is_no_answer(indent: int) -> None:
    report = msgspec.json.format(encode({"provenance": {}, "results": []}), indent=indent)
    (unread,) = read(report)
    assert isinstance(unread, Unread)
    assert unread.why == "is a report: clients.rescore scores the replies in it"


@pytest.mark.parametrize("answer", ['{"conditions": ["sunny"]}', '{"messages": 3}', '[{"text": "a"}, 3]', "[1, 2]", "[]"])
def test_answer_in_json_of_its_own_stays_a_text(answer: str) -> None:
    assert texts(answer.encode()) == [answer]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-16-be"])
@pytest.mark.parametrize("form", ["text", "jsonl"])
def test_other_encodings_are_told_once(encoding: str, form: Form) -> None:
    data = ("\ufeff" * (encoding == "utf-16-be") + '{"text": "a"}\n' * 3).encode(encoding)
    assert why(data, form=form) == "expected UTF-8, got UTF-16 or UTF-32: save it as UTF-8"


def test_condition_that_a_line_tells_of_itself_is_of_any_kind() -> None:
    assert [answer.id for answer in read(encode({"id": 1, "text": "a", "condition": {"x": 1}})) if isinstance(answer, Answer)] == [1]
