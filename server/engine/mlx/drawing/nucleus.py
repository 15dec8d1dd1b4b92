"""The shortest prefix of the vocabulary, by weight and then by id, that holds a share of its mass, without a sort.

The weight at which the prefix ends is found by halving: the vocabulary is parted into its heavier and its lighter half, and the search
goes on in the half where the mass reaches the target. All halvings together cost two of the first, whatever the distribution.
"""

import mlx.core as mx

from server.engine.mlx.drawing.weights import BLOCK_SIZE, sum_all, sum_blocks, take_block

SMALL = 1024  # this many are sorted rather than parted


class Nucleus:
    """What top_p, and then min_p, leave of weights (P, N) of whole blocks; `below_min_p` (P, 1) are the greatest that min_p takes away."""

    def __init__(self, weights: mx.array, top_p: mx.array, below_min_p: mx.array) -> None:
        target = sum_all(weights) * top_p  # (P, 1)
        self._weights = weights
        self._boundary = find_boundary(weights, target)  # (P, 1)
        self._floor = mx.maximum(self._boundary, below_min_p)  # what is above is kept, and some of what equals the boundary
        sums_above = sum_blocks(mx.where(weights > self._floor, weights, 0))  # (P, N / 512)
        num_ties = _count_ties(self._boundary, target - sum_all(sums_above), weights.shape[-1])
        self._num_ties = mx.where(self._boundary > below_min_p, num_ties, 0)  # (P, 1)
        ties = (weights == self._boundary).reshape(*sums_above.shape, BLOCK_SIZE).sum(axis=-1)  # a block: (P, N / 512)
        self._ties_before = mx.cumsum(ties, axis=-1, inclusive=False)
        self.sums = sums_above + self._boundary * mx.clip(self._num_ties - self._ties_before, 0, ties)  # (P, N / 512)

    def take_block(self, block: mx.array) -> mx.array:
        """Give the weights (P, 512) in a block (P, 1) of each row, 0 for those outside."""
        weights = take_block(self._weights, block)
        is_tie = weights == self._boundary
        number = mx.cumsum(is_tie.astype(mx.int32), axis=-1) + mx.take_along_axis(self._ties_before, block, axis=-1)  # from 1
        return mx.where((weights > self._floor) | (is_tie & (number <= self._num_ties)), weights, 0)


def find_boundary(weights: mx.array, target: mx.array) -> mx.array:
    """Give the weight (P, 1) of the last token of the shortest prefix of weights (P, N) whose mass is at least the target (P, 1)."""
    while weights.shape[-1] > SMALL and weights.shape[-1] % 2 == 0:
        half = weights.shape[-1] // 2
        parted = mx.partition(weights, half, axis=-1)
        lighter, heavier = parted[:, :half], parted[:, half:]
        mass = sum_all(heavier)
        is_in_heavier = mass >= target
        weights = mx.where(is_in_heavier, heavier, lighter)
        target = mx.where(is_in_heavier, target, target - mass)
    falling = -mx.sort(-weights, axis=-1)
    is_inside = mx.cumsum(falling, axis=-1, inclusive=False) < target
    return mx.where(is_inside, falling, mx.inf).min(axis=-1, keepdims=True)


def _count_ties(boundary: mx.array, mass_left: mx.array, num_ids: int) -> mx.array:
    """Say how many tokens as heavy as the boundary belong to the prefix (P, 1), for what the heavier ones leave of its mass."""
    count = mx.clip(mx.ceil(mass_left / boundary), 1, num_ids)
    return mx.where(boundary > 0, count, 0).astype(mx.int32)
