"""A layer's weight in pieces, in float32, whatever the layer keeps it in."""

import mlx.core as mx
import mlx.nn as nn

WEIGHTS_AT_ONCE = 1 << 22  # in float32, of one layer


def read_rows(linear: nn.Linear | nn.QuantizedLinear, rows: slice) -> mx.array:
    """Give rows of a layer's weight (R, in) in float32, as the layer multiplies by them."""
    weight: mx.array = linear.weight[rows]
    if not isinstance(linear, nn.QuantizedLinear):
        return weight.astype(mx.float32)
    biases = linear.get("biases")
    weight = mx.dequantize(
        weight,
        linear.scales[rows],
        None if biases is None else biases[rows],
        group_size=linear.group_size,
        bits=linear.bits,
        mode=linear.mode,
    )
    return weight.astype(mx.float32)
