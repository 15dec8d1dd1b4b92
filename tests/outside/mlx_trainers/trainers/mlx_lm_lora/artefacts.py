"""mlx-lm-lora's command."""

import json
import sys

import mlx.core as mx
from artefact import BASES, OUT, RECORDED, adapter_folder, hand_over, keep, write_data
from mlx_lm_forward import with_adapter

DATA = write_data(OUT / "data-mlx-lm-lora")
DEVICE = mx.device_info


def _device_info(*asked):
    """It asks for what no CPU says."""
    return {"max_recommended_working_set_size": 1 << 30} | dict(DEVICE(*asked))


mx.device_info = _device_info
if hasattr(mx, "metal"):
    mx.metal.device_info = _device_info
from mlx_lm_lora import train  # noqa: E402


def make(case, train_type, num_layers=2):
    folder = adapter_folder(case)
    options = {
        "model": str(BASES / "plain"), "data": str(DATA), "adapter_path": str(folder), "train": True, "train_type": train_type,
        "train_mode": "sft", "num_layers": num_layers, "lora_parameters": {"rank": 4, "scale": 10.0, "dropout": 0.0}, "learning_rate": 1e-2,
        "batch_size": 2, "iters": 6, "save_every": 3, "steps_per_eval": 100, "val_batches": 1, "max_seq_length": 64,
    }  # fmt: skip
    (OUT / f"{case}.yaml").write_text(json.dumps(options))
    sys.argv = ["mlx_lm_lora.train", "--config", str(OUT / f"{case}.yaml")]
    train.main()
    assert (folder / "model.safetensors").exists(), sorted(folder.iterdir())  # the fused model
    if train_type == "full":
        hand_over(case, "plain", refused="its adapter_config.json is a model's configuration")
        return
    use_dora = train_type == "dora"
    reference = with_adapter("plain", folder, num_layers=num_layers, rank=4, scale=10.0, use_dora=use_dora)
    if case.startswith("recorded"):
        keep(case, reference.layers[RECORDED].self_attn.q_proj)
    hand_over(case, "plain", reference, format="mlx-lm", kind=train_type, record={"basis": "done", "iterations": 6})


make("mlx-lm-lora-lora", "lora")
make("mlx-lm-lora-dora", "dora")
make("mlx-lm-lora-full", "full")
make("recorded-mlx-lm-lora-dora", "dora", num_layers=1)
