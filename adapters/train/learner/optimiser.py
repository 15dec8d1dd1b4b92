"""AdamW (https://arxiv.org/abs/1711.05101) with bias correction, as a function from one state to the next.

mlx's own changes its state as it goes: here a step whose outcome is no good must leave nothing behind.
"""

from collections.abc import Mapping
from typing import NamedTuple

import mlx.core as mx

BETAS = (0.9, 0.999)
EPSILON = 1e-8

Arrays = dict[str, mx.array]  # by the name of what is trained


class Moments(NamedTuple):
    """Running means of the gradients, and of their squares."""

    first: Arrays
    second: Arrays

    @classmethod
    def zeros_like(cls, weights: Mapping[str, mx.array]) -> "Moments":
        """Give those of no step."""
        return cls(*({name: mx.zeros(weight.shape) for name, weight in weights.items()} for _ in range(2)))


def take_step(
    weights: Mapping[str, mx.array], gradients: Mapping[str, mx.array], moments: Moments, *, number: int, rate: float, weight_decay: float
) -> tuple[Arrays, Moments]:
    """Give the weights and the moments after step `number`, from 1."""
    first_beta, second_beta = BETAS
    size, root = rate / (1 - first_beta**number), (1 - second_beta**number) ** -0.5
    after, first, second = {}, {}, {}
    for name, gradient in gradients.items():
        first[name] = first_beta * moments.first[name] + (1 - first_beta) * gradient
        second[name] = second_beta * moments.second[name] + (1 - second_beta) * (gradient * gradient)
        weight = weights[name] * (1 - rate * weight_decay) if weight_decay else weights[name]
        after[name] = weight - size * first[name] / (mx.sqrt(second[name]) * root + EPSILON)
    return after, Moments(first, second)
