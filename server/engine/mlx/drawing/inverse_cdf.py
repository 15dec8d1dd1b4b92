"""Which token a uniform number falls on, when the tokens lie side by side, each as wide as its weight."""

import mlx.core as mx


def find_place(weights: mx.array, point: mx.array) -> mx.array:
    """Give the first place (P, 1) at which weights (P, N) sum up to more than the point (P, 1).

    Never one without weight: rounding that carries the point past the end leads to the last that has some, NaN to the first place.
    """
    places = mx.arange(weights.shape[-1], dtype=mx.uint32)
    has_weight = weights > 0
    last = mx.where(has_weight, places, 0).max(axis=-1, keepdims=True)
    is_past = has_weight & (mx.cumsum(weights, axis=-1) > point)
    return mx.where(is_past, places, last).min(axis=-1, keepdims=True)


def find_block(sums: mx.array, uniforms: mx.array) -> tuple[mx.array, mx.array]:
    """Give the block (P, 1) of sums (P, N) that the uniform numbers (P, 2) fall on, and how far into it they point (P, 1)."""
    total = sums.sum(axis=-1, keepdims=True)
    point = uniforms[:, :1] * total
    block = find_place(sums, point)
    before = mx.take_along_axis(mx.cumsum(sums, axis=-1, inclusive=False), block, axis=-1)
    return block, (point - before) + uniforms[:, 1:] * (total * 2.0**-24)  # the second 24 bits tell light tokens apart
