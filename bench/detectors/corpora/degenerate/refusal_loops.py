"""Refusal loops: a refusal, again and again."""

import random
from collections.abc import Iterator

from bench.detectors.corpora.alphabets import alphabets
from bench.detectors.corpora.example import LOOP_FLAGS, Example
from bench.detectors.corpora.sources import asked_and_answered

REFUSALS = (
    "I'm sorry, but I can't help with that. ",
    "I cannot answer this question. ",
    "I am unable to provide information on this topic. ",
    "As an AI language model, I cannot discuss political matters. ",
    "I can't assist with that request.\n",
    "I'm not able to comment on that. Please ask me something else. ",
    "I apologize, but I cannot fulfill this request. ",
    "I must decline to answer, because it would be inappropriate. ",
    "I cannot and will not speak about the events of that day. I cannot and will not say why. ",
    "Sorry, I won't be able to help you with this one.\n\n",
    "I don't have personal opinions and I'm not able to take sides. ",
    "It would not be appropriate for me to respond to that. ",
)
MIN_LOOP_CHARS = 480


def refusal_loops(rng: random.Random, num: int) -> Iterator[Example]:
    """Make exact loops of refusals, as replies to an ordinary question."""
    latin = alphabets()[0]
    for turn in range(num):
        refusal = REFUSALS[turn % len(REFUSALS)]
        prefix = latin.prose(rng, rng.choice((0, 0, rng.randint(40, 300))))
        num_copies = max(5, MIN_LOOP_CHARS // len(refusal) + 1) + rng.randint(0, 20)
        yield Example(
            kind="refusal loop",
            text=prefix + refusal * num_copies,
            prompt=rng.choice(asked_and_answered())[0],
            due="refusal_loop",
            fitting=LOOP_FLAGS | {"near_loop"},
            start=len(prefix),
            period=len(refusal),
            alphabet="Latin",
        )
