"""GGUF files of the demo model, written and quantised by the gguf package."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter
from gguf.quants import quantize

from adapters.base.gguf.weights import LAYER_MODULES, OTHER_NAMES

DEMO = Path(__file__).resolve().parents[4] / "server" / "demo" / "model"
F32, BF16 = GGMLQuantizationType.F32, GGMLQuantizationType.BF16
LAYER_NAMES = {module: name for name, module in LAYER_MODULES.items()}
NAMES = {ours: name for name, ours in OTHER_NAMES.items()}
NORMAL, CONTROL, USER_DEFINED, BYTE = 1, 3, 4, 6

Tensors = dict[str, np.ndarray[Any, Any]]


def write_gguf(
    path: Path, *, kind: GGMLQuantizationType = BF16, metadata: Mapping[str, Any] | None = None, tensors: Mapping[str, Any] | None = None
) -> Path:
    """Write the demo model with its matrices in one type; metadata and tensors are changed, or left out where they are None."""
    entries = {**demo_metadata(), **(metadata or {})}
    writer = GGUFWriter(path, "gemma3" if (kept := entries.pop("general.architecture", None)) is None else kept)
    for key, value in entries.items():
        if value is not None:
            _add(writer, key, value)
    for name, weight in {**demo_tensors(), **(tensors or {})}.items():
        if weight is None:
            continue
        own = kind if weight.ndim > 1 and "norm" not in name else F32
        writer.add_tensor(name, quantize(weight, own), raw_dtype=own)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def demo_metadata() -> dict[str, Any]:
    """Give what llama.cpp's converter would write of the demo model, keys without a prefix aside."""
    config = json.loads((DEMO / "config.json").read_text())
    return {
        "gemma3.context_length": config["max_position_embeddings"],
        "gemma3.embedding_length": config["hidden_size"],
        "gemma3.block_count": config["num_hidden_layers"],
        "gemma3.feed_forward_length": config["intermediate_size"],
        "gemma3.attention.head_count": config["num_attention_heads"],
        "gemma3.attention.head_count_kv": config["num_key_value_heads"],
        "gemma3.attention.key_length": config["head_dim"],
        "gemma3.attention.value_length": config["head_dim"],
        "gemma3.attention.layer_norm_rms_epsilon": config["rms_norm_eps"],
        "gemma3.attention.sliding_window": config["sliding_window"],
        "gemma3.rope.freq_base": config["rope_theta"],
        **_demo_tokenizer(),
    }


def demo_tensors() -> Tensors:
    """Give the demo model's weights as a GGUF file has them: under llama.cpp's names, the norms plus one."""
    weights = mx.load(str(DEMO / "model.safetensors"))
    assert isinstance(weights, dict)
    return {rename(name): np.array(array.astype(mx.float32)) + ("norm" in name) for name, array in weights.items()}


def rename(name: str) -> str:
    """Give llama.cpp's name of a weight."""
    if name in NAMES:
        return NAMES[name]
    _, _, layer, module = name.removesuffix(".weight").split(".", 3)
    return f"blk.{layer}.{LAYER_NAMES[module]}.weight"


def _demo_tokenizer() -> dict[str, Any]:
    file = json.loads((DEMO / "tokenizer.json").read_text())
    pieces = sorted(file["model"]["vocab"], key=file["model"]["vocab"].get)
    added = {piece["content"] for piece in file["added_tokens"]}
    kinds = [CONTROL if piece in added else BYTE if piece.startswith("<0x") else NORMAL for piece in pieces]
    return {
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.pre": "default",
        "tokenizer.ggml.tokens": pieces,
        "tokenizer.ggml.scores": [-float(place) for place in range(len(pieces))],
        "tokenizer.ggml.token_type": kinds,
        "tokenizer.ggml.bos_token_id": pieces.index("<bos>"),
        "tokenizer.ggml.eos_token_id": pieces.index("<eos>"),
        "tokenizer.ggml.unknown_token_id": pieces.index("<unk>"),
        "tokenizer.ggml.padding_token_id": pieces.index("<pad>"),
        "tokenizer.ggml.add_bos_token": True,
        "tokenizer.ggml.add_eos_token": False,
        "tokenizer.ggml.add_space_prefix": False,
    }


def _add(writer: GGUFWriter, key: str, value: bool | int | float | str | Sequence[Any]) -> None:
    match value:
        case bool():
            writer.add_bool(key, value)
        case int():
            writer.add_uint32(key, value)
        case float():
            writer.add_float32(key, value)
        case str():
            writer.add_string(key, value)
        case _:
            writer.add_array(key, value)
