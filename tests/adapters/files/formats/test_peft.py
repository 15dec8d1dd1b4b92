"""PEFT's format: every way its files spell an adapter that can be served, and by name those that cannot."""

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters.errors import MismatchedAdapter, NoAdapter, UnsupportedAdapter
from adapters.files.reading import TrainingRecord, read_adapter
from tests.adapters.adapter_files import MODULES, OUT, PEFT_CONFIG, factors, mlx_lm_tensors, peft_tensors, write_mlx_lm, write_peft
from tests.adapters.files.formats.peft_modules import PREFIXES, PROJECTIONS


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
        use_rslora, is_listed = chance.random() < 0.5, chance.random() < 0.7
        config = PEFT_CONFIG | {
            "r": 64,
            "rank_pattern": {f"{name}": rank for name in names},
            "lora_alpha": 1,
            "alpha_pattern": {
                ".".join(name.split(".")[-chance.randint(1, 2) :]): scale * (rank**0.5 if use_rslora else rank) for name in names
            },
            "use_rslora": use_rslora,
            "target_modules": chance.choice([names, [name.split(".")[1] for name in names]])
            if is_listed
            else rf".*\blayers\.({'|'.join(map(str, layers))})\.\w+\.({'|'.join(name.split('.')[1] for name in names)})",
            "layers_to_transform": chance.choice([layers, layers[0] if len(layers) == 1 else layers]) if is_listed else None,
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


@pytest.mark.parametrize(
    "wrapper", ["_orig_mod", "module", "_checkpoint_wrapped_module", "_fsdp_wrapped_module", "_fpw_module", "_forward_module"]
)
@pytest.mark.parametrize(
    "place",
    [
        "{}.base_model.model.model.",
        "base_model.model.{}.model.",
        "base_model.{}.model.model.",
        "base_model.model.model.{}.",
        "{}.{}.model.",
    ],
)
def test_what_wraps_a_model_for_the_training_is_no_part_of_a_name(tmp_path: Path, wrapper: str, place: str) -> None:
    plain = read_adapter(write_peft(tmp_path / "plain"))
    tensors = {
        name.replace("self_attn.", f"{wrapper}.self_attn."): tensor
        for name, tensor in peft_tensors(prefix=place.replace("{}", wrapper)).items()
    }
    config = PEFT_CONFIG | {"target_modules": ["self_attn.q_proj", "up_proj"]}
    assert read_adapter(write_peft(tmp_path / "wrapped", config, tensors)).digest == plain.digest


@pytest.mark.parametrize("prefix", ["model.base_model.model.model.", "_forward_module.model.base_model.model.model."])
def test_lightnings_module_around_pefts_is_no_part_of_a_name(tmp_path: Path, prefix: str) -> None:
    config = PEFT_CONFIG | {"alpha_pattern": {"^model.layers.0.mlp.up_proj": 80}}
    plain = read_adapter(write_peft(tmp_path / "plain", config))
    assert read_adapter(write_peft(tmp_path / "within", config, peft_tensors(prefix=prefix))).digest == plain.digest


def test_a_module_under_two_spellings_is_still_one_too_many(tmp_path: Path) -> None:
    tensors = peft_tensors() | peft_tensors(prefix="base_model.model._orig_mod.model.", modules=MODULES[:1])
    with pytest.raises(MismatchedAdapter) as refused:
        read_adapter(write_peft(tmp_path, tensors=tensors))
    assert len(refused.value.mismatches) == 2
    assert all("is the same factor of the same module" in line for line in refused.value.mismatches)


def test_a_setting_that_a_wrapper_in_the_name_decides_is_refused(tmp_path: Path) -> None:
    tensors = peft_tensors(prefix="base_model.model._orig_mod.model.")
    assert read_adapter(write_peft(tmp_path, PEFT_CONFIG | {"alpha_pattern": {"up_proj": 80}}, tensors))
    with pytest.raises(UnsupportedAdapter, match=r"alpha_pattern has one setting for _orig_mod.* and another without it"):
        read_adapter(write_peft(tmp_path, PEFT_CONFIG | {"alpha_pattern": {"^model.layers.0.mlp.up_proj": 80}}, tensors))


def test_an_adapters_name_is_no_part_of_a_tensors_and_two_are_refused(tmp_path: Path) -> None:
    plain = read_adapter(write_peft(tmp_path / "plain"))
    assert read_adapter(write_peft(tmp_path / "named", tensors=peft_tensors(infix=".tuned_2"))).digest == plain.digest
    two = peft_tensors(infix=".one", modules=MODULES[:2]) | peft_tensors(infix=".two", modules=MODULES[2:])
    with pytest.raises(UnsupportedAdapter, match=r"its file holds several adapters \('one', 'two'\): save each by itself"):
        read_adapter(write_peft(tmp_path / "two", tensors=two))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"peft_type": "IA3"}, "its peft_type is 'IA3', expected 'LORA'"),
        ({"peft_type": None}, "its peft_type is None"),
        ({"kasa_config": {"beta": 1e-4}}, "it is a KaSA"),
        ({"monteclora_config": {"num_samples": 8}}, "it is a MonteCLoRA"),
        ({"use_bdlora": {"nblocks": 2}}, "it is a BD-LoRA"),
        ({"use_newlora": True}, "it sets use_newlora, of which nothing is known here"),
        ({"newlora_config": {"x": 1}}, "it sets newlora_config, of which nothing is known here"),
        (
            {"modules_to_save": ["multi_modal_projector", "norm", "head"]},
            r"replaces whole modules \(modules_to_save: norm, head\): merge it into its base, and serve that with --model",
        ),
        ({"init_lora_weights": "newlora_init"}, "init_lora_weights is 'newlora_init', and whether that changed the base's weights"),
        ({"lora_bias": True}, "lora_bias"),
        ({"modules_to_save": ["lm_head"]}, "modules_to_save"),
        ({"layer_replication": [[0, 4]]}, "layer_replication"),
        ({"trainable_token_indices": [1]}, "trainable_token_indices"),
        ({"target_parameters": ["w"]}, "target_parameters"),
        ({"alora_invocation_tokens": [1]}, "alora_invocation_tokens"),
        ({"use_qalora": True}, "use_qalora"),
        ({"init_lora_weights": "pissa_niter_4"}, "init_lora_weights 'pissa_niter_4' changed the base's weights"),
        ({"init_lora_weights": "olora"}, "init_lora_weights 'olora'"),
        ({"use_qalora": True, "modules_to_save": ["x"], "r": "no rank"}, "QA-LoRA.*; it replaces whole modules"),
    ],
)
def test_what_is_no_plain_lora_is_refused_by_name(tmp_path: Path, fields: dict[str, object], message: str) -> None:
    with pytest.raises(UnsupportedAdapter, match=message):
        read_adapter(write_peft(tmp_path, PEFT_CONFIG | fields))


def test_fields_that_change_nothing_are_no_matter(tmp_path: Path) -> None:
    harmless = {
        "init_lora_weights": "gaussian", "lora_dropout": 0.1, "peft_version": "0.18.0", "megatron_core": "megatron.core", "bias": None,
        "modules_to_save": None, "layers_pattern": "layers", "exclude_modules": None, "task_type": "CAUSAL_LM",
        "runtime_config": {"ephemeral_gpu_offload": False},
        "eva_config": {"rho": 2.0}, "loftq_config": {}, "qalora_group_size": 16, "use_newlora": False, "fan_in_fan_out": True,
        "use_rslora": None, "use_dora": None, "enable_lora": None,
    }  # fmt: skip
    assert read_adapter(write_peft(tmp_path / "one", PEFT_CONFIG | harmless)).digest == read_adapter(write_peft(tmp_path / "two")).digest


@pytest.mark.parametrize("start", [True, False, "gaussian", "eva", "orthogonal", "mica", "True"])
def test_a_start_that_leaves_the_base_alone_is_no_matter(tmp_path: Path, start: bool | str) -> None:
    plain = read_adapter(write_peft(tmp_path / "plain"))
    assert read_adapter(write_peft(tmp_path / "started", PEFT_CONFIG | {"init_lora_weights": start})).digest == plain.digest


@pytest.mark.parametrize("bias", ["all", "lora_only"])
def test_biases_are_refused_where_the_file_has_any(tmp_path: Path, bias: str) -> None:
    """Gemma 3 has none, its vision tower many."""
    tower = {"base_model.model.model.vision_tower.encoder.layers.0.mlp.fc1.bias": factors(3)}
    read = read_adapter(write_peft(tmp_path / "none", PEFT_CONFIG | {"bias": bias}, peft_tensors() | tower))
    assert (read.digest, read.left_out) == (read_adapter(write_peft(tmp_path / "plain")).digest, ("vision tower: 1 tensor",))
    biases = {f"base_model.model.model.layers.{layer}.self_attn.q_proj.base_layer.bias": factors(OUT) for layer in range(2)}
    with pytest.raises(UnsupportedAdapter, match=r"it holds biases \(base_model.*layers\.0.* and 1 more\), and Gemma 3's layers have none"):
        read_adapter(write_peft(tmp_path / "some", PEFT_CONFIG | {"bias": bias}, peft_tensors() | biases))


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ("base_model.model.model.embed_tokens.lora_embedding_A", r"it updates embed_tokens \(base_model.*\), but only attention"),
        ("base_model.model.lm_head.lora_A.weight", r"it updates lm_head"),
        ("base_model.model.lm_head.weight", r"it stores the whole of lm_head .* save the adapter anew with save_embedding_layers=False"),
        ("base_model.model.model.embed_tokens.weight", r"it stores the whole of embed_tokens .* save_embedding_layers=False"),
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


LEFT_OUT = (
    "base_model.model.model.vision_tower.encoder.layers.0.self_attn.q_proj.lora_{}.weight",  # transformers 5
    "base_model.model.model.vision_tower.vision_model.encoder.layers.11.mlp.fc1.lora_{}.weight",
    "base_model.model.vision_tower.vision_model.head.attention.out_proj.lora_{}.weight",
    "vision_model.encoder.layers.1.self_attn.out_proj.lora_{}.default.weight",
    "base_model.model._orig_mod.model.vision_tower.encoder.layers.0.mlp.fc2.lora_{}.weight",
)


@pytest.mark.parametrize("prefix", [*PREFIXES, "base_model.model._orig_mod.model.language_model."])
def test_the_vision_tower_is_left_out_and_said_to_be(tmp_path: Path, prefix: str) -> None:
    """As `all-linear` and the seven names of projections make it; what does not fit the text is no matter there."""
    vision = {name.format(factor): np.full((3, 3), np.nan, np.float32) for name in LEFT_OUT for factor in "AB"}
    vision["base_model.model.model.multi_modal_projector.mm_input_projection_weight"] = factors(4, 4)
    targets = ["q_proj", "up_proj", "fc1", "fc2", "out_proj", "vision_tower.encoder.layers.0.self_attn.q_proj"]
    config = PEFT_CONFIG | {"target_modules": targets, "modules_to_save": ["multi_modal_projector"]}
    adapter = read_adapter(write_peft(tmp_path / "all", config, peft_tensors(prefix=prefix) | vision))
    assert adapter.left_out == ("vision tower: 10 tensors", "projector: 1 tensor")
    plain = read_adapter(write_peft(tmp_path / "plain"))
    assert adapter.digest == plain.digest and plain.left_out == ()


def test_what_is_no_part_of_vision_is_not_left_out_with_it(tmp_path: Path) -> None:
    tensors = peft_tensors() | {
        LEFT_OUT[0].format("A"): factors(2, 2),
        "base_model.model.audio_tower.layers.0.lora_A.weight": factors(2, 2),
    }
    with pytest.raises(MismatchedAdapter) as refused:
        read_adapter(write_peft(tmp_path, tensors=tensors))
    assert [line.split(":")[0] for line in refused.value.mismatches] == ["base_model.model.audio_tower.layers.0.lora_A.weight"]


def test_an_adapter_of_vision_alone_changes_nothing_of_a_text(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedAdapter, match="changes nothing of a text: it holds nothing but vision tower: 10 tensors"):
        read_adapter(write_peft(tmp_path, tensors={name.format(factor): factors(2, 2) for name in LEFT_OUT for factor in "AB"}))


def test_veloras_own_tensors_are_left_out(tmp_path: Path) -> None:
    plain = read_adapter(write_peft(tmp_path / "plain"))
    own = {name.replace("lora_A.weight", "lora_velora_embed"): factors(1) for name in peft_tensors() if "lora_A" in name}
    config = PEFT_CONFIG | {"velora_config": {"num_groups": 8}}
    adapter = read_adapter(write_peft(tmp_path / "velora", config, peft_tensors() | own))
    assert adapter.digest == plain.digest
    assert adapter.left_out == ("VeLoRA's own, for training only: 4 tensors",)


def test_a_folder_of_folders_says_where_the_adapter_is(tmp_path: Path) -> None:
    write_peft(tmp_path / "tuned")
    (tmp_path / "runs").mkdir()
    with pytest.raises(NoAdapter, match=r"has no adapter_config\.json: the adapter is in .*/tuned$"):
        read_adapter(tmp_path)


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


def test_a_norm_that_is_no_number_costs_nothing_of_the_record(tmp_path: Path) -> None:
    folder = write_peft(tmp_path)
    log = [{"step": 1, "grad_norm": float("nan"), "learning_rate": 1e-4, "loss": float("inf")}, {"step": 2, "learning_rate": float("nan")}]
    (folder / "trainer_state.json").write_text(json.dumps({"global_step": 2, "train_batch_size": 4, "log_history": log}))
    assert read_adapter(folder).record == TrainingRecord(basis="done", effective_updates=2, learning_rate=1e-4, batch_size=4)
