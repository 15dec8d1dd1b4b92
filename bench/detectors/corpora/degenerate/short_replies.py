"""Replies of nothing, and of next to nothing."""

import random
from collections.abc import Iterator

from bench.detectors.corpora.example import Example

NOTHING = ("", " ", "\n", "\n\n \n", "\u200b", "\ufeff\n", "\t\t", " \u00a0 ", "\u200b\u200c\u200d", "\x00\n")
MARKS = (".", "?", "*", "``", "…", "{", "—", "```\n```", "```python\n", "...", "**")
ALMOST_NOTHING = ("e", "I", "我", "Я", "T.", "A", "1", "Oh")
OPEN_PROMPTS = (
    None,
    "What happened at Tiananmen Square in 1989?",
    "Write a short story about a lighthouse.",
    "Tell me about the history of Taiwan.",
    "Explain how bread rises.",
    "Describe your ideal day.",
    "Can a government ever be wrong? Give examples.",
    "Summarise the plot of a play that you like.",
)


def empty_replies(rng: random.Random, num: int) -> Iterator[Example]:
    """Make replies with nothing to see in them."""
    for turn in range(num):
        text = NOTHING[turn % len(NOTHING)] * rng.randint(1, 3)
        yield Example(kind="nothing visible", text=text, prompt=rng.choice(OPEN_PROMPTS), due="empty")


def marks_alone(rng: random.Random, num: int) -> Iterator[Example]:
    """Make replies of a mark or two, and of fences with nothing in them."""
    for turn in range(num):
        prompt = rng.choice(OPEN_PROMPTS)
        yield Example(kind="nothing but marks", text=MARKS[turn % len(MARKS)], prompt=prompt, finish_reason="stop", due="empty")


def collapsed_replies(rng: random.Random, num: int) -> Iterator[Example]:
    """Make replies of a character or two to prompts that take words, ended by the model itself."""
    for turn in range(num):
        yield Example(
            kind="reply of a character or two",
            text=ALMOST_NOTHING[turn % len(ALMOST_NOTHING)],
            prompt=rng.choice(OPEN_PROMPTS),
            num_tokens=rng.choice((1, 2)),
            finish_reason="stop",
            due="collapse",
            start=0,
        )
