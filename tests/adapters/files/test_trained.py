"""Adapters that real trainers made change a layer as the trainers' own software changes it.

Each folder of `trained/` was written by `python -m tests.outside.mlx_trainers --record`, with the versions pinned there, on a random
model: the adapter, and `layer.safetensors` {base, effective (out, in)} of the last layer's q_proj.
"""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from adapters.files.reading import read_adapter

TRAINED = Path(__file__).parent / "trained"
MODULE = "model.layers.3.self_attn.q_proj"


@pytest.mark.parametrize("folder", sorted(TRAINED.iterdir()), ids=lambda folder: folder.name)
def test_the_layer_is_the_trainers(folder: Path) -> None:
    layer = load_file(folder / "layer.safetensors")
    pair = read_adapter(folder).pairs[MODULE]
    updated = layer["base"] + (pair.a @ pair.b).T
    if pair.magnitude is not None:
        updated *= (pair.magnitude / np.linalg.norm(updated, axis=1))[:, None]
    assert np.abs(updated - layer["effective"]).max() < 1e-5
    assert np.abs(layer["base"] - layer["effective"]).max() > 1e-2


@pytest.mark.parametrize(
    ("name", "kind", "format_name", "scale"),
    [
        ("mlx-lm-lora", "lora", "mlx-lm", 10.0),
        ("mlx-lm-dora", "dora", "mlx-lm", 10.0),
        ("mlx-lm-lora-dora", "dora", "mlx-lm", 10.0),
        ("mlx-tune-dora", "dora", "mlx-lm", 8.0),
        ("mlx-vlm-dora", "dora", "mlx-lm", 8.0),
        ("mlx-vlm-0.4", "lora", "mlx-vlm", 3.0),
    ],
)
def test_each_is_what_it_was_trained_as(name: str, kind: str, format_name: str, scale: float) -> None:
    adapter = read_adapter(TRAINED / name)
    assert (adapter.kind, adapter.format, adapter.scale) == (kind, format_name, scale)
