"""Make a random LoRA adapter for a Gemma 3 folder, in mlx-lm's format: for tests and measurements."""

import json
from collections.abc import Sequence
from pathlib import Path

import mlx.core as mx
from mlx.utils import tree_flatten
from mlx_lm.tuner.utils import linear_to_lora_layers
from mlx_lm.utils import load_model

ALL_PROJECTIONS = tuple(f"self_attn.{name}_proj" for name in "qkvo") + tuple(f"mlp.{name}_proj" for name in ("gate", "up", "down"))


def write_random_adapter(
    folder: Path, *, base: Path, rank: int, seed: int, scale: float = 20.0, size: float = 0.02, keys: Sequence[str] = ALL_PROJECTIONS
) -> None:
    """Write an adapter that changes the base: both factors are normal noise of standard deviation `size`."""
    parameters = {"rank": rank, "scale": scale, "dropout": 0.0, "keys": list(keys)}
    model, _ = load_model(base, lazy=True)
    model.freeze()
    linear_to_lora_layers(model, len(model.layers), parameters)
    mx.random.seed(seed)
    weights = {name: mx.random.normal(tensor.shape) * size for name, tensor in tree_flatten(model.trainable_parameters())}
    folder.mkdir(parents=True, exist_ok=True)
    mx.save_safetensors(str(folder / "adapters.safetensors"), weights)
    config = {"fine_tune_type": "lora", "num_layers": len(model.layers), "lora_parameters": parameters}
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=1))
