"""What a trainer's program is given, and how it hands over an adapter with what the trainer's own software says of it.

`artefacts.py BASES OUT`: BASES holds random models, a folder each; what is handed over is a folder of OUT, with the adapter in
`adapter/`, the logits of TOKENS in `logits.npy`, and in `case.json` the base's name and what candor is to say of the adapter.
"""

import json
import sys
from pathlib import Path

import mlx.core as mx
import numpy as np
from tokens import TOKENS

BASES, OUT = (Path(folder) for folder in sys.argv[1:3])

RECORDED = 3  # the layer whose q_proj is kept
TEXTS = [
    f"the {thing} of number {number} is what the {thing} says it is, and no more" for number, thing in enumerate(["cat", "tree", "sea"] * 4)
]


def adapter_folder(case: str) -> Path:
    """Make the folder that an adapter goes to."""
    folder = OUT / case / "adapter"
    folder.mkdir(parents=True)
    return folder


def hand_over(case: str, base: str, model=None, *, refused: str | None = None, **said) -> None:
    """Write what the trainer's software computes with the adapter, and what candor is to say: fields of AdapterWeights, or why not."""
    if model is not None:
        logits = model(mx.array([TOKENS]))
        np.save(OUT / case / "logits.npy", np.array(getattr(logits, "logits", logits).astype(mx.float32)))
    (OUT / case / "case.json").write_text(json.dumps({"base": base, "refused": refused, "said": said}))


def keep(case: str, layer) -> None:
    """Keep what a layer is with the adapter and without, for a test that needs no trainer: RECORDED's weight, and what it maps units to."""
    base = getattr(layer, "original_layer", None) or layer.linear
    effective = layer(mx.eye(base.weight.shape[1])).T
    mx.save_safetensors(str(OUT / case / "layer.safetensors"), {"base": base.weight, "effective": effective})


def write_data(folder: Path) -> Path:
    """Write rows to train on."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = "".join(json.dumps({"text": text}) + "\n" for text in TEXTS)
    for split in ("train", "valid"):
        (folder / f"{split}.jsonl").write_text(rows)
    return folder
