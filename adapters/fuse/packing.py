"""Quantised weights of MLX's, unpacked and packed again with an adapter's update in them.

In the affine modes a group of a row has a scale and a bias in the weights' dtype, and a value is `code * scale + bias`; the codes lie in a
row as a stream of bits, the lowest first. MLX rounds codes to the grid that it has found, and its scale and bias afterwards; of an update
that is small beside the grid's steps little is left then: codes that it does not lift over half a step stay as they are. So here

- a group keeps the grid that it had where that is as good as the new one, which is held as it is stored;
- what was lost in the directions that the adapter reads is carried along the row to codes that are still to come, as error feedback
  (https://arxiv.org/abs/2210.17323 does so for inputs that were measured). The error grows a little, and the update's effect stays.
"""

from typing import NamedTuple

import mlx.core as mx
import numpy as np
import numpy.typing as npt

from adapters.files.tensor_file import Floats
from adapters.fuse.dtypes import cast

WORD_BITS = 32
OTHER_MODES = {(4, 16): "nvfp4", (4, 32): "mxfp4", (8, 32): "mxfp8"}  # by bits and group size, as MLX has one of each only
AFFINE = "affine"
CARRIED = 0.1  # how much an error in the adapter's directions weighs beside one in any, as many times as there are fewer of them

Codes = npt.NDArray[np.uint8]


class Packing(NamedTuple):
    """How a matrix is quantised."""

    bits: int
    group_size: int
    mode: str
    scales_dtype: str  # as a weight file names it

    def describe(self) -> str:
        """Say it in a few words."""
        return f"{self.bits} bits in groups of {self.group_size}" + ("" if self.mode == AFFINE else f" ({self.mode})")


class Packed(NamedTuple):
    """Rows of a quantised matrix."""

    weight: mx.array  # (R, in * bits / 32)
    scales: mx.array  # (R, in / group_size)
    biases: mx.array | None


def unpack(packed: Packed, packing: Packing) -> mx.array:
    """Give the rows (R, in) in float32, not rounded to the scales' dtype."""
    if packing.mode != AFFINE:
        values = mx.dequantize(packed.weight, packed.scales, None, group_size=packing.group_size, bits=packing.bits, mode=packing.mode)
        return values.astype(mx.float32)
    assert packed.biases is not None
    scales, biases = packed.scales.astype(mx.float32), packed.biases.astype(mx.float32)
    return mx.dequantize(packed.weight, scales, biases, group_size=packing.group_size, bits=packing.bits)


def pack(wanted: mx.array, packing: Packing, before: Packed, directions: Floats) -> Packed:
    """Quantise rows (R, in) as they were before, with the same bits, group size and mode; `directions` are the adapter's (in, rank)."""
    if packing.mode != AFFINE:
        weight, scales, *_ = mx.quantize(wanted, group_size=packing.group_size, bits=packing.bits, mode=packing.mode)
        return Packed(weight, scales, None)
    scales, biases = _choose_grid(wanted, packing, before)
    codes = _carry_errors(wanted, _spread(scales, packing), _spread(biases, packing), directions, packing.bits)
    return Packed(mx.array(_to_stream(codes, packing.bits)), scales, biases)


def find_directions(a: Floats) -> Floats:
    """Give an orthonormal basis (in, rank) of what an adapter reads of its inputs."""
    basis: Floats = np.linalg.qr(a.astype(np.float64))[0].astype(np.float32)
    return basis


def _choose_grid(wanted: mx.array, packing: Packing, before: Packed) -> tuple[mx.array, mx.array]:
    """Give scales and biases (R, groups) as they are stored: those from before, or new ones where the values lie nearer to them."""
    assert before.biases is not None
    values = wanted.reshape(wanted.shape[0], -1, packing.group_size)
    _, scales, biases = mx.quantize(wanted, group_size=packing.group_size, bits=packing.bits)
    scales, biases = cast(scales, packing.scales_dtype), cast(biases, packing.scales_dtype)
    is_kept = _measure(values, before.scales, before.biases, packing.bits) <= _measure(values, scales, biases, packing.bits)
    return mx.where(is_kept, before.scales, scales), mx.where(is_kept, before.biases, biases)


def _measure(values: mx.array, scales: mx.array, biases: mx.array, bits: int) -> mx.array:
    """Give each group's squared distance from a grid (R, groups)."""
    scale, bias = (one.astype(mx.float32)[..., None] for one in (scales, biases))
    codes = mx.clip(mx.round((values - bias) / mx.where(scale == 0, mx.ones_like(scale), scale)), 0, 2**bits - 1)
    return mx.square(codes * scale + bias - values).sum(axis=-1)


def _spread(of_groups: mx.array, packing: Packing) -> Floats:
    """Give what a group has to each of its values, one column of the matrix after the other (in, R)."""
    spread: Floats = np.repeat(np.array(of_groups.astype(mx.float32)).T, packing.group_size, axis=0)
    return spread


def _carry_errors(wanted: mx.array, scales: Floats, biases: Floats, directions: Floats, bits: int) -> Codes:
    """Give the codes (R, in) of rows, column after column.

    Each is chosen for the least of its own squared error and, times `weight`, that of all so far in the adapter's directions.
    """
    columns = np.ascontiguousarray(np.array(wanted).T)
    num_columns, num_rows = columns.shape
    steps = np.where(scales == 0, np.float32(1), scales)
    weight = np.float32(CARRIED * num_columns / directions.shape[1])
    codes = np.empty((num_columns, num_rows), np.uint8)
    lost = np.zeros((directions.shape[1], num_rows), np.float32)
    for column, direction in enumerate(directions):
        aim = columns[column] - weight / (1 + weight * (direction @ direction)) * (direction @ lost)
        code = np.clip(np.rint((aim - biases[column]) / steps[column]), 0, 2**bits - 1)
        lost += np.outer(direction, code * scales[column] + biases[column] - columns[column])
        codes[column] = code
    return np.ascontiguousarray(codes.T)


def _to_stream(codes: Codes, bits: int) -> npt.NDArray[np.uint32]:
    """Lay out codes (R, in) as words (R, in * bits / 32)."""
    each = np.unpackbits(codes[..., None], axis=-1, count=bits, bitorder="little")
    stream = np.packbits(each.reshape(codes.shape[0], -1), axis=-1, bitorder="little")
    words: npt.NDArray[np.uint32] = stream.view("<u4")
    return words
