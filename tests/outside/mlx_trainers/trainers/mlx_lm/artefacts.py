"""mlx-lm's own command."""

import json
import shutil
import sys

from artefact import BASES, OUT, RECORDED, adapter_folder, hand_over, keep, write_data
from mlx_lm import lora
from mlx_lm.tuner.utils import load_adapters
from mlx_lm.utils import load_model

DATA = write_data(OUT / "data-mlx-lm")
LORA = {"rank": 4, "scale": 10.0, "dropout": 0.0}
KEYS = ["self_attn.q_proj", "mlp.down_proj"]
IN_FULL = [f"model.layers.{layer}.{key}" for layer in (1, 3) for key in KEYS]


def train(case, base="plain", **options):
    folder = adapter_folder(case)
    given = {
        "model": str(BASES / base), "data": str(DATA), "adapter_path": str(folder), "train": True, "fine_tune_type": "lora",
        "num_layers": 2, "lora_parameters": LORA, "learning_rate": 1e-2, "batch_size": 2, "iters": 8, "save_every": 4,
        "steps_per_eval": 100, "val_batches": 1, "max_seq_length": 64, "mask_prompt": False,
    } | options  # fmt: skip
    (OUT / f"{case}.yaml").write_text(json.dumps(given))
    sys.argv = ["mlx_lm.lora", "--config", str(OUT / f"{case}.yaml")]
    lora.main()


def make(case, base="plain", *, kind="lora", record=None, **options):
    train(case, base, **options)
    model, _ = load_model(BASES / base)
    model = load_adapters(model, str(OUT / case / "adapter"))
    model.eval()
    if case.startswith("recorded"):
        keep(case, model.layers[RECORDED].self_attn.q_proj)
    done = {"basis": "done", "iterations": 8, "examples_seen": 16}
    hand_over(case, base, model, kind=kind, format="mlx-lm", record=done | (record or {}))


make("lora")
make("lora-all-layers", num_layers=-1)
make("lora-keys", lora_parameters=LORA | {"keys": KEYS}, num_layers=3)
make("lora-keys-in-full", lora_parameters=LORA | {"keys": IN_FULL}, num_layers=1)
make("lora-nested", base="nested")
make("dora", fine_tune_type="dora", kind="dora")
make("dora-keys", fine_tune_type="dora", kind="dora", lora_parameters=LORA | {"keys": KEYS}, num_layers=4)
make("dora-nested", base="nested", fine_tune_type="dora", kind="dora")
for kind in ("lora", "dora"):
    small = LORA | {"rank": 2, "keys": KEYS[:1]}
    make(f"recorded-mlx-lm-{kind}", fine_tune_type=kind, kind=kind, num_layers=1, lora_parameters=small)
for bits in (3, 4, 6):
    make(f"lora-{bits}-bit", base=f"{bits}-bit")
make("dora-4-bit", base="4-bit", fine_tune_type="dora", kind="dora")
for bits in (3, 6):  # the layers get 32 // bits columns a word: there is no such adapter to serve
    try:
        train(f"dora-{bits}-bit", base=f"{bits}-bit", fine_tune_type="dora")
    except ValueError as exc:
        assert "matmul" in str(exc), exc
    else:
        raise AssertionError("mlx-lm trains DoRA on such a base now")
for kind, options, refused in (
    ("lora", {"lora_parameters": LORA | {"keys": ["model.embed_tokens", *KEYS]}}, "it updates embed_tokens"),
    ("dora", {"lora_parameters": LORA | {"keys": ["model.embed_tokens", *KEYS]}}, "it updates embed_tokens"),
    ("full", {}, "it was trained in full"),
):
    train(f"refused-{kind}", fine_tune_type=kind, **options)
    hand_over(f"refused-{kind}", "plain", refused=refused)

make("planned", save_every=100, record={"basis": "planned"})
make("accumulated", iters=7, grad_accumulation_steps=4, save_every=7, record={"iterations": 7, "examples_seen": 8, "effective_updates": 1})
make("resumed", resume_adapter_file=str(OUT / "lora" / "adapter" / "adapters.safetensors"),
     record={"examples_seen": None, "effective_updates": None, "resumed_from": "adapters.safetensors"})  # fmt: skip
shutil.copytree(OUT / "lora", OUT / "copied")
shutil.copy(OUT / "copied/adapter/0000004_adapters.safetensors", OUT / "copied/adapter/adapters.safetensors")
model = load_adapters(load_model(BASES / "plain")[0], str(OUT / "copied/adapter"))
model.eval()
hand_over("copied", "plain", model, record={"basis": "done", "iterations": 4, "examples_seen": 8})
