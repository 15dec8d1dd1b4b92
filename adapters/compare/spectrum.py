"""The singular values of a low-rank update, without the update itself."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from adapters.files.pairing import LowRankPair
from adapters.files.tensor_file import Floats

Singular = NDArray[np.float64]  # descending


class Norms(msgspec.Struct, frozen=True, kw_only=True):
    """How large a matrix is."""

    frobenius: float  # the root of the sum of its squares
    spectral: float  # the most that it lengthens any vector: its largest singular value


class Spectrum(msgspec.Struct, frozen=True, kw_only=True):
    """What the singular values of an update say."""

    norms: Norms
    rank: int  # of its factors: as many singular values can be above zero
    effective_rank: float  # e to the entropy of the singular values as shares of their sum: Roy and Vetterli, 2007
    stable_rank: float  # Frobenius over spectral norm, squared: Rudelson and Vershynin, 2007


def measure_spectrum(pair: LowRankPair) -> Spectrum:
    """Measure `scale * B A` of a pair; of DoRA's, the low-rank part, without what its magnitudes do."""
    values = find_singular_values(pair.a, pair.b)
    norms = Norms(frobenius=float(np.linalg.norm(values)), spectral=float(values[0]))
    return Spectrum(norms=norms, rank=len(values), effective_rank=effective_rank(values), stable_rank=_stable_rank(norms))


def find_singular_values(a: Floats, b: Floats) -> Singular:
    """Give those of `a @ b`, a (in, rank) and b (rank, out): with `a = Q R` and `b' = P S` they are those of `R S'`, rank by rank."""
    core = _triangle(a) @ _triangle(b.T).T
    return np.linalg.svd(core, compute_uv=False).astype(np.float64)


def effective_rank(values: Sequence[float] | Singular) -> float:
    """Count the directions that an update goes in, a weak one as a part of one; 0 where there is none."""
    shares = np.asarray(values, np.float64)
    total = shares.sum()
    if not total:
        return 0.0
    shares = shares[shares > 0] / total
    return float(np.exp(-(shares * np.log(np.maximum(shares, np.finfo(np.float64).tiny))).sum()))


def _stable_rank(norms: Norms) -> float:
    return (norms.frobenius / norms.spectral) ** 2 if norms.spectral else 0.0


def _triangle(matrix: Floats) -> NDArray[np.float64]:
    return np.asarray(np.linalg.qr(matrix.astype(np.float64), mode="r"))
