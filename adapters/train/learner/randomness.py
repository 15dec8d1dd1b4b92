"""Random numbers that depend on the seed and on what they are for, and on nothing that was drawn before."""

from collections.abc import Sequence

import mlx.core as mx
import numpy as np

from adapters.files.tensor_file import Floats

_FACTORS, _DROPOUT = 0, 1  # what they are for


def draw_factors(seed: int, shapes: Sequence[tuple[int, int]]) -> list[Floats]:
    """Draw a first factor for each shape (in, rank), uniform within 1/sqrt(in) as mlx-lm's; numpy's, so alike on every backend."""
    generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(_FACTORS,)))
    return [generator.uniform(-(shape[0] ** -0.5), shape[0] ** -0.5, shape).astype(np.float32) for shape in shapes]


def make_dropout_keys(seed: int, step: int, number: int, count: int) -> list[mx.array]:
    """Make a key for each of `count` modules for pass `number` of a step."""
    state = np.random.SeedSequence(seed, spawn_key=(_DROPOUT, step, number)).generate_state(1, np.uint64)
    return list(mx.random.split(mx.random.key(int(state[0])), count))
