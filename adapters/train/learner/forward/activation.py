"""Gemma's activation with its gradient, where MLX's own is slow: its tanh was half of a pass and back on a CPU (docs/log.md)."""

from typing import cast

import mlx.core as mx

from adapters.base.arithmetic.activation import differentiate_gelu_times, gelu_times_in_gradient


def activate(gate: mx.array, up: mx.array) -> mx.array:
    """Give `gelu_approx(gate) * up` of float32 values; nothing but the two is kept for the way back."""
    return cast(mx.array, _activate(gate, up))


@mx.custom_function
def _activate(gate: mx.array, up: mx.array) -> mx.array:
    return gelu_times_in_gradient(gate, up)


@_activate.vjp
def _pull_back(primals: tuple[mx.array, mx.array], cotangent: mx.array, _: mx.array) -> tuple[mx.array, mx.array]:
    gate, up = primals
    to_gate, to_up = differentiate_gelu_times(gate, up, cotangent)
    return to_gate, to_up
