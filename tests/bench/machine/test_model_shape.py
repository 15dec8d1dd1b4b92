"""A model's folder by its configuration and the heads of its files."""

import json
from pathlib import Path

import mlx.core as mx
import pytest

from bench.machine.model_shape import read_shape
from tests.server_process import ROOT


def write_model(folder: Path, config: dict[str, object], tensors: dict[str, mx.array]) -> Path:
    (folder / "config.json").write_text(json.dumps(config))
    mx.save_safetensors(str(folder / "model.safetensors"), tensors)
    return folder


def test_the_demo_model_is_read() -> None:
    shape = read_shape(ROOT / "server" / "demo" / "model", name="demo")
    assert (shape.name, shape.kind, shape.bits) == ("demo", "gemma3_text", None)
    assert 4e6 < shape.num_parameters < 8e6 and shape.size_bytes > shape.num_parameters


@pytest.mark.parametrize("is_nested", [False, True])
def test_quantised_weights_are_counted_unpacked(is_nested: bool, tmp_path: Path) -> None:
    text = {"num_hidden_layers": 2, "hidden_size": 64, "vocab_size": 100, "sliding_window": 32}
    config = {"model_type": "gemma3", "text_config": text} if is_nested else {"model_type": "gemma3_text", **text}
    packed, scales, biases = mx.quantize(mx.ones((8, 64)), group_size=64, bits=4)
    tensors = {"a.weight": packed, "a.scales": scales, "a.biases": biases, "norm.weight": mx.ones((64,), mx.bfloat16)}
    tensors |= {"b.weight": mx.ones((64,), mx.bfloat16), "c.weight": mx.ones((64,), mx.bfloat16)}
    shape = read_shape(write_model(tmp_path, {**config, "quantization": {"bits": 4, "group_size": 64}}, tensors), name="m")
    assert (shape.num_parameters, shape.stored_dtype, shape.bits) == (8 * 64 + 3 * 64, "BF16", 4)
    assert (shape.num_layers, shape.hidden_size, shape.vocabulary_size, shape.window) == (2, 64, 100, 32)
