"""A model's folder in float32, which both train in: mlx-lm takes weights as they are stored, and on a CPU 16 bits are slow."""

import shutil
from pathlib import Path

import mlx.core as mx


def write_floats(source: str, target: str) -> None:
    """Copy a folder and cast its weights."""
    shutil.copytree(source, target)
    for file in Path(target).glob("*.safetensors"):
        weights = mx.load(str(file))
        assert isinstance(weights, dict)
        cast = {name: array.astype(mx.float32) for name, array in weights.items()}
        mx.eval(cast)
        mx.save_safetensors(str(file.with_suffix(".cast.safetensors")), cast, metadata={"format": "mlx"})
        file.with_suffix(".cast.safetensors").replace(file)
