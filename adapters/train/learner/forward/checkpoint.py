"""Gradient checkpointing: what a function computes on its way is not kept, but computed again on the way back.

With `mx.checkpoint` MLX puts off the gradients of weights, as nothing depends on them, and what they are made of lies in memory for all
layers together: it saved a tenth (docs/log.md). Here the way back leaves a function when all its gradients are there.
"""

from collections.abc import Callable, Sequence
from typing import cast

import mlx.core as mx

Function = Callable[[list[mx.array]], mx.array]


def run_checkpointed(function: Function, arrays: Sequence[mx.array]) -> mx.array:
    """Run a function of several arrays, differentiable by all of them, of which the first is what came of the function before."""

    @mx.custom_function
    def run(*arrays: mx.array) -> mx.array:
        return function(list(arrays))

    @run.vjp
    def run_again(primals: tuple[mx.array, ...], cotangent: mx.array, output: mx.array) -> tuple[mx.array, ...]:
        inputs = cast(list[mx.array], mx.depends(list(primals), [cotangent]))
        _, gradients = mx.vjp(lambda *arrays: function(list(arrays)), inputs, [cotangent])
        (first,) = mx.depends(gradients[:1], gradients[1:])
        return (first, *gradients[1:])

    return cast(mx.array, run(*arrays))
