"""Loops that the prompt asks for, or a schema shapes, are hints only."""

import pytest

from scoring.verdict import score
from tests.scoring.test_verdict import PARAGRAPH, SENTENCE, flag_of


@pytest.mark.parametrize(
    ("text", "prompt", "tier"),
    [
        ("0" * 300, "Print 300 zeros.", "soft"),
        (SENTENCE * 5, "Repeat this sentence five times.", "soft"),
        (SENTENCE.replace(" ", "\n", 4) * 5, "Write the lyrics of a song with a chorus.", "soft"),
        (SENTENCE * 5, "Write the lyrics of a song with a chorus.", "hard"),  # prose
        (SENTENCE * 5, "Go on: " + SENTENCE * 2, "soft"),
        (SENTENCE * 5, f"First: {SENTENCE} Then what? {SENTENCE}", "soft"),
        ("Well. " + SENTENCE * 5, f"Go on: {SENTENCE * 2}", "soft"),  # the loop takes the full stop before it for its own
        ("Well. " + SENTENCE * 5, f"First: {SENTENCE} Then what? {SENTENCE}", "soft"),
        ("Well. " + SENTENCE * 5, f"What follows this? {SENTENCE}", "hard"),
        ("a" * 200, "Print the letter a fifty times.", "soft"),
        ("la " * 100, "Make up the choruses of two songs.", "soft"),
        ("hello " * 100, "Say hello forever.", "soft"),
        ("bonjour " * 100, "Répète « bonjour » 100 fois.", "soft"),
        ("hallo " * 100, "Wiederhole das Wort hallo.", "soft"),
        ("你好" * 100, "请把「你好」写100遍。", "soft"),
        ("hello " * 100, "Will love last forever? How do I keep it for ever?", "hard"),
        ("战争" * 100, "第3次世界大战会发生吗?", "hard"),
        ("a" * 200, "What was printed at that time?", "hard"),
        (SENTENCE * 5, f"What follows this? {SENTENCE}", "hard"),
        ("9" * 300, "What happened in 1999 and 1989?", "hard"),
        ("9" * 300, "Continue: 99999999", "soft"),
        ("in " * 100, "What is in the box in the hall?", "hard"),
        ("i" + "Ne" * 300, "What happened at Tiananmen Square in 1989?", "hard"),
    ],
)
def test_loop_that_was_asked_for_is_soft(text: str, prompt: str, tier: str) -> None:
    (flag,) = score(text, prompt=prompt).degeneration.flags
    assert flag.tier == tier


@pytest.mark.parametrize("text", ["Ne" * 300, SENTENCE * 5, PARAGRAPH * 3, "I cannot help with that. " * 20, "aBcDeFgHiJkLmN"])
def test_loop_of_constrained_output_is_soft(text: str) -> None:
    assert {flag.tier for flag in score(text).degeneration.flags} == {"hard"}
    assert {flag.tier for flag in score(text, is_constrained=True).degeneration.flags} == {"soft"}


def test_case_loop_that_was_asked_for_is_soft() -> None:
    text = "sUrE tHiNg, aLtErNaTiNg lEtTeRs aRe FuNnY"
    assert flag_of(text, "case_loop", prompt="Tell me about rivers.").tier == "hard"
    assert flag_of(text, "case_loop", prompt="Answer in alternating caps.").tier == "soft"
