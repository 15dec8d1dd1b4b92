"""Replies that run on past their own end of turn and begin the next."""

import random
from collections.abc import Iterator

from bench.detectors.corpora.alphabets import alphabets
from bench.detectors.corpora.example import Example

NEXT_TURNS = (
    "<start_of_turn>user\n",
    "<end_of_turn>\n<start_of_turn>user\n",
    "<end_of_turn>\n<start_of_turn>model\n",
    "<|start_header_id|>assistant<|end_header_id|>\n\n",
    "<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n",
    "<|im_end|>\n<|im_start|>user\n",
    "<|im_start|>assistant\n",
    "<|user|>\n",
    "</s>[INST] ",
    "<｜User｜>",
)


def turn_leaks(rng: random.Random, num: int) -> Iterator[Example]:
    """Make an answer, a turn marker, and what would come next."""
    latin = alphabets()[0]
    for turn in range(num):
        marker = NEXT_TURNS[turn % len(NEXT_TURNS)]
        answer = latin.prose(rng, rng.randint(20, 1_200)).rstrip()
        follow_up = latin.prose(rng, rng.randint(20, 600))
        yield Example(
            kind="turn leak",
            text=answer + marker + follow_up,
            due="turn_leak",
            fitting=frozenset({"special_token_leak"}),
            start=len(answer) + max(marker.find(opening) for opening in ("<start_of", "<|start", "<|im_start", "<|user", "[INST", "<｜")),
        )
