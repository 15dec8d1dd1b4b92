"""JSON of others' files is read as msgspec reads it, unless a key stands twice."""

import msgspec
import pytest

from adapters.base.json_file import decode_json, decode_python_json


class Size(msgspec.Struct, frozen=True):
    rows: int


class Rates(msgspec.Struct, frozen=True):
    rates: list[float | None]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"rows": 1, "rows": 1}', "the key 'rows' stands twice in one object"),
        (b'{"rows": 1, "deep": [{"a": {}, "b": 1, "a": {}, "a": 2}]}', "the key 'a' stands 3 times in one object"),
        (b'{"rows": 1, "\\u0072ows": 1}', "the key 'rows' stands twice"),
        (b'{"rows": "1"}', r"Expected `int`, got `str` - at `\$.rows`"),
        (b'{"rows": 1} {}', "trailing characters"),
        (b"\xff\xfe{\0}\0", "malformed"),
        (b'{"rows": 1, "\xff": 1}', "'utf-8' codec can't decode"),
        (b'{"rows": 1, "deep": ' + b"[" * 100_000, "recursion"),
        (b'{"rows": 1, "many": ' + b"9" * 5000 + b"}", "4300 digits"),
    ],
)
def test_what_has_no_one_reading_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        decode_json(content, Size)


def test_the_same_key_in_two_objects_is_no_matter() -> None:
    assert decode_json(b'{"rows": 1, "one": {"rows": 2}, "two": [{"rows": 3}, {"rows": 4}]}', Size) == Size(1)


def test_what_python_writes_for_no_number_is_none() -> None:
    assert decode_python_json(b'{"rates": [1.5, NaN, 2, Infinity, -Infinity, null, 1e999]}', Rates) == Rates([1.5, None, 2, *[None] * 4])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"rates": [], "rates": []}', "the key 'rates' stands twice"),
        (b'{"rates": [nan]}', "Expecting value"),
        (b'{"rates": ["NaN"]}', r"got `str` - at `\$.rates\[0\]`"),
        (b'{"rates": ' + b"[" * 100_000, "recursion"),
        (b"\xff", "'utf-8' codec can't decode"),
    ],
)
def test_what_python_does_not_write_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        decode_python_json(content, Rates)
