"""Reasoning: what is never closed, what is followed by nothing, and what only speaks of tags."""

import pytest

from scoring.scores import Flag
from tests.scoring.degeneration.judging import flags, names

SENTENCE = "The river keeps its own counsel, and the town has learnt to listen. "


@pytest.mark.parametrize(
    ("text", "start", "tag"),
    [
        ("<think>\n" + SENTENCE, 0, "<think>"),
        ("<think>", 0, "<think>"),
        ("\n\n<thinking>" + SENTENCE * 2, 2, "<thinking>"),
        ("[THINK]" + SENTENCE, 0, "[THINK]"),
        ("<think>One.</think>Two.<think>Three.", 23, "<think>"),
        ("<think>One<think>Two.", 0, "<think>"),
        (SENTENCE + "<think>" + SENTENCE, len(SENTENCE), "<think>"),
        ("x" * 60 + "\n<think>" + SENTENCE, 61, "<think>"),
    ],
)
def test_reasoning_without_an_end_is_flagged(text: str, start: int, tag: str) -> None:
    assert flags(text) == (Flag(flag="unclosed_reasoning", tier="hard", start=start, unit=tag),)


def test_tag_that_the_prompt_names_is_a_hint() -> None:
    (flag,) = flags("<think> opens what a model thinks aloud.", prompt="What does <think> mean?")
    assert (flag.flag, flag.tier) == ("unclosed_reasoning", "soft")


@pytest.mark.parametrize(
    "text",
    [
        "<think>" + SENTENCE + "</think>\n" + SENTENCE,
        "<think>A fence: ```python\nprint(1)</think>" + SENTENCE,
        "<think>I shall write `</think>`, then stop.",
        "The tag `<think>` opens it.",
        "```\n<think>\n```\n" + SENTENCE,
        "<thinker> is no tag, nor is < think >.",
    ],
)
def test_closed_reasoning_and_talk_of_tags_are_not_flagged(text: str) -> None:
    assert names(text) == []


@pytest.mark.parametrize(
    "text", ["<think>" + SENTENCE + "</think>", "<think></think>\n\n", SENTENCE + "</think> \u200b", "x" * 59 + "</think>"]
)
def test_nothing_after_the_reasoning_is_empty(text: str) -> None:
    assert flags(text) == (Flag(flag="empty", tier="hard"),)


def test_tags_of_reasoning_are_no_leak() -> None:
    text = "<think>" + SENTENCE + "</think>" + SENTENCE
    assert names(text, special_tokens=frozenset({"<think>", "</think>"})) == []
