"""Make a random LoRA or DoRA adapter for a Gemma 3 folder, in mlx-lm's format; LoRA's in PEFT's, too: for tests and measurements."""

import json
import math
from collections.abc import Sequence
from pathlib import Path

import mlx.core as mx
from mlx.utils import tree_flatten
from mlx_lm.tuner.utils import linear_to_lora_layers
from mlx_lm.utils import load_model

ALL_PROJECTIONS = tuple(f"self_attn.{name}_proj" for name in "qkvo") + tuple(f"mlp.{name}_proj" for name in ("gate", "up", "down"))


def write_random_adapter(
    folder: Path,
    *,
    base: Path,
    rank: int,
    seed: int,
    scale: float = 20.0,
    size: float = 0.02,
    keys: Sequence[str] = ALL_PROJECTIONS,
    peft_folder: Path | None = None,
    is_dora: bool = False,
) -> None:
    """Write an adapter that changes the base, both factors normal noise of standard deviation `size`; to `peft_folder` the same one.

    DoRA's magnitudes are the base's, up to a fifth larger or smaller.
    """
    parameters = {"rank": rank, "scale": scale, "dropout": 0.0, "keys": list(keys)}
    model, _ = load_model(base, lazy=True)
    model.freeze()
    linear_to_lora_layers(model, len(model.layers), parameters, use_dora=is_dora)
    mx.random.seed(seed)
    weights = {
        name: tensor * mx.random.uniform(0.8, 1.2, tensor.shape) if name.endswith(".m") else mx.random.normal(tensor.shape) * size
        for name, tensor in tree_flatten(model.trainable_parameters())
    }
    folder.mkdir(parents=True, exist_ok=True)
    mx.save_safetensors(str(folder / "adapters.safetensors"), weights)
    config = {"fine_tune_type": "dora" if is_dora else "lora", "num_layers": len(model.layers), "lora_parameters": parameters}
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=1))
    if peft_folder:
        write_as_peft(peft_folder, adapter=folder)


def write_as_peft(folder: Path, *, adapter: Path, prefix: str = "base_model.model.", infix: str = "", use_rslora: bool = False) -> None:
    """Write the mlx-lm adapter in folder `adapter` as PEFT would.

    `prefix` stands before the tensors' names in mlx-lm's file, `infix` (".default" in some files) after lora_A and lora_B.
    """
    parameters = json.loads((adapter / "adapter_config.json").read_text())["lora_parameters"]
    tensors = mx.load(str(adapter / "adapters.safetensors"))
    assert isinstance(tensors, dict)
    folder.mkdir(parents=True, exist_ok=True)
    renamed = {
        f"{prefix}{module}.lora_{factor.upper()}{infix}.weight": mx.contiguous(tensor.T)
        for name, tensor in tensors.items()
        for module, _, factor in [name.rpartition(".lora_")]
    }
    mx.save_safetensors(str(folder / "adapter_model.safetensors"), renamed)
    rank = parameters["rank"]
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "r": rank,
        "lora_alpha": parameters["scale"] * (math.sqrt(rank) if use_rslora else rank),
        "use_rslora": use_rslora,
        "target_modules": sorted({key.rpartition(".")[2] for key in parameters["keys"]}),
        "bias": "none",
        "fan_in_fan_out": False,
        "init_lora_weights": True,
        "modules_to_save": None,
        "rank_pattern": {},
        "alpha_pattern": {},
    }
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=1))
