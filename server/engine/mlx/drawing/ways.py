"""The ways of drawing: each does for all rows of one kind what their sampling asks for, in the order of transformers and vLLM.

Temperature, then top_k, then top_p over what top_k leaves, then min_p beside the likeliest token, which always stays.
"""

from collections.abc import Sequence
from math import inf
from typing import Literal, Protocol

import mlx.core as mx
import numpy as np

from server.engine.mlx.drawing.candidates import find_candidates
from server.engine.mlx.drawing.greedy import find_likeliest
from server.engine.mlx.drawing.noise import Noise
from server.engine.mlx.drawing.nucleus import Nucleus
from server.engine.mlx.drawing.race import find_block, find_first, find_token
from server.engine.mlx.drawing.row import DrawingRow
from server.engine.mlx.drawing.weights import find_best, pad, scales_of, sum_blocks, take_block, weigh
from server.engine.protocol import Sampling

Found = tuple[mx.array, mx.array]  # ids (P,) and each row's greatest logit (P,)

GREEDY_BELOW = 1e-5  # a temperature under this is greedy: its reciprocal would overflow
FEW, MANY = 64, 1024  # rows that keep up to as many tokens are drawn together


class Way(Protocol):
    """Draws for the rows whose parameters it was made with."""

    def draw(self, logits: mx.array, rows: Sequence[DrawingRow]) -> Found:
        """Draw from logits (P, V). A row with NaN gives some id of the vocabulary, and a greatest logit that is not finite."""
        ...


class Greedy:
    """Takes the likeliest token."""

    def draw(self, logits: mx.array, rows: Sequence[DrawingRow]) -> Found:
        return find_likeliest(logits)


class AmongFew:
    """Draws among the top_k likeliest tokens, at most `width`: as wide for any company, so that sums round alike."""

    def __init__(self, samplings: Sequence[Sampling], width: int) -> None:
        self._scales = scales_of(samplings)
        self._width = width
        self._top_k = mx.array([[sampling.top_k] for sampling in samplings])
        self._top_p = mx.array([[sampling.top_p if sampling.top_p < 1 else inf] for sampling in samplings])
        self._min_p = _min_p_of(samplings)

    def draw(self, logits: mx.array, rows: Sequence[DrawingRow]) -> Found:
        ids, values = find_candidates(logits, self._width)
        weights = weigh(values, values[:, :1], self._scales)  # falling
        weights = mx.where(mx.arange(weights.shape[-1]) < self._top_k, weights, 0)
        mass_above = mx.cumsum(weights, axis=-1, inclusive=False)
        is_kept = (mass_above < self._top_p * weights.sum(axis=-1, keepdims=True)) & (weights >= self._min_p)
        place = find_first(mx.where(is_kept, weights, 0), Noise(rows).of_tokens(ids))
        return mx.take_along_axis(ids, place, axis=-1).squeeze(-1), values[:, 0]


class AmongAll:
    """Draws from the whole vocabulary, or what min_p leaves of it."""

    def __init__(self, samplings: Sequence[Sampling]) -> None:
        self._scales = scales_of(samplings)
        self._min_p = _min_p_of(samplings) if any(sampling.min_p > 0 for sampling in samplings) else None

    def draw(self, logits: mx.array, rows: Sequence[DrawingRow]) -> Found:
        padded = pad(logits)
        best = find_best(padded)
        weights = weigh(padded, best, self._scales)
        if self._min_p is not None:
            weights = mx.where(weights < self._min_p, 0, weights)
        noise = Noise(rows)
        block = find_block(sum_blocks(weights), noise)
        return find_token(take_block(weights, block), block, noise), best.squeeze(-1)


class InNucleus:
    """Draws among the likeliest tokens that hold the mass top_p of the whole vocabulary, or what min_p leaves of them."""

    def __init__(self, samplings: Sequence[Sampling]) -> None:
        self._scales = scales_of(samplings)
        self._top_p = mx.array([[sampling.top_p] for sampling in samplings])
        self._below_min_p = mx.array([[_just_below(sampling.min_p)] for sampling in samplings])

    def draw(self, logits: mx.array, rows: Sequence[DrawingRow]) -> Found:
        padded = pad(logits)
        best = find_best(padded)
        nucleus = Nucleus(weigh(padded, best, self._scales), self._top_p, self._below_min_p)
        noise = Noise(rows)
        block = find_block(nucleus.sums, noise)
        return find_token(nucleus.take_block(block), block, noise), best.squeeze(-1)


def _min_p_of(samplings: Sequence[Sampling]) -> mx.array:
    return mx.array([[sampling.min_p] for sampling in samplings])


def _just_below(min_p: float) -> float:
    """Give the greatest float32 that is less; less than any weight if that is 0."""
    return float(np.nextafter(np.float32(min_p), np.float32(-1))) if min_p > 0 else -1.0


Kind = tuple[Literal["greedy", "few", "all", "nucleus"], int]  # the second: among how many


def kind_of(sampling: Sampling, num_ids: int) -> Kind:
    """Say which rows may be drawn together: those of one kind."""
    if sampling.temperature < GREEDY_BELOW or sampling.top_p == 0:
        return "greedy", 0
    if 0 < sampling.top_k < num_ids:
        return "few", _round_up(sampling.top_k)
    return ("nucleus" if sampling.top_p < 1 else "all"), 0


def make_way(kind: Kind, samplings: Sequence[Sampling]) -> Way:
    """Make the way of rows of one kind."""
    match kind[0]:
        case "greedy":
            return Greedy()
        case "few":
            return AmongFew(samplings, kind[1])
        case "all":
            return AmongAll(samplings)
        case "nucleus":
            return InNucleus(samplings)


def _round_up(top_k: int) -> int:
    """Make few kinds of many numbers: a row that keeps many tokens must not make others search for as many."""
    if top_k <= MANY:
        return FEW if top_k <= FEW else MANY
    return 1 << (top_k - 1).bit_length()
