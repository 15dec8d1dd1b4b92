"""PEFT's format: every way its files spell an adapter that can be served, and by name those that cannot."""

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters.errors import MismatchedAdapter, UnsupportedAdapter
from adapters.files.reading import TrainingRecord, read_adapter
from tests.adapters.adapter_files import MODULES, PEFT_CONFIG, factors, mlx_lm_tensors, peft_tensors, write_mlx_lm, write_peft

PREFIXES = (
    "base_model.model.model.",  # Gemma3ForCausalLM
    "base_model.model.language_model.model.",  # Gemma3ForConditionalGeneration before transformers 4.52
    "base_model.model.model.language_model.",  # and since
    "base_model.model.",  # Gemma3TextModel
    "base_model.model.language_model.",  # Gemma3Model
    "model.",  # without PEFT's wrapper
)
PROJECTIONS = (
    "self_attn.q_proj",
    "self_attn.k_proj",
    "self_attn.v_proj",
    "self_attn.o_proj",
    "mlp.gate_proj",
    "mlp.up_proj",
    "mlp.down_proj",
)


@pytest.mark.parametrize("infix", ["", ".default"])
@pytest.mark.parametrize("prefix", PREFIXES)
def test_every_spelling_of_a_tensors_name_is_the_same_module(tmp_path: Path, prefix: str, infix: str) -> None:
    plain = read_adapter(write_mlx_lm(tmp_path / "mlx-lm"))
    adapter = read_adapter(write_peft(tmp_path / "peft", tensors=peft_tensors(prefix=prefix, infix=infix)))
    assert tuple(adapter.pairs) == MODULES
    assert adapter.digest == plain.digest


def test_random_adapters_are_the_same_in_both_formats(tmp_path: Path) -> None:
    """Rank, scale, targets, layers, spelling and rslora by chance, the scale of some modules by exception."""
    chance = random.Random(7)
    for number in range(40):
        rank, scale = chance.randint(1, 9), chance.choice((0.1, 1.0, 2.5, 20.0, 1 / 3))
        names, layers = chance.sample(PROJECTIONS, chance.randint(1, 7)), chance.sample(range(12), chance.randint(1, 4))
        modules = tuple(f"model.layers.{layer}.{name}" for layer in layers for name in names)
        use_rslora = chance.random() < 0.5
        config = PEFT_CONFIG | {
            "r": 64,
            "rank_pattern": {f"{name}": rank for name in names},
            "lora_alpha": 1,
            "alpha_pattern": {
                ".".join(name.split(".")[-chance.randint(1, 2) :]): scale * (rank**0.5 if use_rslora else rank) for name in names
            },
            "use_rslora": use_rslora,
            "target_modules": chance.choice([names, [name.split(".")[1] for name in names], ".*_proj"]),
            "layers_to_transform": chance.choice([layers, layers[0] if len(layers) == 1 else layers]),
        }
        tensors = peft_tensors(prefix=chance.choice(PREFIXES), infix=chance.choice(("", ".default")), modules=modules, rank=rank)
        peft = read_adapter(write_peft(tmp_path / f"peft-{number}", config, tensors))
        mlx_lm = read_adapter(
            write_mlx_lm(
                tmp_path / f"mlx-lm-{number}",
                {"lora_parameters": {"rank": rank, "scale": scale}},
                mlx_lm_tensors(modules=modules, rank=rank),
            )
        )
        assert list(peft.pairs) == list(mlx_lm.pairs)
        for module, pair in peft.pairs.items():
            assert np.array_equal(pair.a, mlx_lm.pairs[module].a) and np.array_equal(pair.b, mlx_lm.pairs[module].b), number
        assert peft.digest == mlx_lm.digest


@pytest.mark.parametrize(("fields", "scale"), [({}, 20.0), ({"use_rslora": True}, 40 / 2**0.5), ({"lora_alpha": 3}, 1.5)])
def test_the_scale_is_alpha_by_rank_or_by_its_root(tmp_path: Path, fields: dict[str, object], scale: float) -> None:
    adapter = read_adapter(write_peft(tmp_path, PEFT_CONFIG | fields))
    assert adapter.scale == scale
    assert np.array_equal(adapter.pairs[MODULES[0]].b, mlx_lm_tensors()[f"{MODULES[0]}.lora_b"] * np.float32(scale))


@pytest.mark.parametrize(
    ("pattern", "scaled"),
    [
        ({"up_proj": 80}, {0, 2}),
        ({"mlp.up_proj": 80}, {0, 2}),
        ({r"mlp\.up_proj": 80}, {0, 2}),
        ({"model.layers.0.mlp.up_proj": 80}, {0}),
        ({"^model.layers.0.mlp.up_proj": 80}, {0}),
        ({"layers.1.mlp.up_proj$": 80}, {2}),
        ({"^layers.1.mlp.up_proj": 80}, set()),
        ({"p_proj": 80}, set()),
        ({"0.mlp.up_proj": 80, "up_proj": 40}, {0}),
        ({"up_proj": 40, "0.mlp.up_proj": 80}, set()),  # the first that fits
    ],
)
def test_alpha_pattern_names_modules_by_their_end_or_in_full(tmp_path: Path, pattern: dict[str, object], scaled: set[int]) -> None:
    plain = read_adapter(write_peft(tmp_path / "plain"))
    adapter = read_adapter(write_peft(tmp_path / "scaled", PEFT_CONFIG | {"alpha_pattern": pattern}))
    for number, module in enumerate(MODULES):
        assert np.array_equal(adapter.pairs[module].b, plain.pairs[module].b * (2 if number in scaled else 1)), module


def test_rank_pattern_gives_modules_ranks_of_their_own(tmp_path: Path) -> None:
    tensors = peft_tensors() | peft_tensors(modules=("model.layers.1.mlp.up_proj",), rank=5)
    adapter = read_adapter(write_peft(tmp_path, PEFT_CONFIG | {"rank_pattern": {"1.mlp.up_proj": 5}}, tensors))
    assert (adapter.rank, adapter.scale) == (5, 20.0)
    wide = mlx_lm_tensors(modules=("model.layers.1.mlp.up_proj",), rank=5)["model.layers.1.mlp.up_proj.lora_b"]
    assert np.array_equal(adapter.pairs["model.layers.1.mlp.up_proj"].b, 8 * wide)


@pytest.mark.parametrize("field", ["rank_pattern", "alpha_pattern"])
@pytest.mark.parametrize("key", ["(a+)+$", ".*up_proj", r"layers\.\d+", "[qv]_proj", ""])
def test_a_regular_expression_that_decides_the_scale_is_refused(tmp_path: Path, field: str, key: str) -> None:
    with pytest.raises(UnsupportedAdapter, match=rf"{field} has the regular expression .* write out the modules' names"):
        read_adapter(write_peft(tmp_path, PEFT_CONFIG | {field: {key: 4}}))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"peft_type": "IA3"}, "its peft_type is 'IA3', expected 'LORA'"),
        ({"peft_type": None}, "its peft_type is None"),
        ({"use_dora": True}, "it is a DoRA adapter"),
        ({"bias": "all"}, "biases .bias 'all', expected 'none'"),
        ({"lora_bias": True}, "lora_bias"),
        ({"modules_to_save": ["lm_head"]}, "modules_to_save"),
        ({"fan_in_fan_out": True}, "fan_in_fan_out"),
        ({"layer_replication": [[0, 4]]}, "layer_replication"),
        ({"trainable_token_indices": [1]}, "trainable_token_indices"),
        ({"target_parameters": ["w"]}, "target_parameters"),
        ({"alora_invocation_tokens": [1]}, "alora_invocation_tokens"),
        ({"use_qalora": True}, "use_qalora"),
        ({"init_lora_weights": "pissa_niter_4"}, "init_lora_weights 'pissa_niter_4' changed the base's weights"),
        ({"init_lora_weights": "olora"}, "init_lora_weights 'olora'"),
        ({"use_dora": True, "modules_to_save": ["x"], "r": "no rank"}, "DoRA.*; it replaces whole modules"),
    ],
)
def test_what_is_no_plain_lora_is_refused_by_name(tmp_path: Path, fields: dict[str, object], message: str) -> None:
    with pytest.raises(UnsupportedAdapter, match=message):
        read_adapter(write_peft(tmp_path, PEFT_CONFIG | fields))


def test_fields_that_change_nothing_are_no_matter(tmp_path: Path) -> None:
    harmless = {
        "init_lora_weights": "gaussian", "lora_dropout": 0.1, "peft_version": "0.18.0", "megatron_core": "megatron.core", "bias": None,
        "modules_to_save": None, "layers_pattern": "layers", "exclude_modules": None, "task_type": "CAUSAL_LM", "runtime_config": {},
    }  # fmt: skip
    assert read_adapter(write_peft(tmp_path / "one", PEFT_CONFIG | harmless)).digest == read_adapter(write_peft(tmp_path / "two")).digest


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ("base_model.model.model.embed_tokens.lora_embedding_A", r"it updates embed_tokens \(base_model.*\), but only attention"),
        ("base_model.model.lm_head.weight", r"it updates lm_head"),
        ("base_model.model.model.vision_tower.vision_model.encoder.layers.0.self_attn.q_proj.lora_A.weight", "it updates vision_tower"),
        ("base_model.model.multi_modal_projector.lora_A.weight", "it updates multi_modal_projector"),
        ("base_model.model.model.layers.0.self_attn.q_proj.lora_magnitude_vector", "it is a DoRA adapter"),
    ],
)
def test_tensors_of_a_kind_that_is_not_served_are_refused_by_name(tmp_path: Path, extra: str, message: str) -> None:
    with pytest.raises(UnsupportedAdapter, match=message):
        read_adapter(write_peft(tmp_path, tensors=peft_tensors() | {extra: factors(2, 2)}))


@pytest.mark.parametrize(
    ("fields", "mismatches"),
    [
        ({"target_modules": ["q_proj", "up_proj", "v_proj", "c_attn"]},
         [f"model.layers.{layer}.self_attn.v_proj: missing" for layer in (0, 1)]),
        ({"target_modules": ["up_proj"]}, ["q_proj.lora_A.weight: unexpected, target_modules", "q_proj.lora_B.weight"] * 2),
        ({"layers_to_transform": [0, 1, 3]}, ["model.layers.3.mlp.up_proj: missing", "model.layers.3.self_attn.q_proj: missing"]),
        ({"layers_to_transform": 0}, ["unexpected, its layer is not among layers_to_transform"] * 4),
        ({"target_modules": ["model.layers.2.self_attn.k_proj", "q_proj", "up_proj"], "layers_to_transform": [0, 1, 2]},
         ["model.layers.2.mlp.up_proj: missing", "model.layers.2.self_attn.k_proj: missing", "model.layers.2.self_attn.q_proj: missing"]),
    ],
)  # fmt: skip
def test_tensors_and_targets_must_agree(tmp_path: Path, fields: dict[str, Any], mismatches: list[str]) -> None:
    with pytest.raises(MismatchedAdapter) as refused:
        read_adapter(write_peft(tmp_path, PEFT_CONFIG | fields))
    assert len(refused.value.mismatches) == len(mismatches)
    assert all(part in line for line, part in zip(refused.value.mismatches, mismatches, strict=True)), refused.value.mismatches


@pytest.mark.parametrize("fields", [{"target_modules": "(a+)+b"}, {"target_modules": None}, {"exclude_modules": "(a+)+b"}])
def test_targets_that_cannot_be_known_are_not_checked(tmp_path: Path, fields: dict[str, object]) -> None:
    only_one = {name: tensor for name, tensor in peft_tensors().items() if "layers.1.mlp" in name}
    assert list(read_adapter(write_peft(tmp_path, PEFT_CONFIG | fields, only_one)).pairs) == ["model.layers.1.mlp.up_proj"]


@pytest.mark.parametrize(
    ("state", "record"),
    [
        ({"global_step": 300, "train_batch_size": 2, "log_history": [{"loss": 1.0}, {"learning_rate": 2e-4}, {"learning_rate": 1e-4}]},
         TrainingRecord(basis="done", learning_rate=2e-4, batch_size=2, effective_updates=300)),
        ({}, TrainingRecord()),
        ({"global_step": 300, "best_global_step": 300}, TrainingRecord(basis="done", effective_updates=300)),
        ({"global_step": 300, "best_global_step": 200},
         TrainingRecord(note="it may be the best checkpoint's, after 200 updates, or the last one's, after 300")),
        ({"global_step": "many"},
         TrainingRecord(note="trainer_state.json is not read: Expected `int | null`, got `str` - at `$.global_step`")),
        ([], TrainingRecord(note="trainer_state.json is not read: Expected `object`, got `array`")),
    ],
)  # fmt: skip
def test_the_training_is_recorded_as_far_as_the_trainers_state_says(tmp_path: Path, state: object, record: TrainingRecord) -> None:
    folder = write_peft(tmp_path)
    assert read_adapter(folder).record == TrainingRecord()
    (folder / "trainer_state.json").write_text(json.dumps(state))
    assert read_adapter(folder).record == record


def test_a_checkpoints_own_folder_says_which_it_is(tmp_path: Path) -> None:
    folder = write_peft(tmp_path / "checkpoint-300")
    (folder / "trainer_state.json").write_text('{"global_step": 300, "best_global_step": 200}')
    assert read_adapter(folder).record == TrainingRecord(basis="done", effective_updates=300)


def test_a_trainers_state_with_a_key_twice_is_not_believed(tmp_path: Path) -> None:
    folder = write_peft(tmp_path)
    (folder / "trainer_state.json").write_text('{"global_step": 300, "global_step": 200}')
    assert read_adapter(folder).record == TrainingRecord(
        note="trainer_state.json is not read: the key 'global_step' stands twice in one object"
    )
