"""Weights out of a GGUF file in bfloat16, as Google's are, under the names that every loader knows."""

from collections.abc import Iterator
from pathlib import Path

import mlx.core as mx

from adapters.base.gguf.header import read_header
from adapters.base.gguf.weights import GgufWeights


def write_weights(gguf: Path, target: Path) -> None:
    """Dequantise all tensors of `gguf` and write them to `target`, a safetensors file."""
    mx.save_safetensors(str(target), dict(_read_rounded(gguf)), metadata={"format": "mlx"})


def _read_rounded(gguf: Path) -> Iterator[tuple[str, mx.array]]:
    """Read one after the other, so that only the largest is in float32."""
    weights = GgufWeights(read_header(gguf))
    for name in weights.tensors:
        rounded = mx.array(weights.whole(name)).astype(mx.bfloat16)
        mx.eval(rounded)
        yield name, rounded
