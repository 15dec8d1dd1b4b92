"""mlx-lm's format: what its configuration says of the tensors and of the training."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters.base.shape import BaseShape
from adapters.errors import MismatchedAdapter, UnsupportedAdapter
from adapters.files.module_names import PROJECTIONS
from adapters.files.reading import TrainingRecord, read_adapter
from tests.adapters.adapter_files import (
    IN,
    MLX_LM_CONFIG,
    MODULES,
    OUT,
    RANK,
    factors,
    magnitudes,
    mlx_lm_tensors,
    safetensors_bytes,
    write_mlx_lm,
)

TRAINING = {"iters": 1001, "batch_size": 4, "learning_rate": 1e-5, "lr_schedule": None, "grad_accumulation_steps": 8}


@pytest.mark.parametrize("prefix", ["", "language_model."])
def test_the_text_model_of_a_nested_gemma_has_the_same_modules(tmp_path: Path, prefix: str) -> None:
    assert tuple(read_adapter(write_mlx_lm(tmp_path, tensors=mlx_lm_tensors(prefix=prefix))).pairs) == MODULES


@pytest.mark.parametrize("keys", [{}, {"keys": None}, {"keys": []}, {"keys": ["self_attn.q_proj", "no_such_layer"]}])
def test_keys_that_name_no_projection_ask_for_none(tmp_path: Path, keys: dict[str, object]) -> None:
    config = {"lora_parameters": {"rank": 2, "scale": 20.0} | keys}
    assert tuple(read_adapter(write_mlx_lm(tmp_path, config)).pairs) == MODULES


@pytest.mark.parametrize(
    ("training", "record"),
    [
        (
            TRAINING,
            TrainingRecord(basis="planned", iterations=1001, learning_rate=1e-5, batch_size=4, examples_seen=4000, effective_updates=125),
        ),
        (
            {"iters": 7, "batch_size": 2, "grad_accumulation_steps": 4},
            TrainingRecord(basis="planned", iterations=7, batch_size=2, examples_seen=8, effective_updates=1),
        ),
        (
            {"iters": 3, "batch_size": 2, "grad_accumulation_steps": 4},
            TrainingRecord(basis="planned", iterations=3, batch_size=2, examples_seen=0, effective_updates=0),
        ),
        ({"iters": 10}, TrainingRecord(basis="planned", iterations=10, effective_updates=10)),
        ({"batch_size": 4}, TrainingRecord(basis="planned", batch_size=4)),
        (
            {"iters": 4, "batch_size": 1, "resume_adapter_file": "/home/me/runs/first/adapters.safetensors"},
            TrainingRecord(basis="planned", iterations=4, batch_size=1, resumed_from="adapters.safetensors"),
        ),
        (
            {"iters": 4, "batch_size": 1, "resume_adapter_file": "C:\\runs\\0000006_adapters.safetensors"},
            TrainingRecord(basis="planned", iterations=4, batch_size=1, resumed_from="0000006_adapters.safetensors"),
        ),
        ({"iters": 4, "resume_adapter_file": ["odd"]}, TrainingRecord(basis="planned", iterations=4)),
        ({"iters": 4, "resume_adapter_file": None}, TrainingRecord(basis="planned", iterations=4, effective_updates=4)),
        (
            TRAINING | {"lr_schedule": {"name": "cosine_decay", "arguments": [3e-4, 100]}, "iters": None, "batch_size": "4"},
            TrainingRecord(basis="planned", learning_rate=3e-4),
        ),
        (TRAINING | {"lr_schedule": "odd", "iters": -1, "batch_size": True, "grad_accumulation_steps": 0}, TrainingRecord()),
        (TRAINING | {"learning_rate": [1e-5], "grad_accumulation_steps": "8", "iters": 1.5}, TrainingRecord(basis="planned", batch_size=4)),
    ],
)
def test_the_training_is_recorded_as_far_as_the_configuration_says(
    tmp_path: Path, training: dict[str, object], record: TrainingRecord
) -> None:
    assert read_adapter(write_mlx_lm(tmp_path, MLX_LM_CONFIG | training)).record == record


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("full", "it was trained in full"),
        ("lokr", "its fine_tune_type is 'lokr', expected 'lora' or 'dora'"),
        (None, "its fine_tune_type is None"),
    ],
)
def test_another_kind_is_refused_by_name_whatever_else_is_in_it(tmp_path: Path, kind: object, message: str) -> None:
    with pytest.raises(UnsupportedAdapter, match=message):
        read_adapter(write_mlx_lm(tmp_path, {"fine_tune_type": kind}))


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ("model.embed_tokens.lora_a", r"it updates embed_tokens \(model.embed_tokens.lora_a\), but only attention and MLP"),
        ("lm_head.lora_b", r"it updates lm_head \(lm_head.lora_b\)"),
        ("model.embed_tokens.m", "it updates embed_tokens"),
    ],
)
def test_tensors_of_a_kind_that_is_not_served_are_refused_by_name(tmp_path: Path, extra: str, message: str) -> None:
    with pytest.raises(UnsupportedAdapter, match=message):
        read_adapter(write_mlx_lm(tmp_path, tensors=mlx_lm_tensors() | {extra: factors(2, 2)}))


def test_a_layer_left_out_between_two_others_is_missed(tmp_path: Path) -> None:
    modules = tuple(f"model.layers.{layer}.{name}" for layer in (4, 6) for name in ("mlp.up_proj", "self_attn.q_proj"))
    with pytest.raises(MismatchedAdapter) as refused:
        read_adapter(write_mlx_lm(tmp_path, tensors=mlx_lm_tensors(modules=modules)))
    assert refused.value.mismatches == (
        "model.layers.5.mlp.up_proj: missing, though the configuration targets it",
        "model.layers.5.self_attn.q_proj: missing, though the configuration targets it",
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"fine_tune_type": "dora"},
        {"lora_parameters": {"rank": RANK, "scale": 20.0, "use_dora": True, "num_layers": 2}},
        {"fine_tune_type": "lora"},  # mlx-tune's
    ],
)
def test_dora_is_read_with_its_magnitudes(tmp_path: Path, fields: dict[str, object]) -> None:
    adapter = read_adapter(write_mlx_lm(tmp_path / "dora", MLX_LM_CONFIG | fields, mlx_lm_tensors() | magnitudes()))
    plain = read_adapter(write_mlx_lm(tmp_path / "plain"))
    assert (adapter.kind, plain.kind) == ("dora", "lora")
    assert adapter.digest != plain.digest
    for module, pair in adapter.pairs.items():
        assert pair.magnitude is not None and np.array_equal(pair.magnitude, magnitudes()[f"{module}.m"])
        assert np.array_equal(pair.a, plain.pairs[module].a) and np.array_equal(pair.b, plain.pairs[module].b)


@pytest.mark.parametrize("kind", ["lora", "dora"])
@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"m": None}, "m: missing"),
        ({"m": factors(OUT + 1)}, f": m has {OUT + 1} values, lora_b has {OUT} outputs"),
        ({"m": factors(OUT, 2)}, f"m: its shape is [{OUT}, 2], expected one dimension"),
        ({"m": factors(1)[0]}, "m: its shape is [], expected one dimension"),
        ({"m": np.full(OUT, np.nan, np.float32)}, "m: holds values that are not finite"),
    ],
)
def test_magnitudes_that_do_not_fit_are_named(tmp_path: Path, kind: str, changed: dict[str, Any], line: str) -> None:
    tensors = mlx_lm_tensors() | magnitudes() | {f"{MODULES[0]}.{leaf}": tensor for leaf, tensor in changed.items()}
    tensors = {name: tensor for name, tensor in tensors.items() if tensor is not None}
    with pytest.raises(MismatchedAdapter) as refused:
        read_adapter(write_mlx_lm(tmp_path, MLX_LM_CONFIG | {"fine_tune_type": kind}, tensors))
    assert refused.value.mismatches == (f"{MODULES[0]}{'' if line.startswith(':') else '.'}{line}",)


@pytest.mark.parametrize("fields", [{"fine_tune_type": "dora"}, {"lora_parameters": {"rank": RANK, "scale": 1.0, "use_dora": True}}])
def test_dora_without_magnitudes_is_refused(tmp_path: Path, fields: dict[str, object]) -> None:
    with pytest.raises(MismatchedAdapter) as refused:
        read_adapter(write_mlx_lm(tmp_path, MLX_LM_CONFIG | fields))
    assert refused.value.mismatches == tuple(f"{module}.m: missing" for module in MODULES)


def test_a_models_configuration_in_the_adapters_place_is_refused_by_name(tmp_path: Path) -> None:
    config = {"model_type": "gemma3_text", "hidden_size": 640, "num_hidden_layers": 18, "rope_theta": 1e6}
    with pytest.raises(UnsupportedAdapter, match=r"its adapter_config\.json is a model's configuration.* Serve the model with --model"):
        read_adapter(write_mlx_lm(tmp_path, config))


def test_a_fused_model_beside_the_adapter_is_left_alone(tmp_path: Path) -> None:
    config = {"num_layers": 2, "lora_parameters": {"rank": RANK, "scale": 20.0, "dropout": 0.0, "use_dora": False, "num_layers": 2}}
    folder = write_mlx_lm(tmp_path / "both", config)
    (folder / "model.safetensors").write_bytes(safetensors_bytes({"model.norm.weight": factors(4)}))
    (folder / "config.json").write_text('{"model_type": "gemma3_text"}')
    assert read_adapter(folder).digest == read_adapter(write_mlx_lm(tmp_path / "alone", config)).digest


def base_of(num_layers: int) -> BaseShape:
    return BaseShape(
        num_layers=num_layers, linears={f"model.layers.{layer}.{name}": (IN, OUT) for layer in range(num_layers) for name in PROJECTIONS}
    )


def in_layers(*layers: int) -> dict[str, Any]:
    return mlx_lm_tensors(modules=tuple(f"model.layers.{layer}.{name}" for layer in layers for name in ("mlp.up_proj", "self_attn.q_proj")))


@pytest.mark.parametrize("num_layers", [4, -1, 16])
def test_leading_layers_without_tensors_are_told_and_no_fault(tmp_path: Path, caplog: pytest.LogCaptureFixture, num_layers: int) -> None:
    adapter = read_adapter(write_mlx_lm(tmp_path, MLX_LM_CONFIG | {"num_layers": num_layers}, in_layers(2, 3)), base=base_of(4))
    note = "its configuration asks for the last 4 layers, its tensors are those of the last 2"
    assert adapter.record.note == note and note in caplog.text
    assert len(adapter.pairs) == 4


@pytest.mark.parametrize(
    ("layers", "keys", "missing"),
    [
        ((0, 1, 2), ["mlp.up_proj", "self_attn.q_proj"], ["3.mlp.up_proj", "3.self_attn.q_proj"]),
        ((1, 3), ["mlp.up_proj", "self_attn.q_proj"], ["2.mlp.up_proj", "2.self_attn.q_proj"]),
        ((2, 3), ["mlp.up_proj", "self_attn.q_proj", "self_attn.v_proj"], ["2.self_attn.v_proj", "3.self_attn.v_proj"]),
        ((2, 3), ["model.layers.1.mlp.up_proj", "mlp.up_proj"], ["1.mlp.up_proj"]),
        ((2, 3), ["language_model.model.layers.0.mlp.up_proj"], ["0.mlp.up_proj"]),
    ],
)
def test_other_holes_are_missed(tmp_path: Path, layers: tuple[int, ...], keys: list[str], missing: list[str]) -> None:
    config = {"num_layers": 4, "lora_parameters": {"rank": RANK, "scale": 20.0, "keys": keys}}
    with pytest.raises(MismatchedAdapter) as refused:
        read_adapter(write_mlx_lm(tmp_path, config, in_layers(*layers)), base=base_of(4))
    assert refused.value.mismatches == tuple(f"model.layers.{module}: missing, though the configuration targets it" for module in missing)


@pytest.mark.parametrize("keys", [["auto"], [f"language_model.model.layers.{layer}.mlp.up_proj" for layer in (2, 3)]])
def test_keys_that_ask_for_no_other_layers_need_no_word(tmp_path: Path, keys: list[str]) -> None:
    config = {"num_layers": -1 if len(keys) > 1 else 2, "lora_parameters": {"rank": RANK, "scale": 20.0, "keys": keys}}
    tensors = {name: tensor for name, tensor in in_layers(2, 3).items() if "mlp" in name}
    assert read_adapter(write_mlx_lm(tmp_path, config, tensors), base=base_of(4)).record == TrainingRecord()
