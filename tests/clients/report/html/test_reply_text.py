"""Flagged places in a reply."""

import pytest

from clients.report.html.reply_text import marked_text
from scoring.scores import Flag
from tests.clients.report.html.page import parse


def loop(start: int, period: int, copies: float, name: str = "token_loop") -> Flag:
    return Flag(flag=name, tier="hard", start=start, unit="x", period=period, copies=copies)


def leak(unit: str, start: int | None) -> Flag:
    return Flag(flag="special_token_leak", tier="hard", start=start, unit=unit)


@pytest.mark.parametrize(
    ("flag", "marked"),
    [
        (loop(5, 2, 3), "NeNeNe"),
        (loop(5, 2, 2.5), "NeNeN"),
        (loop(5, 2, 1000), "NeNeNe end"),
        (leak("NeNe", 5), "NeNe"),
        (leak("other", 5), ""),
        (Flag(flag="truncated", tier="soft", start=999), ""),
        (Flag(flag="language_switch", tier="soft", start=-1), ""),
    ],
)
def test_stretch_is_marked_where_the_flag_says(flag: Flag, marked: str) -> None:
    text = "Well NeNeNe end"
    tree = parse(marked_text(text, (flag,)))
    assert tree.text == text
    mark = tree.one("mark")
    assert mark.text == marked
    assert (mark.attributes["data-flags"], mark.classes) == (flag.flag, [flag.tier])


def test_flag_without_a_beginning_marks_nothing() -> None:
    assert marked_text("text", (leak("text", None), Flag(flag="topic_evasion", tier="soft"))) == "text"


def test_overlapping_flags_share_a_stretch() -> None:
    text = "abcdefgh"
    tree = parse(marked_text(text, (loop(2, 1, 4, "first"), loop(4, 1, 4, "second"))))
    assert tree.text == text
    assert [(mark.text, mark.attributes.get("data-flags")) for mark in tree.all("mark")] == [
        ("cd", "first"),
        ("ef", "second"),
        ("gh", None),
    ]
    assert "first" in tree.all("mark")[1].attributes["title"]


def test_flag_at_the_beginning_and_the_end_of_an_empty_text_is_a_point() -> None:
    assert [mark.text for mark in parse(marked_text("", (loop(0, 1, 3), loop(7, 1, 3)))).all("mark")] == ["", ""]


def test_text_inside_and_outside_of_marks_is_escaped() -> None:
    text = "<b>&</b><i><script>"
    tree = parse(marked_text(text, (leak("<script>", 11),)))
    assert tree.text == text
    assert {node.tag for node in tree.all()} == {"mark"}
