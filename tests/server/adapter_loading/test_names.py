"""The rules for an adapter's name."""

import pytest

from server.adapter_loading.names import find_name_fault


@pytest.mark.parametrize("name", ["a", "lek-demo", "org/lek", "v1.2", "Ä ö", "a..b", "None", "x" * 128, "a=b?c#d%2F"])
def test_a_good_name_has_no_fault(name: str) -> None:
    assert find_name_fault(name) is None


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("", "expected a name of 1 to 128 characters, got 0"),
        ("x" * 129, "got 129"),
        ("none", "reserved"),
        ("other", "reserved"),
        ("several", "reserved"),
        ("one,two", "comma"),
        ("a\n", "do not print"),
        ("a\x00b", "do not print"),
        ("a\u202eb", "do not print"),
        (" a", "a space at an end"),
        ("a\u3000", "do not print"),
        (".", "cannot stand in a URL"),
        ("..", "cannot stand in a URL"),
        ("a/../b", "cannot stand in a URL"),
        ("a//b", "cannot stand in a URL"),
        ("/a", "cannot stand in a URL"),
        ("a/", "cannot stand in a URL"),
    ],
)
def test_a_bad_name_is_told_why(name: str, fault: str) -> None:
    found = find_name_fault(name)
    assert found is not None
    assert fault in found
