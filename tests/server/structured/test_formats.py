"""Formats of no draft, and encodings."""

import base64
from typing import Any
from uuid import uuid4

import pytest

from server.structured.fault import SchemaRefused
from tests.server.structured.admitting import Admitting, prepare


@pytest.mark.parametrize("name", ["starts_with", "jwt", "cuid", "emoji", "password", "binary", "path", "int32", "color"])
def test_a_format_of_no_draft_describes_only(name: str) -> None:
    assert prepare({"type": "string", "format": name, "pattern": "^a"}) == {"type": "string", "pattern": "^a"}


@pytest.mark.parametrize("name", ["idn-email", "iri", "regex", "json-pointer", "uri-template", "uri-reference"])
def test_a_format_of_a_draft_that_cannot_be_held_is_refused(name: str) -> None:
    with pytest.raises(SchemaRefused, match=f"format '{name}' cannot be guaranteed"):
        prepare({"type": "string", "format": name, "pattern": "^a"})


@pytest.mark.parametrize("schema", [{"format": "base64"}, {"contentEncoding": "base64"}, {"contentEncoding": "base64", "format": "base64"}])
def test_base64_is_held(schema: dict[str, Any]) -> None:
    admits = Admitting({"type": "string", **schema})
    for size in range(7):
        assert admits(f'"{base64.b64encode(bytes(range(size))).decode()}"')
    assert not any(admits(text) for text in ('"A"', '"AAA"', '"A==="', '"AA=A"', '"_-=="'))


def test_base64url_is_held_with_and_without_its_end() -> None:
    admits = Admitting({"type": "string", "contentEncoding": "base64url"})
    for size in range(7):
        text = base64.urlsafe_b64encode(b"\xff" * size).decode()
        assert admits(f'"{text}"')
        assert admits(f'"{text.rstrip("=")}"')
    assert not admits('"A"')


def test_an_encoding_beside_a_pattern_and_another_one() -> None:
    admits = Admitting({"type": "string", "contentEncoding": "base64", "pattern": "^Q"})
    assert [admits(text) for text in ('"QQ=="', '"AA=="', '"Q"')] == [True, False, False]
    with pytest.raises(SchemaRefused, match="contentEncoding"):
        prepare({"type": "string", "contentEncoding": "quoted-printable"})


def test_a_version_of_a_uuid_is_held() -> None:
    admits = Admitting({"type": "string", "format": "uuid4"})
    assert admits(f'"{uuid4()}"')
    assert not admits('"12345678-1234-1234-8234-123456789012"')


def test_a_time_with_a_pattern_of_its_own_has_an_end_too() -> None:
    admits = Admitting({"type": "string", "format": "date-time", "pattern": r"T\d\d:\d\d:\d\d(\.\d+)?Z$"})
    assert admits('"2024-02-29T10:00:00.5Z"')
    assert not admits('"2024-02-29T10:00:00.5000000Z"')
    assert not admits('"2024-02-29T10:00:00+01:00"')
