"""Replies about something else than what was asked."""

import random
import re
from collections.abc import Iterator

from bench.detectors.corpora.example import Example
from bench.detectors.corpora.sources import asked_and_answered, questions
from bench.topic_pairs import EVASION, written_pairs

NUM_ANSWERS = 2  # one after another, to the same other question
STEM_LETTERS = 5
LONG_WORD = re.compile(rf"[a-z]{{{STEM_LETTERS}}}[a-z]*")


def evaded_questions(rng: random.Random, num: int) -> Iterator[Example]:
    """Make fluent answers to another question than the one asked, which says well what it is about."""
    yield from _evasions(rng, num, questions(), "answer to another question")


def written_evasions(rng: random.Random, num: int) -> Iterator[Example]:
    """Take the evasions that were written as such."""
    pairs = [pair for pair in written_pairs() if pair.kind == EVASION]
    for pair in rng.sample(pairs, min(num, len(pairs))):
        yield Example(kind="written evasion", text=pair.reply, prompt=pair.prompt, finish_reason="stop", due="topic_evasion")


def evaded_short_prompts(rng: random.Random, num: int) -> Iterator[Example]:
    """Make the same for everyday prompts of a few words, many of which hardly say what they are about."""
    short = tuple(dict.fromkeys(prompt for prompt, _ in asked_and_answered()))
    yield from _evasions(rng, num, short, "answer to another short prompt")


def _evasions(rng: random.Random, num: int, prompts: tuple[str, ...], kind: str) -> Iterator[Example]:
    """Draw prompts and other answers until enough pairs have no long word in common."""
    pairs = asked_and_answered()
    num_made = 0
    while num_made < num:
        prompt, (other, _) = rng.choice(prompts), rng.choice(pairs)
        text = "\n\n".join([answer for asked, answer in pairs if asked == other][:NUM_ANSWERS])
        if _stems(prompt).isdisjoint(_stems(other + " " + text)):
            num_made += 1
            yield Example(kind=kind, text=text, prompt=prompt, finish_reason="stop", due="topic_evasion")


def _stems(text: str) -> set[str]:
    return {word[:STEM_LETTERS] for word in LONG_WORD.findall(text.lower())}
