"""Weights that stand on an even grid in their file, thirty-two values a step and an offset, put on the same grid of MLX's.

Quantising them anew would choose other steps, and so round a second time what is coarse already: docs/log.md has what that costs.
"""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import numpy.typing as npt
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import Q4_K

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Grid = tuple[Floats, Floats]  # steps and offsets (rows, groups): a value is its number times the step, plus the offset

GROUP_SIZE = 32
WORD_VALUES = 8  # packed at once: as many bytes as a value has bits


def is_on_grid(kind: GGMLQuantizationType) -> bool:
    """Whether a type's values stand on such a grid."""
    return kind in _READERS


def read_grid(blocks: Bytes, kind: GGMLQuantizationType) -> Grid:
    """Find the grid of rows (rows, bytes) as they are in the file."""
    split = blocks.reshape(-1, GGML_QUANT_SIZES[kind][1])
    steps, offsets = _READERS[kind](split)
    return steps.reshape(len(blocks), -1), offsets.reshape(len(blocks), -1)


def pack(rows: Floats, grid: Grid, *, bits: int) -> npt.NDArray[np.uint32]:
    """Number the values of rows (rows, values) on their grid, and pack the numbers as MLX does: one behind the other, lowest bit first."""
    steps, offsets = (part[..., None] for part in grid)
    grouped = rows.reshape(len(rows), -1, GROUP_SIZE) - offsets
    numbers = np.rint(np.divide(grouped, steps, out=np.zeros_like(grouped), where=steps != 0)).clip(0, 2**bits - 1).astype(np.uint64)
    numbers = numbers.reshape(-1, WORD_VALUES) << (np.arange(WORD_VALUES, dtype=np.uint64) * np.uint64(bits))
    words = np.bitwise_or.reduce(numbers, axis=-1, keepdims=True).astype("<u8")
    return np.ascontiguousarray(words.view(np.uint8)[:, :bits]).reshape(-1).view("<u4").reshape(len(rows), -1)


def _read_halves(blocks: Bytes, place: int) -> Floats:
    return np.ascontiguousarray(blocks[:, place : place + 2]).view("<f2").astype(np.float32)


def _read_centred(blocks: Bytes, *, centre: int) -> Grid:
    steps = _read_halves(blocks, 0)
    return steps, -centre * steps


def _read_offset(blocks: Bytes) -> Grid:
    return _read_halves(blocks, 0), _read_halves(blocks, 2)


def _read_scaled(blocks: Bytes) -> Grid:
    """A block has eight groups, whose steps and offsets are multiples of its own."""
    steps, offsets = Q4_K.get_scale_min(np.ascontiguousarray(blocks[:, 4 : 4 + Q4_K.K_SCALE_SIZE]))
    return _read_halves(blocks, 0) * steps, -(_read_halves(blocks, 2) * offsets)


_READERS: Mapping[GGMLQuantizationType, Callable[[Bytes], Grid]] = {
    GGMLQuantizationType.Q4_0: partial(_read_centred, centre=8),
    GGMLQuantizationType.Q5_0: partial(_read_centred, centre=16),
    GGMLQuantizationType.Q8_0: partial(_read_centred, centre=128),
    GGMLQuantizationType.Q4_1: _read_offset,
    GGMLQuantizationType.Q5_1: _read_offset,
    GGMLQuantizationType.Q4_K: _read_scaled,
    GGMLQuantizationType.Q5_K: _read_scaled,
}
