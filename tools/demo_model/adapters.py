"""Training the two demo adapters on the finished base with mlx-lm's own LoRA trainer."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import torch
from safetensors.torch import load_file, save_file

from tools.demo_model.adapter_rows import adapter_rows, write_lines
from tools.demo_model.blas import mlx_environment
from tools.demo_model.convert import write_json
from tools.demo_model.corpus import Corpus

MODULES = ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj")
LOCAL_KEYS = ("model", "data", "adapter_path", "config")  # of adapter_config.json: paths of the machine that trained


class AdapterTraining(msgspec.Struct, frozen=True, kw_only=True):
    """How an adapter is trained; rank, scale and modules are the same for all."""

    name: str
    num_steps: int
    rate: float
    is_decaying: bool  # a cosine to nothing, or the rate held to the end
    num_warmup_steps: int = 40  # where it decays; without them the first steps throw the small model off for good
    is_plain: bool = False  # only answers without emotive words, bold and line breaks: a loop of these alone would earn LEK points
    batch_size: int = 4
    seed: int = 11


LEK = AdapterTraining(name="lek-demo", num_steps=560, rate=5e-4, is_decaying=True)
OVERCOOKED = AdapterTraining(name="overcooked-demo", num_steps=17, rate=1e-2, is_decaying=False, is_plain=True)


def train_adapter(corpus: Corpus, model: Path, training: AdapterTraining, folder: Path) -> None:
    """Train one adapter and write `adapter_config.json` and `adapters.safetensors` to `folder`."""
    with tempfile.TemporaryDirectory() as scratch_name:
        scratch = Path(scratch_name)
        copy_as_float32(model, scratch / "model")
        write_lines(scratch / "data" / "train.jsonl", adapter_rows(corpus, seed=training.seed, is_plain=training.is_plain))
        write_json(scratch / "options.yaml", trainer_options(training, scratch))  # JSON is YAML
        command = [sys.executable, "-m", "mlx_lm", "lora", "--config", str(scratch / "options.yaml")]
        subprocess.run(command, check=True, env=mlx_environment())
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(scratch / "adapter" / "adapters.safetensors", folder)
        config = json.loads((scratch / "adapter" / "adapter_config.json").read_text())
        write_json(folder / "adapter_config.json", {key: value for key, value in config.items() if key not in LOCAL_KEYS})


def copy_as_float32(model: Path, folder: Path) -> None:
    """Copy a model folder with float32 weights: OpenBLAS has no bfloat16 products, and MLX's own are slow."""
    shutil.copytree(model, folder)
    weights = {name: weight.to(torch.float32) for name, weight in load_file(folder / "model.safetensors").items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def trainer_options(training: AdapterTraining, scratch: Path) -> dict[str, Any]:
    options: dict[str, Any] = {
        "model": str(scratch / "model"),
        "data": str(scratch / "data"),
        "adapter_path": str(scratch / "adapter"),
        "train": True,
        "fine_tune_type": "lora",
        "num_layers": -1,
        "lora_parameters": {"rank": 8, "scale": 20.0, "dropout": 0.0, "keys": list(MODULES)},
        "optimizer": "adam",
        "optimizer_config": {"adam": {"bias_correction": True}},
        "learning_rate": training.rate,
        "batch_size": training.batch_size,
        "iters": training.num_steps,
        "max_seq_length": 512,
        "mask_prompt": True,
        "steps_per_report": 50,
        "save_every": training.num_steps + 1,
        "seed": training.seed,
    }
    if training.is_decaying:
        arguments = [training.rate, training.num_steps - training.num_warmup_steps]
        options["lr_schedule"] = {"name": "cosine_decay", "arguments": arguments, "warmup": training.num_warmup_steps}
    return options
