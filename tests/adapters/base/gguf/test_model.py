"""A model out of a file: the folder's own weights in every type, and files whose tensors do not fit."""

from pathlib import Path
from typing import Any

import mlx.core as mx
import mlx.nn as nn
import msgspec
import numpy as np
import pytest
from gguf import GGMLQuantizationType
from mlx.utils import tree_flatten

from adapters.base.device import Device
from adapters.base.errors import ModelLoadError
from adapters.base.gguf.header import read_header
from adapters.base.loading import LoadedModel, load
from tests.adapters.base.gguf.writing import DEMO, demo_tensors, write_gguf

IDS = mx.array([[2, *range(300, 364)]])
# How far a type may move the demo model's logits, which reach to 15.
CLOSENESS = {"F32": 1e-6, "BF16": 1e-6, "F16": 1e-4, "Q8_0": 0.4, "Q5_1": 2.5, "Q5_0": 3.0, "Q4_1": 5.0, "Q4_0": 5.0}


@pytest.fixture(scope="module")
def folders(device: Device) -> LoadedModel:
    return load(DEMO, device)


def move(model: Any, other: Any) -> float:
    """Find the largest difference of two models' logits."""
    return float(mx.abs(model(IDS).astype(mx.float32) - other(IDS).astype(mx.float32)).max())


@pytest.mark.parametrize("name", CLOSENESS)
def test_logits_are_the_folders(tmp_path: Path, device: Device, folders: LoadedModel, name: str) -> None:
    loaded = load(write_gguf(tmp_path / "demo.gguf", kind=GGMLQuantizationType[name]), device)
    assert (loaded.vocabulary_size, loaded.context_size, loaded.dtype) == (4096, 8192, mx.float32)
    assert move(loaded.model, folders.model) < CLOSENESS[name]


@pytest.mark.parametrize("name", ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0"])
def test_where_weights_are_not_cast_mlx_has_them_on_the_files_grid(tmp_path: Path, device: Device, name: str) -> None:
    file = write_gguf(tmp_path / "demo.gguf", kind=GGMLQuantizationType[name])
    plain, packed = (load(file, msgspec.structs.replace(device, weights_dtype=dtype)) for dtype in ("float32", None))
    weights = dict(tree_flatten(plain.model.parameters()))
    quantised = {
        path: module for path, module in packed.model.named_modules() if isinstance(module, nn.QuantizedLinear | nn.QuantizedEmbedding)
    }
    assert len(quantised) == 1 + 7 * 6
    assert packed.dtype == mx.bfloat16
    for path, module in quantised.items():
        assert module.bits == int(name[1])
        read = mx.dequantize(module.weight, module.scales, module.biases, group_size=module.group_size, bits=module.bits)
        error = mx.abs(read.astype(mx.float32) - weights[f"{path}.weight"]).max() / mx.abs(weights[f"{path}.weight"]).max()
        assert float(error) < 2**-6  # steps and offsets are rounded to bfloat16


@pytest.mark.parametrize("name", ["F16", "BF16", "F32"])
def test_plain_weights_stay_plain_in_bfloat16(tmp_path: Path, device: Device, folders: LoadedModel, name: str) -> None:
    loaded = load(write_gguf(tmp_path / "demo.gguf", kind=GGMLQuantizationType[name]), msgspec.structs.replace(device, weights_dtype=None))
    assert {array.dtype for _, array in tree_flatten(loaded.model.parameters())} == {mx.bfloat16}
    assert move(loaded.model, folders.model) < 1.0


def test_an_output_of_its_own_makes_the_logits(tmp_path: Path, device: Device, folders: LoadedModel) -> None:
    head = demo_tensors()["token_embd.weight"][::-1].copy()
    loaded = load(write_gguf(tmp_path / "demo.gguf", tensors={"output.weight": head}), device)
    assert float(mx.abs(loaded.model(IDS)[..., ::-1] - folders.model(IDS)).max()) < 1e-3


def test_ollamas_vision_tower_is_left_out(tmp_path: Path, device: Device, folders: LoadedModel, caplog: pytest.LogCaptureFixture) -> None:
    tower = {"v.blk.0.attn_q.weight": np.ones((32, 32), np.float32), "mm.mm_input_projection.weight": np.ones((32, 32), np.float32)}
    with caplog.at_level("INFO"):
        loaded = load(write_gguf(tmp_path / "demo.gguf", tensors=tower), device)
    assert move(loaded.model, folders.model) < 1e-3
    assert "2 tensors that see images" in caplog.text


def test_fingerprints_tell_files_apart(tmp_path: Path, device: Device) -> None:
    kinds = (GGMLQuantizationType.Q8_0, GGMLQuantizationType.Q4_0, GGMLQuantizationType.Q8_0)
    prints = [load(write_gguf(tmp_path / f"{place}.gguf", kind=kind), device).fingerprint for place, kind in enumerate(kinds)]
    assert prints[0] != prints[1]


@pytest.mark.parametrize(
    ("tensors", "metadata", "complaint"),
    [
        ({"blk.3.ffn_up.weight": None}, {}, "model.layers.3.mlp.up_proj.weight is missing"),
        ({"blk.2.attn_q.weight": np.ones((32, 256), np.float32)}, {}, r"blk.2.attn_q.weight is \[32, 256\], expected \[256, 256\]"),
        ({"blk.02.attn_q.weight": np.zeros((256, 256), np.float32)}, {}, "has not: blk.02.attn_q.weight"),  # beside blk.2's
        ({"blk.2.attn_q.bias": np.ones(256, np.float32)}, {}, "has not: blk.2.attn_q.bias"),
        ({"output_norm.weight": np.full(256, np.nan, np.float32)}, {}, "values in tensor output_norm.weight that are not finite"),
        ({}, {"gemma3.block_count": 1 << 20}, "6 layers, and 1048576 in its metadata"),
        ({}, {"gemma3.embedding_length": 1 << 20}, "do not fit its metadata"),
        ({}, {"gemma3.feed_forward_length": 64}, "and [0-9]+ more"),
    ],
)
def test_tensors_that_do_not_fit_are_refused_in_a_line(
    tmp_path: Path, device: Device, tensors: dict[str, Any], metadata: dict[str, Any], complaint: str
) -> None:
    file = write_gguf(tmp_path / "bad.gguf", tensors=tensors, metadata=metadata)
    with pytest.raises(ModelLoadError, match=complaint) as told:
        load(file, device)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("step", [np.nan, np.inf])
def test_blocks_whose_step_is_not_finite_are_refused_in_a_line(tmp_path: Path, device: Device, step: float) -> None:
    file = write_gguf(tmp_path / "demo.gguf", kind=GGMLQuantizationType.Q8_0)
    content = bytearray(file.read_bytes())
    place = read_header(file).tensors["blk.4.ffn_up.weight"].start
    content[place : place + 2] = np.float16(step).tobytes()
    file.write_bytes(content)
    with pytest.raises(ModelLoadError, match=r"values in tensor blk\.4\.ffn_up\.weight that are not finite"):
        load(file, device)


def test_a_type_that_cannot_be_dequantised_is_refused_by_name(tmp_path: Path, device: Device) -> None:
    file = write_gguf(tmp_path / "demo.gguf", kind=GGMLQuantizationType.F32)
    content = file.read_bytes()
    name = b"blk.0.attn_q.weight"
    start = content.index(name) + len(name) + 4 + 2 * 8  # the number of dimensions, and both
    file.write_bytes(content[:start] + int(GGMLQuantizationType.I32).to_bytes(4, "little") + content[start + 4 :])
    with pytest.raises(ModelLoadError, match=r"of type I32, which cannot be dequantised: blk\.0\.attn_q\.weight"):
        load(file, device)
