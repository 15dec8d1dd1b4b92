"""The flags whose value has parts."""

from pathlib import Path

import pytest

from clients.asking.subject import Subject
from clients.asking.subject_flags import read_condition, read_endpoint_key, read_subject

ENDPOINT = "http://127.0.0.1:8000/v1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=m", Subject(name="a", endpoint=ENDPOINT, model="m")),
        ("a=org/m:8b", Subject(name="a", endpoint=ENDPOINT, model="org/m:8b")),
        ("a=m@main", Subject(name="a", endpoint=ENDPOINT, model="m@main")),
        ("a=m@http://h:9", Subject(name="a", endpoint="http://h:9/v1", model="m")),
        ("a=m@main@https://h/v1/", Subject(name="a", endpoint="https://h/v1", model="m@main")),
        ("a=m,scale=0", Subject(name="a", endpoint=ENDPOINT, model="m", scale=0.0)),
        ("a=m@http://h:9,scale=1.5", Subject(name="a", endpoint="http://h:9/v1", model="m", scale=1.5)),
    ],
)
def test_subject_is_read(text: str, expected: Subject) -> None:
    assert read_subject(text, ENDPOINT) == expected


def test_system_prompt_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "kernel.txt").write_text("\nBe kind.\n\nAlways.\n", encoding="utf-8")
    assert read_subject(f"a=m,system={tmp_path / 'kernel.txt'},scale=2", ENDPOINT).system == "Be kind.\n\nAlways."
    assert read_condition(f"kernel={tmp_path / 'kernel.txt'}").system == "Be kind.\n\nAlways."


@pytest.mark.parametrize(
    "text", ["a", "=m", "a=", "a=@http://h", "a=m,", "a=m,scale", "a=m,scale=", "a=m,size=3", "a=m,scale=x", "a=m,scale=1,scale=2"]
)
def test_wrong_subject_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        read_subject(text, ENDPOINT)


def test_subject_without_an_endpoint_is_refused() -> None:
    with pytest.raises(ValueError, match="add @url to the model, or give --url"):
        read_subject("a=m", None)


@pytest.mark.parametrize(("content", "expected"), [(b" \n", "is empty"), (b"\xff", "is not UTF-8"), (None, "No such file")])
def test_unreadable_system_prompt_is_refused(content: bytes | None, expected: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "kernel.txt").write_bytes(content)
    with pytest.raises(ValueError, match=expected):
        read_condition(f"kernel={tmp_path / 'kernel.txt'}")


@pytest.mark.parametrize("text", ["kernel", "=file", "kernel="])
def test_wrong_condition_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected NAME=FILE"):
        read_condition(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("k=e=y", (None, "k=e=y")), ("http://h:9=k=ey", ("http://h:9/v1", "k=ey")), ("https://h/v1=k", ("https://h/v1", "k"))],
)
def test_key_may_name_its_endpoint(text: str, expected: tuple[str | None, str]) -> None:
    assert read_endpoint_key(text) == expected


def test_endpoint_without_its_key_is_refused() -> None:
    with pytest.raises(ValueError, match="expected KEY or URL=KEY"):
        read_endpoint_key("http://h:9")
