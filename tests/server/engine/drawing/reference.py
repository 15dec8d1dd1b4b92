"""Drawing as one would write it down: a full sort, float64, one row after the other. And rows to draw for."""

from collections.abc import Sequence
from typing import Any

import mlx.core as mx
import msgspec
import numpy as np
import numpy.typing as npt

from server.engine.mlx.drawing.drawer import Drawer
from server.engine.mlx.drawing.noise import BELOW_1, FIRST_OF_BLOCKS, make_start
from server.engine.mlx.drawing.processor import LogitProcessor
from server.engine.mlx.drawing.weights import BLOCK_SIZE
from server.engine.protocol import Sampling

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.integer[Any]]
Bools = npt.NDArray[np.bool_]

ROUNDING = 5e-6  # of float32: of a sum beside its total, of one that races beside another


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


def kept_weights(logits: Floats, ids: Ints, sampling: Sampling, top_p: float) -> Floats:
    """Give the weights (V,), 0 for those that the filters take away; `ids` are those of logits (V,) in falling order."""
    kept: Floats = np.zeros(len(logits))
    if sampling.temperature < 1e-5:
        kept[ids[0]] = 1
        return kept
    ids = ids[: sampling.top_k] if sampling.top_k else ids
    weights = np.exp((logits[ids].astype(np.float64) - logits[ids[0]]) / sampling.temperature)
    if sampling.top_p < 1:
        weights = np.where(np.cumsum(weights) - weights < top_p * weights.sum(), weights, 0)
    kept[ids] = np.where(weights >= sampling.min_p, weights, 0)
    return kept


def exponential(starts: Ints, numbers: Ints) -> Floats:
    """Give the numbers (S, N) of tokens or blocks (N,) in draws that start at (S,), by SplitMix64; what is float32 there is here."""
    bits = starts[:, None] + (numbers.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    uniform = (bits ^ (bits >> np.uint64(31))).astype(np.float32).astype(np.float64) * 2.0**-64
    times: Floats = -np.log1p(-np.clip(uniform, 2.0**-64, BELOW_1))
    return times


def firsts(speeds: Floats) -> Bools:
    """Say which of speeds (…, N) are the greatest, or so near to it that float32 might have them so."""
    is_first: Bools = (speeds > 0) & (speeds >= speeds.max(axis=-1, keepdims=True) * (1 - ROUNDING))
    return is_first


def race(weights: Floats, starts: Ints, has_blocks: bool) -> Bools:
    """Say what is drawn of weights (V,) in draws that start at (S,): (S, V), with more than one where float32 could decide either way."""
    ids = np.arange(len(weights))
    speeds = weights / exponential(starts, ids)
    if not has_blocks:
        return firsts(speeds)
    missing = -len(weights) % BLOCK_SIZE
    sums = np.pad(weights, (0, missing)).reshape(-1, BLOCK_SIZE).sum(axis=-1)
    is_block = firsts(sums / exponential(starts, FIRST_OF_BLOCKS + np.arange(len(sums))))  # (S, blocks)
    is_token = firsts(np.pad(speeds, ((0, 0), (0, missing))).reshape(len(starts), -1, BLOCK_SIZE))
    return (is_block[:, :, None] & is_token).reshape(len(starts), -1)[:, : len(weights)]


def expected_draws(logits: Floats, row: FakeRow, num_steps: int) -> Bools:
    """Say what each step may draw from logits (V,): (steps, V), with more than one where float32 may round to either side."""
    starts = np.array([make_start(row.seed, step) for step in range(num_steps)])
    falling = order(logits)
    is_few = 0 < row.sampling.top_k < len(logits)
    rounding = 4 * ROUNDING if is_few and row.sampling.top_k > 1024 else ROUNDING  # so many candidates are summed up one after the other
    errors = (-rounding, 0, rounding) if row.sampling.top_p < 1 else (0,)
    kept = {weights.tobytes(): weights for weights in (kept_weights(logits, falling, row.sampling, row.sampling.top_p + e) for e in errors)}
    expected: Bools = np.logical_or.reduce([race(weights, starts, not is_few) for weights in kept.values()])
    return expected


def assert_as_expected(rows: Sequence[FakeRow], logits: Floats, drawn: Ints, most_unclear: float = 0.002) -> None:
    """Hold draws (B, steps) against the reference, of which hardly any may lie where float32 could round either way."""
    wrong: list[Any] = []
    num_unclear = 0
    for one, row, ids in zip(logits, rows, drawn, strict=True):
        allowed = expected_draws(one, row, len(ids))
        num_unclear += int((allowed.sum(axis=-1) > 1).sum())
        wrong += [
            (row.sampling, step, id, np.flatnonzero(may)) for step, (id, may) in enumerate(zip(ids, allowed, strict=True)) if not may[id]
        ]
    assert not wrong, wrong[:5]
    assert num_unclear <= most_unclear * drawn.size
