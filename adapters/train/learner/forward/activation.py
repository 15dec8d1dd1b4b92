"""Gemma's activation with its gradient, where MLX's own is slow: its tanh was half of a pass and back on a CPU (docs/log.md)."""

import mlx.core as mx

from adapters.base.arithmetic.activation import differentiate_gelu_times, gelu_times_in_gradient


@mx.custom_function  # type: ignore[untyped-decorator]
def activate(gate: mx.array, up: mx.array) -> mx.array:
    """Give `gelu_approx(gate) * up` of float32 values; nothing but the two is kept for the way back."""
    return gelu_times_in_gradient(gate, up)


@activate.vjp  # type: ignore[untyped-decorator]
def _pull_back(primals: tuple[mx.array, mx.array], cotangent: mx.array, _: mx.array) -> tuple[mx.array, mx.array]:
    gate, up = primals
    to_gate, to_up = differentiate_gelu_times(gate, up, cotangent)
    return to_gate, to_up
