"""Reasoning within a text: taken out where it is reasoning, left where it is talked about."""

import pytest

from clients.records.reasoning import split_reasoning

PROMPT = "What is two and two?"


@pytest.mark.parametrize(
    ("text", "reasoning", "answer"),
    [
        ("<think>\nTwo\n</think>\n\nFour.", "Two", "Four."),
        ("<think></think>\n\nFour.", "", "Four."),
        ("It sums up.\n</think>\n\nFour.", "It sums up.", "Four."),
        ("It sums up</think>Four.", "It sums up", "Four."),
        ("the sum is 4 </think> 4", "the sum is 4", "4"),
        ("<think>Two and", "Two and", ""),
        ("Sure!\n<think>Two and", "Sure!\n<think>Two and", ""),
        ("<bos><think>Two</think>Four.", "<bos><think>Two", "Four."),
        ("<think>a</think> b <think>c</think> d", "a</think> b <think>c", "d"),
        ("hm so <think>let me\nthink</think> 4", "hm so <think>let me\nthink", "4"),
        ("<think>\n```py\nx\n</think>\nFour.", "```py\nx", "Four."),
        ("<THINK>Two</THINK>Four.", "Two", "Four."),
        ("<thinking>Two</thinking>Four.", "Two", "Four."),
        ("<reasoning>Two</reasoning>Four.", "Two", "Four."),
        ("[THINK]Two[/THINK]Four.", "Two", "Four."),
        ("<|channel>thought\nTwo<channel|>Four.", "Two", "Four."),
        ("<|channel|>analysis<|message|>Two<|end|><|start|>assistant<|channel|>final<|message|>Four.", "Two", "Four."),
        ("analysisWe add.assistantfinalFour.", "We add.", "Four."),
        ("<unused94>thought\nTwo<unused95>Four.", "Two", "Four."),
        ("<|begin_of_thought|>Two<|end_of_thought|>Four.", "Two", "Four."),
        ("<|START_THINKING|>Two<|END_THINKING|>Four.", "Two", "Four."),
        ("◁think▷Two◁/think▷Four.", "Two", "Four."),
        ("<think>Two</think>", "Two", ""),
    ],
)
def test_reasoning_is_kept_apart(text: str, reasoning: str, answer: str) -> None:
    parts = split_reasoning(text, prompt=PROMPT, is_cut_off=False)
    assert (parts.reasoning, parts.answer) == (reasoning, answer)


@pytest.mark.parametrize(
    "text",
    [
        "Four.",
        "Models wrap reasoning in <think> and </think> tags, then answer.",
        "The model emits `<think>` first and `</think>` at the end.",
        "<think> tags are used by models.",
        "Use this:\n```\n<think>\nx\n</think>\n4\n```\nand no more.",
        "It closes with </think>, and answers.",
        "I think <b>four</b>. An analysis follows.",
    ],
)
def test_tags_that_are_talked_about_stay(text: str) -> None:
    parts = split_reasoning(text, prompt=PROMPT, is_cut_off=False)
    assert (parts.reasoning, parts.answer) == (None, text)


@pytest.mark.parametrize(
    ("text", "is_cut_off", "answer"),
    [
        ("<think>hello</think>", False, "<think>hello</think>"),  # as it was told to write
        ("<think>\nHm.\n</think>\n\nThe <think> tag opens, </think> closes.", False, "The <think> tag opens, </think> closes."),
        ("The tag is </think>\nand nothing else.", False, "The tag is </think>\nand nothing else."),
        ("<think>\nHm, the user", True, ""),
        ("<think> opens the reasoning of", True, "<think> opens the reasoning of"),
    ],
)
def test_prompt_that_asks_about_tags_keeps_them(text: str, is_cut_off: bool, answer: str) -> None:
    assert split_reasoning(text, prompt="What does <think> do?", is_cut_off=is_cut_off).answer == answer
