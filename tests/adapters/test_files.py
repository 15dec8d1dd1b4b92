"""An adapter's folder is read whole or refused with every reason."""

import json
from pathlib import Path

import mlx.core as mx
import pytest

from adapters.errors import AdapterError, MismatchedAdapter, UnreadableAdapter, UnsupportedAdapter
from adapters.files import read_adapter

CONFIG = {"fine_tune_type": "lora", "num_layers": 2, "lora_parameters": {"rank": 2, "scale": 20.0, "dropout": 0.0}}
TENSORS = {"model.layers.0.mlp.up_proj.lora_a": mx.ones((8, 2)), "model.layers.0.mlp.up_proj.lora_b": mx.ones((2, 8))}


def write(folder: Path, config: object = CONFIG, tensors: dict[str, mx.array] | None = TENSORS) -> Path:
    folder.mkdir(exist_ok=True)
    if config is not None:
        (folder / "adapter_config.json").write_text(config if isinstance(config, str) else json.dumps(config))
    if tensors is not None:
        mx.save_safetensors(str(folder / "adapters.safetensors"), tensors)
    return folder


def test_a_whole_adapter_is_paired_by_module(tmp_path: Path) -> None:
    adapter = read_adapter(write(tmp_path))
    assert list(adapter.pairs) == ["model.layers.0.mlp.up_proj"]
    assert adapter.pairs["model.layers.0.mlp.up_proj"].a.shape == (8, 2)
    assert adapter.scale == 20


def test_digest_follows_weights_and_scale_and_nothing_else(tmp_path: Path) -> None:
    digest = read_adapter(write(tmp_path / "one")).digest
    same = read_adapter(write(tmp_path / "two", CONFIG | {"iters": 100})).digest
    other_scale = read_adapter(write(tmp_path / "three", CONFIG | {"lora_parameters": {"rank": 2, "scale": 10.0}})).digest
    other_weights = read_adapter(write(tmp_path / "four", tensors={name: tensor * 2 for name, tensor in TENSORS.items()})).digest
    assert digest == same
    assert len({digest, other_scale, other_weights}) == 3


@pytest.mark.parametrize(
    ("config", "tensors", "error", "message"),
    [
        (None, TENSORS, UnreadableAdapter, "no adapter_config.json"),
        ("{", TENSORS, UnreadableAdapter, "is not mlx-lm's adapter configuration"),
        ("[]", TENSORS, UnreadableAdapter, "is not mlx-lm's adapter configuration"),
        ({"fine_tune_type": "lora"}, TENSORS, UnreadableAdapter, "lora_parameters"),
        ({"lora_parameters": {"rank": 2}}, TENSORS, UnreadableAdapter, "scale"),
        (CONFIG | {"fine_tune_type": "dora"}, TENSORS, UnsupportedAdapter, "'dora'"),
        (CONFIG | {"fine_tune_type": "full"}, TENSORS, UnsupportedAdapter, "'full'"),
        (CONFIG, None, UnreadableAdapter, "no adapters.safetensors"),
        (CONFIG, {"a.lora_a": mx.ones((2, 2))}, MismatchedAdapter, "a.lora_b: missing"),
        (CONFIG, TENSORS | {"lm_head.weight": mx.ones(1)}, MismatchedAdapter, "lm_head.weight: unexpected"),
    ],
)
def test_what_is_wrong_is_said(
    tmp_path: Path, config: object, tensors: dict[str, mx.array] | None, error: type[AdapterError], message: str
) -> None:
    with pytest.raises(error, match=message):
        read_adapter(write(tmp_path, config, tensors))


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path) / "adapters.safetensors"
    file.write_bytes(file.read_bytes()[:-16])
    with pytest.raises(UnreadableAdapter, match="not a whole safetensors file"):
        read_adapter(tmp_path)


def test_an_adapter_in_pefts_format_is_refused_by_name(tmp_path: Path) -> None:
    (write(tmp_path, tensors=None) / "adapter_model.safetensors").touch()
    with pytest.raises(UnsupportedAdapter, match="PEFT"):
        read_adapter(tmp_path)


def test_a_path_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableAdapter, match="is not a folder"):
        read_adapter(tmp_path / "nothing")
