"""Which rows are passed together, and what a pass is given of them."""

from collections.abc import Sequence

import numpy as np

from adapters.train.data.batch import Batch
from adapters.train.data.example import Example

BLUR = 0.1  # of a row's length, by which it may stand out of order: 3 % of padding, and 20 others beside a row in 40 epochs of 200


def plan_epoch(lengths: Sequence[int], *, batch_size: int, seed: int, epoch: int) -> list[tuple[int, ...]]:
    """Give the rows of each batch of an epoch, by their places: every row once, beside others of nearly its length.

    It depends on nothing else. Neighbours, the order of batches and the length of the rows in the last, smaller one change with the epoch.
    """
    random = np.random.default_rng([seed, epoch])
    num_rows = len(lengths)
    blurred = np.asarray(lengths, dtype=np.float64) * (1 + BLUR * random.random(num_rows))
    order = np.lexsort((random.random(num_rows), blurred))
    num_whole, rest = divmod(num_rows, batch_size)
    sizes = [batch_size] * num_whole
    if rest:
        sizes.insert(int(random.integers(num_whole + 1)), rest)
    batches = [tuple(map(int, rows)) for rows in np.split(order, np.cumsum(sizes)[:-1])] if sizes else []
    return [batches[place] for place in random.permutation(len(batches))]


def make_batch(examples: Sequence[Example]) -> Batch:
    """Lay rows side by side. What stands behind the last target of each is not needed, as no token is learnt from it."""
    learnt = [np.flatnonzero(example.is_target) for example in examples]
    length = max(int(places[-1]) for places in learnt)
    token_ids = np.zeros((len(examples), length), dtype=np.int32)
    for row, (example, places) in enumerate(zip(examples, learnt, strict=True)):
        token_ids[row, : places[-1]] = example.token_ids[: places[-1]]
    return Batch(
        token_ids=token_ids,
        target_places=np.concatenate([places + (row * length - 1) for row, places in enumerate(learnt)]).astype(np.int32),
        target_ids=np.concatenate([example.token_ids[places] for example, places in zip(examples, learnt, strict=True)]),
    )
