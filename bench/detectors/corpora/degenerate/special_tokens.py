"""Special tokens in the visible text, alone and in runs."""

import random
from collections.abc import Iterator

from bench.detectors.corpora.alphabets import alphabets
from bench.detectors.corpora.example import LOOP_FLAGS, Example

FAMILIES = (
    ("<pad>", "<bos>", "<eos>", "<unused0>", "<unused12>", "<unused98>", "<start_of_image>", "<end_of_turn>"),
    ("<|eot_id|>", "<|begin_of_text|>", "<|end_of_text|>", "<|reserved_special_token_5|>"),
    ("<|im_end|>", "<|endoftext|>", "<|fim_middle|>"),
    ("<s>", "</s>", "<unk>"),
    ("<｜end▁of▁sentence｜>", "<｜begin▁of▁sentence｜>"),
)
RUN_LENGTHS = (1, 1, 2, 5, 30, 200)
UNLIKE_FAMILY = ("<custom_7>", "[SEP]", "<extra_id_4>", "<mask>")  # known only to the tokenizer that has them


def special_tokens(rng: random.Random, num: int) -> Iterator[Example]:
    """Make ordinary text that special tokens end, interrupt, or go on as for long."""
    for turn in range(num):
        family = FAMILIES[turn % len(FAMILIES)]
        length = RUN_LENGTHS[turn % len(RUN_LENGTHS)]
        run = rng.choice(family) * length if turn % 2 else "".join(rng.choice(family) for _ in range(length))
        if run.replace("<s>", "") == "" or "<s>" in run:  # a struck-out passage begins like this: it needs the tokenizer to tell
            yield _example(rng, run, "special tokens, the tokenizer's own", frozenset(family))
        else:
            yield _example(rng, run, "special tokens of known families", frozenset())


def own_special_tokens(rng: random.Random, num: int) -> Iterator[Example]:
    """Make text with tokens that no family has, known from the tokenizer."""
    for turn in range(num):
        token = UNLIKE_FAMILY[turn % len(UNLIKE_FAMILY)]
        yield _example(rng, token * rng.choice(RUN_LENGTHS), "special tokens, the tokenizer's own", frozenset(UNLIKE_FAMILY))


def _example(rng: random.Random, run: str, kind: str, known: frozenset[str]) -> Example:
    latin = alphabets()[0]
    before = latin.prose(rng, rng.choice((0, rng.randint(20, 800)))).rstrip()
    after = " " + latin.prose(rng, 100) if rng.random() < 0.3 else ""
    return Example(
        kind=kind,
        text=before + run + after,
        special_tokens=known,
        due="special_token_leak",
        fitting=LOOP_FLAGS | {"near_loop"},
        start=len(before),
    )
