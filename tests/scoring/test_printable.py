"""Text on its way to a terminal."""

import json

import pytest

from scoring.printable import printable, printable_json, printable_lines

ACTING = "\x1b[31m \x9b2J \r\n\t\x00\x7f \u202e\u2066 \u2028\u200b\ufeff \ud800 \U000e0041"


def test_what_acts_on_a_terminal_is_shown_as_an_escape() -> None:
    assert printable(ACTING).isprintable()
    assert printable("\x1b[31m\u202e\n") == "\\x1b[31m\\u202e\\n"


@pytest.mark.parametrize("text", ["", "Why?", "Zürich 为什么 مرحبا ไทย \N{OCTOPUS}", "a\xa0b\u3000c", "\\x1b"])
def test_what_can_be_seen_stays_as_it_is(text: str) -> None:
    assert printable(text) == text


def test_line_ends_of_our_own_words_are_kept() -> None:
    assert printable_lines("one\n  two\x1b\n") == "one\n  two\\x1b\n"


def test_json_stays_the_same_json() -> None:
    text = json.dumps({ACTING: ACTING}, indent=2, ensure_ascii=False)
    shown = printable_json(text)
    assert json.loads(shown) == {ACTING: ACTING}
    assert shown.replace("\n", "").isprintable()
