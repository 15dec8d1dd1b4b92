"""Whether the base knows the token that ends an answer from others: an adapter does not change the head, and so cannot teach it.

A pretrained Gemma 3 has seen no turns. In the 270M's head the row of `<end_of_turn>` points where those of 6,441 other pieces do, all the
unused ones among them (cosine above 0.9): what raises one raises them all, and where answers should end, such pieces come.
"""

from collections.abc import Sequence
from typing import NamedTuple

import mlx.core as mx
import mlx.nn as nn
import numpy as np

from adapters.base.vocabulary import Vocabulary
from adapters.train.data.example import Example
from adapters.train.learner.loss import find_head

ALIKE = 0.9  # cosine
MOST_ALIKE = 16  # pieces that may stand near: a taught one has a few at most
ROWS_AT_ONCE = 4096
EXAMPLES_SEEN = 256


class UntaughtEnd(NamedTuple):
    """A token that ends answers, and what the base takes for the same."""

    piece: str
    num_alike: int
    nearest: str


def find_untaught_ends(model: nn.Module, examples: Sequence[Example], vocabulary: Vocabulary) -> list[UntaughtEnd]:
    """Look at each token that ends an answer and is learnt in these examples."""
    head, pieces = find_head(model), vocabulary.tokenizer.pieces
    learnt = {int(token) for example in examples[:EXAMPLES_SEEN] for token in example.token_ids[example.is_target]}
    ends = sorted(learnt & vocabulary.end_ids)
    if not ends:
        return []
    directions = _normalise(head.pick(mx.array(ends)))  # (E, D)
    parts = []
    for start in range(0, head.num_entries, ROWS_AT_ONCE):
        rows = head.pick(mx.arange(start, min(start + ROWS_AT_ONCE, head.num_entries)))
        parts.append(directions @ _normalise(rows).T)
        mx.eval(parts[-1])
    cosines = np.array(mx.concatenate(parts, axis=1))  # (E, V)
    found = []
    for token, row in zip(ends, cosines, strict=True):
        row[token] = -1
        if (num_alike := int((row > ALIKE).sum())) > MOST_ALIKE:
            nearest = int(row.argmax())
            found.append(UntaughtEnd(pieces[token], num_alike, pieces[nearest] if nearest < len(pieces) else f"id {nearest}"))
    return found


def _normalise(rows: mx.array) -> mx.array:
    return rows * mx.rsqrt(mx.square(rows).sum(axis=-1, keepdims=True) + 1e-12)
