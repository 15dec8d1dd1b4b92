"""JSON of others' files is read as msgspec reads it, unless a key stands twice."""

import msgspec
import pytest

from adapters.base.json_file import decode_json


class Size(msgspec.Struct, frozen=True):
    rows: int


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
