"""Drawing as one would write it down: a full sort, float64, one row after the other. And rows to draw for."""

from collections.abc import Sequence
from typing import Any

import mlx.core as mx
import msgspec
import numpy as np
import numpy.typing as npt

from server.engine.mlx.drawing.drawer import Drawer
from server.engine.mlx.drawing.processor import LogitProcessor
from server.engine.mlx.drawing.uniform import draw_uniform
from server.engine.protocol import Sampling

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.integer[Any]]

ROUNDING = 5e-6  # of a float32 sum, beside its total


class FakeRow(msgspec.Struct, eq=False):
    """A row without an engine."""

    sampling: Sampling
    seed: int = 0
    prompt_ids: list[int] = []
    processors: Sequence[LogitProcessor] = ()
    num_top_logprobs: int | None = None
    num_drawn: int = 0
    token_ids: list[int] = []


def draw_steps(rows: Sequence[FakeRow], logits: Floats | mx.array, num_steps: int, drawable: Sequence[int] | None = None) -> Ints:
    """Draw from the same logits (B, V) again and again: ids (B, steps)."""
    given = logits if isinstance(logits, mx.array) else mx.array(logits)
    num_ids = given.shape[-1]
    drawer = Drawer(num_rows_of_head=num_ids, drawable=set(range(num_ids) if drawable is None else drawable))
    steps: list[mx.array] = []
    for step in range(num_steps):
        for row in rows:
            row.num_drawn = step
        steps.append(drawer.draw(given, rows, None).token_ids)
    return np.array(mx.stack(steps, axis=1))


def order(logits: Floats) -> Ints:
    """Sort ids by logit (V,), falling, then by id."""
    return np.argsort(-logits, kind="stable")


def kept_weights(logits: Floats, ids: Ints, sampling: Sampling, top_p: float) -> tuple[Ints, Floats]:
    """Give the ids in the order they lie side by side, and their weights, 0 for those that the filters take away.

    `ids` are those of logits (V,) in falling order.
    """
    if sampling.temperature < 1e-5:
        return ids[:1], np.ones(1)
    ids = ids[: sampling.top_k] if sampling.top_k else ids
    weights = np.exp((logits[ids].astype(np.float64) - logits[ids[0]]) / sampling.temperature)
    if sampling.top_p < 1:
        weights = np.where(np.cumsum(weights) - weights < top_p * weights.sum(), weights, 0)
    weights = np.where(weights >= sampling.min_p, weights, 0)
    if 0 < sampling.top_k < len(logits):
        return ids, weights
    rising = np.argsort(ids)
    return ids[rising], weights[rising]


def expected_draws(logits: Floats, row: FakeRow, num_steps: int) -> list[set[int]]:
    """Give what each step may draw from logits (V,): one id, or more where float32 may round to either side."""
    points = np.array([high + low * 2.0**-24 for high, low in (draw_uniform(row.seed, step) for step in range(num_steps))])
    expected: list[set[int]] = [set() for _ in points]
    falling = order(logits)
    rounding = 4 * ROUNDING if 1024 < row.sampling.top_k < len(logits) else ROUNDING  # so many candidates are summed up one after the other
    for error in (-rounding, 0, rounding) if row.sampling.top_p < 1 else (0,):
        ids, weights = kept_weights(logits, falling, row.sampling, row.sampling.top_p + error)
        ends = np.cumsum(weights) / weights.sum()
        for shift in (-rounding, 0, rounding):
            places = np.searchsorted(ends, np.clip(points + shift, 0, ends[-1] - 1e-12), side="right")
            for step, place in enumerate(places):
                expected[step].add(int(ids[place]))
    return expected


def assert_as_expected(rows: Sequence[FakeRow], logits: Floats, drawn: Ints, most_unclear: float = 0.08) -> None:
    """Hold draws (B, steps) against the reference, of which hardly any may lie where float32 could round either way."""
    expected = [expected_draws(one, row, drawn.shape[1]) for one, row in zip(logits, rows, strict=True)]
    wrong = [
        (index, rows[index].sampling, step, int(drawn[index, step]), allowed)
        for index, steps in enumerate(expected)
        for step, allowed in enumerate(steps)
        if int(drawn[index, step]) not in allowed
    ]
    assert not wrong, wrong[:5]
    assert np.mean([len(allowed) > 1 for steps in expected for allowed in steps]) <= most_unclear
