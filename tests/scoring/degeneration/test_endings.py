"""What only the end of an answer tells: truncation and broken characters."""

import pytest

from scoring.scores import Flag
from tests.scoring.degeneration.judging import flags, names

SENTENCE = "The river keeps its own counsel, and the town has learnt to listen."


@pytest.mark.parametrize(
    "text", [SENTENCE + " And then the", SENTENCE[:-1], "- one\n- two\n", "Here:\n```python\nprint(1", "他们去了", SENTENCE + " (see"]
)
def test_answer_cut_off_by_its_limit_is_truncated(text: str) -> None:
    assert flags(text, finish_reason="length") == (Flag(flag="truncated", tier="soft", start=len(text)),)
    assert names(text, finish_reason="stop") == []
    assert names(text) == []


@pytest.mark.parametrize(
    "text",
    [
        SENTENCE,
        SENTENCE + "\n\n",
        "She said: “It is late.”",
        "**It is late.** ",
        "Is it late?",
        "他们走了。",
        "वे चले गए।",
        "Here:\n```python\nprint(1)\n```",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        '{"a": 1}',
    ],
)
def test_answer_that_ends_at_its_limit_is_whole(text: str) -> None:
    assert names(text, finish_reason="length") == []


def test_nothing_is_empty_and_not_truncated() -> None:
    assert names("", finish_reason="length") == ["empty"]


@pytest.mark.parametrize(
    ("text", "start"), [("\ufffdbc \ufffd and", 0), (SENTENCE + "\ufffd!", len(SENTENCE)), ("\ufffd" * 30, 0), ("a" + "\ufffdb" * 5, 1)]
)
def test_replacement_characters_are_gibberish(text: str, start: int) -> None:
    assert flags(text) == (Flag(flag="gibberish", tier="soft", start=start, unit="\ufffd"),)


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        (SENTENCE + "\ufffd", None),  # a character that the end cut off
        (" ".join([SENTENCE[:-1], *map(str, range(60))]) + "\ufffd.", None),
        ("It is \ufffd, the replacement character.", "What is \ufffd?"),
    ],
)
def test_few_replacement_characters_are_not(text: str, prompt: str | None) -> None:
    assert names(text, prompt=prompt) == []
