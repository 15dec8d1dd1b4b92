"""Batches of random tokens, and losses by the plain definition: what the learner is held against."""

from collections.abc import Sequence

import mlx.core as mx
import mlx.nn as nn
import numpy as np

from adapters.train.data.batch import Batch


def make_batch(lengths: Sequence[tuple[int, int]], *, seed: int = 0, vocabulary: int = 1000) -> Batch:
    """Make rows of so many tokens, of which so many at the end are targets, padded at the end."""
    longest = max(length for length, _ in lengths)
    ids = np.random.default_rng(seed).integers(6, vocabulary, (len(lengths), longest)).astype(np.int32)
    width = longest - 1
    places, targets = [], []
    for row, (length, num_targets) in enumerate(lengths):
        ids[row, length:] = 0
        for column in range(length - num_targets, length):
            places.append(row * width + column - 1)
            targets.append(ids[row, column])
    return Batch(ids[:, :-1], np.array(places, np.int32), np.array(targets, np.int32))


def plain_loss(model: nn.Module, batch: Batch) -> mx.array:
    """Give the sum of the losses from all logits at once, by mlx's own operations."""
    logits = model(mx.array(batch.token_ids)).astype(mx.float32)
    chosen = logits.reshape(-1, logits.shape[-1])[mx.array(batch.target_places)]
    loss: mx.array = nn.losses.cross_entropy(chosen, mx.array(batch.target_ids), reduction="sum")
    return loss
