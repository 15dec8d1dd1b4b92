"""mlx-lm's format: what its configuration says of the tensors and of the training."""

from pathlib import Path

import pytest

from adapters.errors import MismatchedAdapter, UnsupportedAdapter
from adapters.files.reading import TrainingRecord, read_adapter
from tests.adapters.adapter_files import MLX_LM_CONFIG, MODULES, factors, mlx_lm_tensors, write_mlx_lm

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
        (TRAINING, TrainingRecord(iterations=1001, learning_rate=1e-5, batch_size=4, examples_seen=4004, effective_updates=125)),
        ({"iters": 10}, TrainingRecord(iterations=10, effective_updates=10)),
        ({"batch_size": 4}, TrainingRecord(batch_size=4)),
        (
            TRAINING | {"lr_schedule": {"name": "cosine_decay", "arguments": [3e-4, 100]}, "iters": None, "batch_size": "4"},
            TrainingRecord(learning_rate=3e-4),
        ),
        (TRAINING | {"lr_schedule": "odd", "iters": -1, "batch_size": True, "grad_accumulation_steps": 0}, TrainingRecord()),
        (TRAINING | {"learning_rate": [1e-5], "grad_accumulation_steps": "8", "iters": 1.5}, TrainingRecord(batch_size=4)),
    ],
)
def test_the_training_is_recorded_as_far_as_the_configuration_says(
    tmp_path: Path, training: dict[str, object], record: TrainingRecord
) -> None:
    assert read_adapter(write_mlx_lm(tmp_path, MLX_LM_CONFIG | training)).record == record


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("dora", "it is a DoRA adapter, whose magnitude vector renormalises each whole weight"),
        ("full", "it was trained in full"),
        ("lokr", "its fine_tune_type is 'lokr', expected 'lora'"),
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
        ("vision_tower.layers.0.self_attn.q_proj.lora_a", r"it updates vision_tower \(.*\), but only the text model is served"),
        ("model.layers.0.self_attn.q_proj.m", "it is a DoRA adapter"),
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
