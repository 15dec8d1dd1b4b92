"""Weights brought into memory piece by piece, each held against what is no number: one such weight would spoil every answer."""

from collections.abc import Iterator

import mlx.core as mx
import mlx.nn as nn
from mlx.utils import tree_flatten

from adapters.base.errors import ModelLoadError

PIECE_BYTES = 256 << 20  # that are read together, and let go of where they are only on the way to another dtype


def evaluate_finite(model: nn.Module) -> None:
    """Compute a model's weights. Raises ModelLoadError for the first that holds NaN or infinity."""
    for piece in _cut(tree_flatten(model.parameters())):
        sums = {name: array.sum() for name, array in piece if mx.issubdtype(array.dtype, mx.floating)}
        mx.eval([array for _, array in piece], *sums.values())
        for name, array in piece:
            # Finite numbers may still have a sum that is not.
            if name in sums and not mx.isfinite(sums[name]).item() and not mx.isfinite(array).all().item():
                raise ModelLoadError(f"the weights hold NaN or infinity, in {name} at least: no answer could be computed")


def _cut(arrays: list[tuple[str, mx.array]]) -> Iterator[list[tuple[str, mx.array]]]:
    piece: list[tuple[str, mx.array]] = []
    num_bytes = 0
    for name, array in arrays:
        piece.append((name, array))
        num_bytes += array.nbytes
        if num_bytes >= PIECE_BYTES:
            yield piece
            piece, num_bytes = [], 0
    yield piece
