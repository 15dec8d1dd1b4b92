"""The norms of the base's weights, and of what an adapter makes of them, read in pieces: a quantised weight is dequantised row by row.

The Frobenius norm is exact. The spectral norm is found by block power iteration, with NUM_VECTORS vectors, until it grows by less than
PRECISION of itself: from below, so that what is told is never more than the norm.
"""

from collections.abc import Callable, Iterator, Mapping
from math import sqrt

import mlx.core as mx
import mlx.nn as nn
import numpy as np

from adapters.bank.gains import find_gain
from adapters.bank.weight_rows import WEIGHTS_AT_ONCE, read_rows
from adapters.base.weights.names import LANGUAGE_MODEL
from adapters.compare.spectrum import Norms, measure_spectrum
from adapters.compare.updates import WeightNorms
from adapters.files.pairing import LowRankPair

NUM_VECTORS = 8
PRECISION = 1e-4
MOST_ROUNDS = 60

Pieces = Callable[[], Iterator[mx.array]]  # each time anew: the rows of a matrix (R, in), in float32, in their order


class BaseNorms:
    """What was measured of a model; each weight once, whatever adapters touch it."""

    def __init__(self, model: nn.Module) -> None:
        text_model = getattr(model, LANGUAGE_MODEL, model)
        self._linears: dict[str, nn.Linear | nn.QuantizedLinear] = {
            name: module
            for name, module in text_model.named_modules()
            if isinstance(module, nn.Linear | nn.QuantizedLinear) and name.startswith("model.layers.")
        }
        self._norms: dict[str, Norms] = {}

    def frobenius(self) -> float:
        """Give the norm of all linear layers together."""
        return sqrt(sum(_frobenius(_weight_pieces(linear)) ** 2 for linear in self._linears.values()))

    def beside(self, pairs: Mapping[str, LowRankPair]) -> dict[str, WeightNorms]:
        """Measure the weights that `pairs` touch, and their updates."""
        return {name: WeightNorms(weight=self._norms_of(name), update=self._measure_update(name, pair)) for name, pair in pairs.items()}

    def _norms_of(self, name: str) -> Norms:
        if name not in self._norms:
            self._norms[name] = measure_norms(_weight_pieces(self._linears[name]))
        return self._norms[name]

    def _measure_update(self, name: str, pair: LowRankPair) -> Norms:
        if pair.magnitude is None:
            return measure_spectrum(pair).norms
        return measure_norms(_update_pieces(self._linears[name], pair))


def measure_norms(pieces: Pieces) -> Norms:
    """Measure a matrix that comes in pieces."""
    return Norms(frobenius=_frobenius(pieces), spectral=_spectral(pieces))


def _frobenius(pieces: Pieces) -> float:
    # Rows by themselves, then in float64: a float32 that has grown large takes no small squares any more.
    return sqrt(sum(float(np.array(mx.sum(mx.square(piece), axis=1)).astype(np.float64).sum()) for piece in pieces()))


def _spectral(pieces: Pieces) -> float:
    num_columns = next(pieces()).shape[1]
    vectors = np.random.default_rng(0).standard_normal((num_columns, min(NUM_VECTORS, num_columns)))
    found = 0.0
    for _ in range(MOST_ROUNDS):
        basis, _ = np.linalg.qr(vectors)
        vectors = _square_of(pieces, basis.astype(np.float32))
        # The largest singular value of the matrix on the space that the vectors span.
        higher = sqrt(max(float(np.linalg.eigvalsh(basis.T @ vectors)[-1]), 0.0))
        if higher - found <= PRECISION * higher:
            return max(higher, found)
        found = higher
    return found


def _square_of(pieces: Pieces, basis: np.ndarray) -> np.ndarray:
    """Give `W' W` times the basis (in, vectors)."""
    columns = mx.array(basis)
    total = mx.zeros(basis.shape)
    for piece in pieces():
        total = total + piece.T @ (piece @ columns)
        mx.eval(total)  # so that one piece at most is there in float32
    return np.array(total).astype(np.float64)


def _weight_pieces(linear: nn.Linear | nn.QuantizedLinear) -> Pieces:
    return lambda: (read_rows(linear, rows) for rows in _cut_rows(linear))


def _update_pieces(linear: nn.Linear | nn.QuantizedLinear, pair: LowRankPair) -> Pieces:
    """Give what DoRA changes: `gain * (W + BA) - W`."""
    a, b, gain = mx.array(pair.a), mx.array(pair.b), mx.array(find_gain(linear, pair))

    def pieces() -> Iterator[mx.array]:
        for rows in _cut_rows(linear):
            weight = read_rows(linear, rows)
            yield gain[rows][:, None] * (weight + (a @ b[:, rows]).T) - weight

    return pieces


def _cut_rows(linear: nn.Linear | nn.QuantizedLinear) -> Iterator[slice]:
    num_rows = linear.weight.shape[0]
    num_columns = linear.weight.shape[1] * (32 // linear.bits if isinstance(linear, nn.QuantizedLinear) else 1)
    at_once = max(1, WEIGHTS_AT_ONCE // num_columns)
    return (slice(start, start + at_once) for start in range(0, num_rows, at_once))
