"""Weights are held against the configuration by their headers, before memory is taken."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from adapters.base.device import Device
from adapters.base.errors import ModelLoadError
from adapters.base.loading import LoadedModel, load
from tools.random_gemma3 import Shape, write_random_gemma3

FILE = "model.safetensors"
INDEX = "model.safetensors.index.json"
SIZES: dict[str, Any] = {"hidden": 64, "layers": 2, "intermediate": 96, "heads": 2, "head_dim": 32, "vocabulary": 512, "pattern": 2}
NESTED = {"nested": True}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Models in float32, which numpy can read: by itself, and nested."""
    root = tmp_path_factory.mktemp("models")
    for name, changes in (("plain", {}), ("nested", NESTED)):
        write_random_gemma3(root / name, Shape(**SIZES | {"dtype": "float32"} | changes))
    return {name: root / name for name in ("plain", "nested")}


class Folder:
    """A copy of a model's files whose configuration and tensors may be changed."""

    def __init__(self, source: Path, path: Path) -> None:
        self.path = path
        self.config: dict[str, Any] = json.loads((source / "config.json").read_text())
        self.tensors: dict[str, Any] = load_file(source / FILE)
        self.save()

    def save(self) -> None:
        (self.path / "config.json").write_text(json.dumps(self.config))
        save_file(self.tensors, self.path / FILE)

    def refuse(self, device: Device) -> str:
        with pytest.raises(ModelLoadError) as refused:
            load(self.path, device)
        return str(refused.value)


@pytest.fixture
def plain(made: dict[str, Path], tmp_path: Path) -> Folder:
    """A text model."""
    return Folder(made["plain"], tmp_path)


@pytest.fixture
def nested(made: dict[str, Path], tmp_path: Path) -> Folder:
    """A model that had a vision tower."""
    return Folder(made["nested"], tmp_path)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"hidden_size": 128}, r"model\.embed_tokens\.weight is \[512, 64\], expected \[512, 128\].*; and \d\d more"),
        ({"vocab_size": 511}, r"model\.embed_tokens\.weight is \[512, 64\], expected \[511, 64\]$"),
        ({"intermediate_size": 10**9}, r"gate_proj\.weight is \[96, 64\], expected \[1000000000, 64\]"),
        ({"num_hidden_layers": 3}, "there are 2 layers, but num_hidden_layers is 3"),
        ({"num_hidden_layers": 1}, "there are 2 layers, but num_hidden_layers is 1"),
        ({"num_key_value_heads": 2}, r"k_proj\.weight is \[32, 64\], expected \[64, 64\]"),
        ({"head_dim": 16}, r"q_norm\.weight is \[32\], expected \[16\]|q_proj\.weight is"),
        ({"tie_word_embeddings": False}, r"there is no lm_head\.weight, but tie_word_embeddings is false"),
    ],
)
def test_sizes_that_are_not_the_weights_are_refused(plain: Folder, device: Device, said: dict[str, Any], message: str) -> None:
    plain.config |= said
    plain.save()
    with pytest.raises(ModelLoadError, match=message):
        load(plain.path, device)


def test_missing_and_strange_tensors_are_named(plain: Folder, device: Device) -> None:
    del plain.tensors["model.norm.weight"]
    plain.tensors["model.layers.1.self_attn.q_proj.bias"] = np.zeros(64, np.float32)
    plain.save()
    message = plain.refuse(device)
    assert "model.norm.weight is missing" in message
    assert "model.layers.1.self_attn.q_proj.bias belongs to nothing" in message


@pytest.mark.parametrize("dtype", [np.float64, np.int32])
def test_a_dtype_that_is_not_computed_in_is_refused(plain: Folder, device: Device, dtype: Any) -> None:
    plain.tensors["model.norm.weight"] = plain.tensors["model.norm.weight"].astype(dtype)
    plain.save()
    assert "model.norm.weight is of" in plain.refuse(device)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["model.norm.weight", "model.layers.1.mlp.up_proj.weight", "model.embed_tokens.weight"])
def test_weights_that_are_no_numbers_are_refused_by_name(plain: Folder, device: Device, name: str, value: float) -> None:
    plain.tensors[name].reshape(-1)[-1] = value
    plain.save()
    message = plain.refuse(device)
    assert "NaN or infinity" in message
    assert name in message


def test_large_finite_weights_are_no_fault(plain: Folder, device: Device) -> None:
    plain.tensors["model.norm.weight"][:] = 3e38  # their sum is infinite
    plain.save()
    assert load(plain.path, device).vocabulary_size == 512


@pytest.mark.parametrize("is_tied", [True, False])
def test_a_head_of_its_own_is_used_whatever_is_said_of_it(plain: Folder, device: Device, is_tied: bool) -> None:
    plain.tensors["lm_head.weight"] = -plain.tensors["model.embed_tokens.weight"]
    plain.config["tie_word_embeddings"] = is_tied
    plain.save()
    model: Any = load(plain.path, device).model
    assert not model.tie_word_embeddings
    assert (model.lm_head.weight == -model.model.embed_tokens.weight).all().item()


def test_the_names_of_transformers_modules_are_understood(nested: Folder, device: Device) -> None:
    expected = _first_weight(load(nested.path, device))
    nested.tensors = {f"model.{name.replace('language_model.model.', 'language_model.')}": one for name, one in nested.tensors.items()}
    nested.tensors |= {"model.vision_tower.x": np.zeros(2, np.float32), "model.multi_modal_projector.y": np.zeros(2, np.float32)}
    nested.save()
    assert _first_weight(load(nested.path, device)) == expected


def test_a_tensor_by_two_names_is_refused(nested: Folder, device: Device) -> None:
    nested.tensors["model.language_model.embed_tokens.weight"] = -nested.tensors["language_model.model.embed_tokens.weight"]
    nested.save()
    expected = "language_model.model.embed_tokens.weight and model.language_model.embed_tokens.weight are the same tensor by two names"
    assert expected in nested.refuse(device)


def test_two_heads_are_refused(nested: Folder, device: Device) -> None:
    head = nested.tensors["language_model.model.embed_tokens.weight"]
    nested.tensors |= {"lm_head.weight": head, "language_model.lm_head.weight": -head}
    nested.save()
    assert "the same tensor by two names" in nested.refuse(device)


@pytest.mark.parametrize("kind", ["plain", "nested"])
def test_a_trunk_saved_by_itself_is_understood(request: pytest.FixtureRequest, device: Device, kind: str) -> None:
    folder: Folder = request.getfixturevalue(kind)
    expected = _first_weight(load(folder.path, device))
    within, without = ("model.", "") if kind == "plain" else ("language_model.model.", "language_model.")
    folder.tensors = {without + name.removeprefix(within): one for name, one in folder.tensors.items()}
    folder.save()
    assert _first_weight(load(folder.path, device)) == expected


@pytest.mark.parametrize("kind", ["plain", "nested"])
def test_a_rotations_frequencies_are_no_weights(request: pytest.FixtureRequest, device: Device, kind: str) -> None:
    folder: Folder = request.getfixturevalue(kind)
    prefix = "model." if kind == "plain" else "model.language_model."
    for name in ("rotary_emb.inv_freq", "rotary_emb_local.inv_freq", "layers.0.self_attn.rotary_emb.inv_freq"):
        folder.tensors[prefix + name] = np.ones(16, np.float32)
    folder.save()
    assert load(folder.path, device).vocabulary_size == 512


def test_vision_tensors_are_left_out_of_a_nested_model_and_refused_in_another(nested: Folder, plain: Folder, device: Device) -> None:
    for folder in (nested, plain):
        folder.tensors["vision_tower.encoder.weight"] = np.zeros((3, 3), np.float32)
        folder.save()
        if folder is nested:
            load(folder.path, device)
    assert "vision_tower.encoder.weight belongs to nothing" in plain.refuse(device)


def test_a_nested_models_vocabulary_is_text_configs(nested: Folder, device: Device) -> None:
    del nested.config["vocab_size"]
    nested.save()
    assert load(nested.path, device).vocabulary_size == 512


@pytest.mark.parametrize("changes", [{"bits": 4}, {"bits": 8}, {"bits": 4} | NESTED])
def test_quantised_weights_are_compared_unpacked(tmp_path: Path, device: Device, changes: dict[str, Any]) -> None:
    write_random_gemma3(tmp_path, Shape(**SIZES | {"intermediate": 128} | changes))
    load(tmp_path, device)
    config = json.loads((tmp_path / "config.json").read_text())
    config.get("text_config", config)["hidden_size"] = 128
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelLoadError, match=r"o_proj\.weight is \[64, \d+\] of U32, expected \[128, 64\] packed to \d bits a weight"):
        load(tmp_path, device)


def test_quantised_weights_of_which_nothing_is_said_are_refused(tmp_path: Path, device: Device) -> None:
    write_random_gemma3(tmp_path, Shape(**SIZES | {"intermediate": 128, "bits": 4}))
    config = json.loads((tmp_path / "config.json").read_text())
    del config["quantization"]
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelLoadError, match=r"embed_tokens\.weight is \[512, 8\], expected \[512, 64\]"):
        load(tmp_path, device)


def test_a_model_in_several_files_loads_and_one_that_is_missing_is_named(plain: Folder, device: Device) -> None:
    expected = _first_weight(load(plain.path, device))
    _shard(plain)
    assert _first_weight(load(plain.path, device)) == expected
    (plain.path / "model-00002-of-00002.safetensors").unlink()
    assert "index.json names model-00002-of-00002.safetensors, which" in plain.refuse(device)


def test_an_index_of_other_files_is_refused(plain: Folder, device: Device) -> None:
    (plain.path / INDEX).write_text(json.dumps({"weight_map": dict.fromkeys(plain.tensors, "weights.safetensors")}))
    (plain.path / "weights.safetensors").touch()
    assert "names weights.safetensors, which" in plain.refuse(device)


@pytest.mark.parametrize("content", ["{", "[]", '{"weight_map": [1]}', '{"weight_map": {"a": 3}}', "{}"])
def test_a_broken_index_is_refused(plain: Folder, device: Device, content: str) -> None:
    (plain.path / INDEX).write_text(content)
    assert f"{INDEX} cannot be read" in plain.refuse(device)


def test_a_tensor_in_two_files_is_refused(plain: Folder, device: Device) -> None:
    _shard(plain)
    plain.save()
    assert "model.embed_tokens.weight is in model-00001-of-00002.safetensors and in model.safetensors" in plain.refuse(device)


@pytest.mark.parametrize("name", [FILE, INDEX])
def test_a_named_pipe_in_a_files_place_is_refused_at_once(plain: Folder, device: Device, name: str) -> None:
    (plain.path / name).unlink(missing_ok=True)
    os.mkfifo(plain.path / name)
    message = plain.refuse(device)
    assert name in message
    assert "it is not a file" in message


@pytest.mark.parametrize("cut", [1, 5000, 100_000])
def test_a_file_that_was_cut_off_is_refused(plain: Folder, device: Device, cut: int) -> None:
    file = plain.path / FILE
    file.write_bytes(file.read_bytes()[:-cut])
    assert "not a whole safetensors file" in plain.refuse(device)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (b'{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}}', r"a has 4 bytes, not those of F32 \[2\]"),
        (b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}, "a": 1}', "the key 'a' stands twice"),
        (b'{"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}', "int` >= 0"),
        (b'{"a": {"dtype": "F32", "data_offsets": [0, 4]}}', "shape"),
        (b"{", "truncated"),
    ],
)
def test_a_header_that_does_not_hold_together_is_refused(plain: Folder, device: Device, header: bytes, message: str) -> None:
    (plain.path / FILE).write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    with pytest.raises(ModelLoadError, match=message):
        load(plain.path, device)


def _shard(folder: Folder) -> None:
    """Save a model in two files, with an index."""
    names = sorted(folder.tensors)
    places: dict[str, str] = {}
    for number, some in enumerate((names[: len(names) // 2], names[len(names) // 2 :]), start=1):
        places |= dict.fromkeys(some, f"model-0000{number}-of-00002.safetensors")
        save_file({name: folder.tensors[name] for name in some}, folder.path / f"model-0000{number}-of-00002.safetensors")
    (folder.path / FILE).unlink()
    (folder.path / INDEX).write_text(json.dumps({"metadata": {"total_size": 1}, "weight_map": places}))


def _first_weight(loaded: LoadedModel) -> float:
    text: Any = getattr(loaded.model, "language_model", loaded.model)
    return float(text.model.layers[0].mlp.down_proj.weight[0, 0].item())
