"""Adapters that are written: read back by candor and by mlx-lm, the same bytes each time, whole or not at all."""

import json
import os
from pathlib import Path

import mlx.core as mx
import msgspec
import numpy as np
import pytest
from mlx_lm.tuner.utils import load_adapters
from mlx_lm.utils import load_model
from safetensors import safe_open

from adapters.errors import UnsupportedAdapter
from adapters.files.reading import read_adapter
from adapters.files.writing import Factors, TrainedAdapter, WrittenFormat, find_alpha, write_adapter
from tests.adapters.adapter_files import IN, OUT, factors, magnitudes

DATA = Path(__file__).parent / "data" / "peft" / "bases"
TARGETS = ("self_attn.q_proj", "mlp.up_proj")
WRITTEN: tuple[WrittenFormat, ...] = ("mlx-lm", "peft")


def adapter(*, prefix: str = "", scale: float = 20.0, is_dora: bool = False, layers: tuple[int, ...] = (2, 3)) -> TrainedAdapter:
    """An adapter on the last layers of a base of four."""
    modules = [f"model.layers.{layer}.{target}" for layer in layers for target in TARGETS]
    lengths = magnitudes(tuple(modules))
    return TrainedAdapter(
        modules={
            f"{prefix}{module}": Factors(
                a=factors(IN, 3, seed=2 * seed), b=factors(3, OUT, seed=2 * seed + 1), magnitude=lengths[f"{module}.m"] if is_dora else None
            )
            for seed, module in enumerate(modules)
        },
        rank=3,
        scale=scale,
        dropout=0.0,
        num_layers=len(layers),
        targets=TARGETS,
        base_name="tiny",
        told={"iters": 12, "batch_size": 4, "learning_rate": 1e-5},
    )


def content_of(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.parametrize("prefix", ["", "language_model."])
@pytest.mark.parametrize("is_dora", [False, True])
@pytest.mark.parametrize("scale", [20.0, 0.1, 1 / 3, 2.0000001, 1e-30, 12345.678])
def test_what_is_written_is_read_as_the_same_adapter_in_either_format(tmp_path: Path, prefix: str, is_dora: bool, scale: float) -> None:
    digests = set()
    for format in WRITTEN:
        folder = tmp_path / format
        folder.mkdir()
        digests.add(write_adapter(folder, adapter(prefix=prefix, scale=scale, is_dora=is_dora), format=format))
        read = read_adapter(folder)
        digests.add(read.digest)
        assert (read.format, read.rank, read.kind) == (format, 3, "dora" if is_dora else "lora")
        assert read.scale == pytest.approx(scale, rel=1e-15)
    assert len(digests) == 1


@pytest.mark.parametrize("format", WRITTEN)
def test_equal_adapters_are_written_in_equal_bytes_that_name_no_place(tmp_path: Path, format: WrittenFormat) -> None:
    one, other = adapter(), adapter()
    turned = msgspec.structs.replace(other, modules=dict(reversed(other.modules.items())))
    for name, made in (("one", one), ("two", turned)):
        (tmp_path / name).mkdir()
        write_adapter(tmp_path / name, made, format=format)
    files = content_of(tmp_path / "one")
    assert files == content_of(tmp_path / "two")
    assert len(files) == 2
    assert not any(str(tmp_path).encode() in content for content in files.values())


def test_mlx_lms_configuration_says_what_was_planned_beside_what_it_is(tmp_path: Path) -> None:
    write_adapter(tmp_path, adapter(), format="mlx-lm")
    assert json.loads((tmp_path / "adapter_config.json").read_bytes()) == {
        "fine_tune_type": "lora",
        "num_layers": 2,
        "lora_parameters": {"rank": 3, "scale": 20.0, "dropout": 0.0, "keys": list(TARGETS)},
        "iters": 12,
        "batch_size": 4,
        "learning_rate": 1e-5,
    }


@pytest.mark.parametrize("base", ["text", "nested"])
@pytest.mark.parametrize("is_dora", [False, True])
def test_mlx_lm_loads_it_whole(tmp_path: Path, base: str, is_dora: bool) -> None:
    model, _ = load_model(DATA / base)
    linears = dict(model.named_modules())
    modules = {}
    for layer in (1, 2):
        for seed, target in enumerate(TARGETS):
            name = f"{'language_model.' if base == 'nested' else ''}model.layers.{layer}.{target}"
            num_outputs, num_inputs = linears[name].weight.shape
            modules[name] = Factors(
                a=factors(num_inputs, 3, seed=seed),
                b=factors(3, num_outputs, seed=seed + layer),
                magnitude=np.abs(factors(num_outputs, seed=9)) if is_dora else None,
            )
    write_adapter(tmp_path, msgspec.structs.replace(adapter(), modules=modules), format="mlx-lm")
    adapted = dict(load_adapters(model, str(tmp_path)).named_modules())
    for name, made in modules.items():
        assert np.array_equal(np.array(adapted[name].lora_a), made.a)
        assert np.array_equal(np.array(adapted[name].lora_b), made.b)
        assert adapted[name].scale == 20.0
        assert made.magnitude is None or np.array_equal(np.array(adapted[name].m), made.magnitude)
    assert sum(name.endswith(("q_proj", "up_proj")) and "lora_a" in module for name, module in adapted.items()) == len(modules)


def test_the_weights_are_a_safetensors_file_to_others(tmp_path: Path) -> None:
    write_adapter(tmp_path, adapter(), format="peft")
    with safe_open(tmp_path / "adapter_model.safetensors", framework="np") as file:
        assert file.metadata() == {"format": "pt"}
        assert len(file.keys()) == 8
        first = file.get_tensor("base_model.model.model.layers.2.self_attn.q_proj.lora_A.weight")
    assert np.array_equal(first, factors(IN, 3, seed=0).T)
    assert len(mx.load(str(tmp_path / "adapter_model.safetensors"))) == 8


@pytest.mark.parametrize("broken", [np.inf, np.nan, 3e38])
def test_values_that_nobody_could_load_are_not_written_over_those_that_are_there(tmp_path: Path, broken: float) -> None:
    write_adapter(tmp_path, adapter(), format="mlx-lm")
    before = content_of(tmp_path)
    modules = dict(adapter().modules)
    worst = factors(3, OUT)
    worst[0, 0] = broken  # the last is finite, and no more so times its scale
    modules["model.layers.3.mlp.up_proj"] = Factors(a=factors(IN, 3), b=worst)
    with pytest.raises(UnsupportedAdapter, match=r"not finite in 1 modules, such as model\.layers\.3\.mlp\.up_proj"):
        write_adapter(tmp_path, msgspec.structs.replace(adapter(), modules=modules), format="mlx-lm")
    assert content_of(tmp_path) == before


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_adapter(tmp_path, adapter(), format="mlx-lm")
    before = content_of(tmp_path)

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        write_adapter(tmp_path, adapter(scale=3.0), format="mlx-lm")
    assert content_of(tmp_path) == before


@pytest.mark.parametrize("rank", [1, 3, 7, 8, 12, 24, 100])
def test_pefts_alpha_gives_the_scale_back(rank: int) -> None:
    scales = [20.0, 0.1, 1 / 3, 10 / 7, 2.5, *np.random.default_rng(0).uniform(0.01, 50, 200)]
    given_back = [find_alpha(scale, rank) / rank for scale in scales]
    assert np.array_equal(np.array(given_back, np.float32), np.array(scales, np.float32))
    assert given_back == pytest.approx(scales, rel=1.2e-16)
