"""DoRA's gains: what the outputs of an updated layer are multiplied with, so that its weight's rows have the lengths that were learnt.

https://arxiv.org/abs/2402.09353: `y = m / |W + BA| * (W x + BA x)`, the length that of a row of the weight. With an adapter at its own
scale the fraction is a number for each output, found once, when the adapter is loaded. In float32, whatever the model is in.
"""

from collections.abc import Mapping
from itertools import accumulate

import mlx.core as mx
import mlx.nn as nn
import numpy as np

from adapters.bank.weight_rows import WEIGHTS_AT_ONCE, read_rows
from adapters.base.shape import BaseShape
from adapters.files.reading import LowRankPair
from adapters.files.tensor_file import Floats

NUM_TURNS = 8  # at least, for an adapter of all layers: a turn takes less than a step, which reads every weight

Gains = dict[str, Floats]  # (out,), by module


def plan_turns(pairs: Mapping[str, LowRankPair], base: BaseShape) -> list[dict[str, LowRankPair]]:
    """Part the pairs that have a magnitude into turns, between which rows may decode: neighbours, of about as many weights."""
    sizes = {name: in_dims * out_dims for name, (in_dims, out_dims) in base.linears.items()}
    most = max(1, sum(sizes.values()) // NUM_TURNS)
    named = {name: pair for name, pair in pairs.items() if pair.magnitude is not None}
    turns: dict[int, dict[str, LowRankPair]] = {}
    for (name, pair), num_weights in zip(named.items(), accumulate(sizes[name] for name in named), strict=True):
        turns.setdefault((num_weights - 1) // most, {})[name] = pair
    return list(turns.values())


def find_gain(linear: nn.Linear | nn.QuantizedLinear, pair: LowRankPair) -> Floats:
    """Give the gains (out,) of a layer that `pair`, which has a magnitude, updates."""
    assert pair.magnitude is not None
    out_dims, in_dims = pair.b.shape[1], pair.a.shape[0]
    num_rows = max(1, WEIGHTS_AT_ONCE // in_dims)
    a, b = mx.array(pair.a), mx.array(pair.b)
    lengths = []
    for start in range(0, out_dims, num_rows):
        rows = slice(start, start + num_rows)
        updated = read_rows(linear, rows) + (a @ b[:, rows]).T
        lengths.append(mx.sqrt(mx.sum(mx.square(updated), axis=1)))
        mx.eval(lengths[-1])  # one after the other, so that one piece of the weight at most is there in float32
    gain: Floats = np.array(mx.array(pair.magnitude) / mx.concatenate(lengths))
    return gain
