"""Quantised weights of MLX's, unpacked and packed again.

In the affine modes a group of a row has a scale and a bias in the weights' dtype, and a value is `code * scale + bias`; the codes lie in a
row as a stream of bits, the lowest first. MLX rounds codes to the grid that it has found and its scale and bias afterwards, to the dtype
that they are stored in. Here the codes are rounded to the grid as it is stored, and a group keeps the grid that it had where that is as
good: what an adapter hardly changes is then hardly changed, while MLX's own way rounds all of it anew.
"""

from typing import NamedTuple

import mlx.core as mx
import numpy as np
import numpy.typing as npt

from adapters.fuse.dtypes import cast

WORD_BITS = 32
OTHER_MODES = {(4, 16): "nvfp4", (4, 32): "mxfp4", (8, 32): "mxfp8"}  # by bits and group size, as MLX has one of each only
AFFINE = "affine"

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


def pack(wanted: mx.array, packing: Packing, before: Packed) -> Packed:
    """Quantise rows (R, in) as they were before, with the same bits, group size and mode."""
    if packing.mode != AFFINE:
        weight, scales, *_ = mx.quantize(wanted, group_size=packing.group_size, bits=packing.bits, mode=packing.mode)
        return Packed(weight, scales, None)
    assert before.biases is not None
    grouped = wanted.reshape(wanted.shape[0], -1, packing.group_size)
    _, scales, biases = mx.quantize(wanted, group_size=packing.group_size, bits=packing.bits)
    found = (cast(scales, packing.scales_dtype), cast(biases, packing.scales_dtype))
    fresh_codes, fresh_error = _round_to_grid(grouped, *found, packing.bits)
    kept_codes, kept_error = _round_to_grid(grouped, before.scales, before.biases, packing.bits)
    is_kept = kept_error <= fresh_error
    codes = mx.where(is_kept[..., None], kept_codes, fresh_codes).astype(mx.uint8)
    return Packed(
        mx.array(_to_stream(np.array(codes.reshape(wanted.shape)), packing.bits)),
        mx.where(is_kept, before.scales, found[0]),
        mx.where(is_kept, before.biases, found[1]),
    )


def _round_to_grid(values: mx.array, scales: mx.array, biases: mx.array, bits: int) -> tuple[mx.array, mx.array]:
    """Give the codes of values (R, groups, group_size) and each group's squared error."""
    scale, bias = (one.astype(mx.float32)[..., None] for one in (scales, biases))
    codes = mx.clip(mx.round((values - bias) / mx.where(scale == 0, mx.ones_like(scale), scale)), 0, 2**bits - 1)
    return codes, mx.square(codes * scale + bias - values).sum(axis=-1)


def _to_stream(codes: Codes, bits: int) -> npt.NDArray[np.uint32]:
    """Lay out codes (R, in) as words (R, in * bits / 32)."""
    each = np.unpackbits(codes[..., None], axis=-1, count=bits, bitorder="little")
    stream = np.packbits(each.reshape(codes.shape[0], -1), axis=-1, bitorder="little")
    words: npt.NDArray[np.uint32] = stream.view("<u4")
    return words
