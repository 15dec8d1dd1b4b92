"""A model's folder by its configuration and the heads of its weights' files; nothing is loaded."""

import json
import math
import struct
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.machine.report import ModelShape

DEFAULT_WINDOW = 512  # as mlx-lm has it where a configuration says nothing
PACKED = "U32"  # the type of quantised weights
PUBLISHERS = ("google", "mlx-community")  # whose repositories' names are no secret


def read_shape(folder: Path, *, name: str) -> ModelShape:
    """Read it; `name` is what the page calls the model."""
    config = json.loads((folder / "config.json").read_text())
    text = config.get("text_config", config)
    bits = (config.get("quantization") or text.get("quantization") or {}).get("bits")
    files = sorted(folder.glob("model*.safetensors"))
    tensors = [tensor for file in files for tensor in _tensors(file)]
    dtypes = Counter(tensor["dtype"] for _, tensor in tensors if tensor["dtype"] != PACKED)
    return ModelShape(
        name=name,
        kind=config["model_type"],
        num_parameters=sum(_num_parameters(name, tensor, bits) for name, tensor in tensors),
        stored_dtype=dtypes.most_common(1)[0][0],
        bits=bits,
        num_layers=text.get("num_hidden_layers", 26),
        hidden_size=text.get("hidden_size", 1152),
        vocabulary_size=text.get("vocab_size", config.get("vocab_size", 262_144)),
        window=text.get("sliding_window", DEFAULT_WINDOW),
        size_bytes=sum(file.stat().st_size for file in files),
    )


def name_model(model: str | None) -> str:
    """Call a model by its repository where its publisher is known; a folder's or a person's name stays out."""
    if model is None:
        return "random Gemma 3 of tools/random_gemma3.py"
    if model.partition("/")[0] in PUBLISHERS and model.count("/") == 1 and not Path(model).exists():
        return model
    return "a model of its own"


def _tensors(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Read the head of a file: https://huggingface.co/docs/safetensors."""
    with file.open("rb") as opened:
        (size,) = struct.unpack("<Q", opened.read(8))
        head: dict[str, dict[str, Any]] = json.loads(opened.read(size))
    yield from ((name, tensor) for name, tensor in head.items() if name != "__metadata__")


def _num_parameters(name: str, tensor: dict[str, Any], bits: int | None) -> int:
    """Count a tensor's; scales and biases of quantised groups are none."""
    if bits and name.endswith((".scales", ".biases")):
        return 0
    num_elements: int = math.prod(tensor["shape"])
    return num_elements * 32 // bits if bits and tensor["dtype"] == PACKED else num_elements
