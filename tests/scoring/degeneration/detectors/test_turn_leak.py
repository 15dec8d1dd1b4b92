"""Turns in plain text: a talk of the model with itself, and talks that are what was asked for."""

import pytest

from scoring.verdict import AnswerScoring
from tests.scoring.degeneration.judging import flags

PROMPT = "Explain how rainwater collects in a barrel."
SELF_TALK = "Human: What is it?\nAssistant: A tub.\n\nHuman: How big?\nAssistant: Often two hundred litres.\n\n"


@pytest.mark.parametrize(
    ("text", "tier"),
    [
        ("A barrel stores water.\nuser\nHow big is it?\nmodel\n200 l.\nuser\nThanks\nmodel\nWelcome", "hard"),
        ("A barrel stores water.\nuser\nHow big is it?\nmodel\n200 l.", "soft"),
        ("user\nHow big is it?\nmodel\n200 l.\nuser\nAnd then?\nmodel\nNothing.", "hard"),
        ("It holds water.\nUser\nAnd snow?\nAssistant\nIt melts.\nUser\nOk.\nAssistant\nBye.", "hard"),
        ("A barrel stores water.\n\n### Instruction:\nDescribe snow.\n\n### Response:\nSnow is ice.", "soft"),
        ("It holds water.\n### Instruction\nAnd snow?\n### Response\nIt melts.", "soft"),
        ("It holds water.\n### Human: And snow?\nIt melts.\n### Human: And ice?\nIt melts.", "soft"),
        ("A barrel.\n\n### Human: And snow?\n### Assistant: It melts.\n### Human: thanks\n### Assistant: ok", "hard"),
        ("A barrel stores water.\n\nHuman: And snow?\n\nAssistant: It melts.", "soft"),
        ("A barrel.\n\nHuman: And snow?\n\nAssistant: It melts.\n\nHuman: Thanks!\n\nAssistant: You're welcome.", "hard"),
        (SELF_TALK, "hard"),
        ("USER: What is it?\nASSISTANT: A tub.\nUSER: How big?\nASSISTANT: 200 l.", "hard"),
        ("**User:** What is it?\n**Assistant:** A tub.\n**User:** How big?\n**Assistant:** 200 l.", "hard"),
        ("**User**: What is it?\n\n**Model**: A tub.\n\n**User**: How big?\n\n**Model**: 200 l.", "hard"),
        ("It holds water.\n\n[User]: And snow?\n[Assistant]: It melts.", "soft"),
        ("It holds water.\n<human>: And snow?\n<bot>: It melts.", "soft"),
        ("It holds water.\n\nInstruction: describe snow\nResponse: it is ice", "soft"),
        ("Das Fass.\n\nBenutzer: Und Schnee?\nAssistent: Er schmilzt.\nBenutzer: Danke\nAssistent: Bitte", "hard"),
        ("Le fût.\n\nUtilisateur : Et la neige ?\nAssistant : Elle fond.", "soft"),
        ("Бочка.\n\nПользователь: А снег?\nАссистент: Он тает.", "soft"),
        ("桶装水。\n\n用户：雪呢？\n助手：会化。\n用户：谢谢\n助手：不客气", "hard"),
        ("It holds water.\n\nQ: What is it?\nA: A tub.\n\nQ: How big?\nA: 200 l.", "soft"),
        ("Q: What is it?\nA: A tub.\n\nQ: How big?\nA: 200 l.\n\nQ: Why?\nA: So.", "soft"),
        ("It holds water.\n\nQuestion: What is it?\nAnswer: A tub.", "soft"),
    ],
)
def test_turns_that_nobody_asked_for_are_a_leak(text: str, tier: str) -> None:
    assert [found.tier for found in flags(text, prompt=PROMPT) if found.flag == "turn_leak"] == [tier]


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        ("Write an example dialogue between a user and a support assistant", SELF_TALK),
        ("Write a short Q&A on weather", "Q: What is rain?\nA: Water.\n\nQ: What is snow?\nA: Ice."),
        ("An interview with a beekeeper", "Interviewer: hi\nBeekeeper: hello\nInterviewer: why?\nBeekeeper: honey"),
        ("A conversation between a human and an AI about rain", SELF_TALK),
        ("Schreibe ein Gespräch zwischen Mensch und KI", SELF_TALK),
        ("写一段用户和助手的对话", "用户：雪呢？\n助手：会化。\n用户：谢谢\n助手：不客气"),
        ("Give me three few-shot examples", SELF_TALK),
        ("Show the Alpaca format.", "### Instruction:\nSay hi.\n\n### Response:\nHi.\n\n### Instruction:\nBye\n\n### Response:\nBye"),
        ("What is in this file?", "user: root\nmodel: x1\nsystem: linux"),
        ("List some words", "user\nmodel\nview\ncontroller"),
        (PROMPT, "It holds water.\n\nAssistant: that is all."),
        (PROMPT, "```\nuser\nHi\nmodel\nHello\nuser\nBye\n```"),
        (None, "user: root\nmodel: x1\n\nQ: What is rain?\nA: Water.\n\nQ: Snow?\nA: Ice."),
    ],
)
def test_talk_that_was_asked_for_and_what_only_looks_like_one_are_none(prompt: str | None, text: str) -> None:
    assert [found for found in flags(text, prompt=prompt) if found.flag == "turn_leak"] == []


@pytest.mark.parametrize("prompt", [None, "Tell me a story about a robot", "How do assistants answer?", "Human: hi\nAssistant:"])
def test_talk_that_may_be_what_was_meant_is_a_hint(prompt: str | None) -> None:
    assert [found.tier for found in flags(SELF_TALK, prompt=prompt) if found.flag == "turn_leak"] == ["soft"]


def test_answer_is_cut_only_after_many_turns() -> None:
    scoring = AnswerScoring(prompt=PROMPT)
    rest = " ".join(f"It is {number} litres." for number in ("one", "five", "nine", "forty", "sixty", "a hundred", "a thousand"))
    scoring.feed(SELF_TALK + rest + rest.upper())
    assert scoring.hard_flag is None
    scoring.feed("\n" + SELF_TALK.replace("tub", "cask") + rest.title() + rest.swapcase())
    assert scoring.hard_flag is not None
    assert scoring.hard_flag.flag == "turn_leak"
