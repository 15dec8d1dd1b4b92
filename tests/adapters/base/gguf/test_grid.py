"""Weights of a file's grid, packed for MLX: the same numbers come back."""

import mlx.core as mx
import numpy as np
import pytest
from gguf import GGMLQuantizationType
from gguf.constants import GGML_QUANT_SIZES
from gguf.quants import dequantize

from adapters.base.gguf.grid import GROUP_SIZE, is_on_grid, pack, read_grid

NUM_ROWS, NUM_BLOCKS = 6, 3
KINDS = {"Q4_0": 4, "Q4_1": 4, "Q4_K": 4, "Q5_0": 5, "Q5_1": 5, "Q5_K": 5, "Q8_0": 8}
NUM_HALVES = {"Q4_0": 1, "Q4_1": 2, "Q4_K": 2, "Q5_0": 1, "Q5_1": 2, "Q5_K": 2, "Q8_0": 1}  # numbers that a block begins with


def make_blocks(name: str, seed: int) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """Any bytes are a block, but for the halves that it begins with; one of them is nought."""
    draw = np.random.default_rng(seed)
    blocks = draw.integers(0, 256, (NUM_ROWS * NUM_BLOCKS, GGML_QUANT_SIZES[GGMLQuantizationType[name]][1]), dtype=np.uint8)
    halves = draw.normal(0, 0.02, (len(blocks), NUM_HALVES[name])).astype(np.float16)
    halves[0] = 0
    blocks[:, : 2 * NUM_HALVES[name]] = halves.view(np.uint8)
    return blocks.reshape(NUM_ROWS, -1)


@pytest.mark.parametrize("name", KINDS)
def test_what_mlx_reads_is_what_the_file_holds(name: str) -> None:
    kind, blocks = GGMLQuantizationType[name], make_blocks(name, seed=len(name))
    rows = dequantize(blocks, kind)
    steps, offsets = grid = read_grid(blocks, kind)
    packed = mx.array(pack(rows, grid, bits=KINDS[name]))
    read = mx.dequantize(packed, mx.array(steps), mx.array(offsets), group_size=GROUP_SIZE, bits=KINDS[name])
    assert np.allclose(np.array(read), rows, rtol=1e-5, atol=1e-6)
    assert np.abs(rows).max() > 0.1


def test_types_with_steps_for_sixteen_values_or_uneven_ones_have_no_such_grid() -> None:
    assert not any(is_on_grid(GGMLQuantizationType[name]) for name in ("Q2_K", "Q3_K", "Q6_K", "IQ4_NL", "F16", "BF16"))
    assert all(is_on_grid(GGMLQuantizationType[name]) for name in KINDS)
