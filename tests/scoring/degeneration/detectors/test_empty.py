"""Answers that say nothing though there is something to see."""

import pytest

from tests.scoring.degeneration.judging import names

PROMPT = "Explain how rainwater collects in a barrel."


@pytest.mark.parametrize(
    "text",
    [
        *("```\n```", "```", "```python\n```", "~~~\n~~~", "\n```\n\n```\n", "```\n\n```\n\n```\n```", "<think>x</think>\n```\n```"),
        *(".", "...", "?", "-", "—", "。", "**", "****", "***", "#", ">", "|", "` `"),
        *("<think>x</think>.", " .\n\n", "\u200b." + "\n" * 900),
    ],
)
@pytest.mark.parametrize("prompt", [None, PROMPT])
def test_marks_alone_are_empty(text: str, prompt: str | None) -> None:
    assert "empty" in names(text, prompt=prompt)
    assert "collapse" not in names(text, prompt=prompt)


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("?", "Which punctuation mark ends a question?"),
        (".", "Which sign ends a sentence?"),
        ("*", "What is the wildcard of a shell?"),
        ("😀", None),
        (":-)", None),
        ("∞", None),
        ("```\n1\n```", None),
        ("```print```", None),
        ("````\n```\n````\nx", None),
        ("{}", None),
        ("+++++[>+++<-]", None),
    ],
)
def test_signs_that_say_something_are_not(text: str, prompt: str | None) -> None:
    assert "empty" not in names(text, prompt=prompt)


def test_marks_that_the_limit_cut_off_had_only_begun() -> None:
    assert "empty" not in names("**", prompt=PROMPT, finish_reason="length")
    assert "empty" in names("```", prompt=PROMPT, finish_reason="length")
