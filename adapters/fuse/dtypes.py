"""The dtypes that weight files hold, between their bytes and MLX's arrays."""

from collections.abc import Sequence
from typing import Any

import mlx.core as mx
import numpy as np

from adapters.base.errors import ModelLoadError
from adapters.base.weights.files import ITEM_BYTES

# By the name in the file: what numpy reads the bytes as, and what MLX takes the bits for.
_KINDS: dict[str, tuple[np.dtype[Any], mx.Dtype]] = {
    "F32": (np.dtype("<f4"), mx.float32),
    "F16": (np.dtype("<f2"), mx.float16),
    "BF16": (np.dtype("<u2"), mx.bfloat16),
    "U32": (np.dtype("<u4"), mx.uint32),
    "U8": (np.dtype("u1"), mx.uint8),
}
STORED_NAMES = {"float32": "F32", "float16": "F16", "bfloat16": "BF16"}


def decode(content: bytes, dtype: str, shape: Sequence[int]) -> mx.array:
    """Give the array that a file's bytes are. Raises ModelLoadError for a dtype that no weight is of."""
    if dtype not in _KINDS:
        raise ModelLoadError(f"a tensor of {dtype} cannot be read: expected {', '.join(_KINDS)}")
    stored, kind = _KINDS[dtype]
    values = mx.array(np.frombuffer(content, stored).reshape(shape))
    return values if values.dtype == kind else values.view(kind)


def encode(values: mx.array, dtype: str) -> bytes:
    """Give the bytes that stand for an array in a file, each value rounded to the nearest that the dtype has."""
    stored, kind = _KINDS[dtype]
    cast = values.astype(kind)
    content: bytes = np.array(cast.view(mx.uint16) if kind == mx.bfloat16 else cast).astype(stored, copy=False).tobytes()
    return content


def cast(values: mx.array, dtype: str) -> mx.array:
    """Give the values as they are when a file has held them."""
    return values.astype(_KINDS[dtype][1])


def count_bytes(dtype: str) -> int:
    """Give the bytes of one value."""
    return ITEM_BYTES[dtype]
