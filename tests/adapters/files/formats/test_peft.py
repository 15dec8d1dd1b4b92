"""PEFT's format: every way its files spell an adapter that can be served, and by name those that cannot."""

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from adapters.base.shape import BaseShape
from adapters.errors import MismatchedAdapter, NoAdapter, UnsupportedAdapter
from adapters.files.reading import TrainingRecord, read_adapter
from tests.adapters.adapter_files import IN, MODULES, OUT, PEFT_CONFIG, factors, mlx_lm_tensors, peft_tensors, write_mlx_lm, write_peft

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
TWO_LAYERS = BaseShape(num_layers=2, linears={f"model.layers.{layer}.{name}": (IN, OUT) for layer in range(2) for name in PROJECTIONS})


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
        ({r".*\.layers\.0\..*(q_proj|v_proj)$": 80}, {1}),
        ({".*up_proj": 80}, {0, 2}),
        ({r"layers\.\d+": 80}, set()),  # it is not the end
        ({r"layers\.\d+\..*": 80}, {0, 1, 2, 3}),
        ({"[qv]_proj": 80}, {1, 3}),
        ({"q.proj": 80}, {1, 3}),  # any character
        ({"(a+)+$": 80}, set()),
        ({"": 80}, set()),
        ({"1.*": 40, ".*": 80}, {0, 1}),  # a dot before it, or the start
        ({"up_proj": 40, ".*": 80}, {1, 3}),
        ({".*0.*": 80, "up_proj": 40, "q_proj": 80}, {0, 1, 3}),
        ({r"^model\.layers\.1\.": 80}, set()),
        ({r"^model\.layers\.1\..*": 80}, {2, 3}),
        ({"^q_proj|up_proj": 80}, {0, 2}),
        ({r"(?!.*up_).*": 80}, {1, 3}),
        ({r"\b(?:q|up)_proj": 80}, {0, 1, 2, 3}),
    ],
)
def test_alpha_pattern_names_modules_as_peft_reads_it(tmp_path: Path, pattern: dict[str, object], scaled: set[int]) -> None:
    plain = read_adapter(write_peft(tmp_path / "plain"))
    adapter = read_adapter(write_peft(tmp_path / "scaled", PEFT_CONFIG | {"alpha_pattern": pattern}))
    for number, module in enumerate(MODULES):
        assert np.array_equal(adapter.pairs[module].b, plain.pairs[module].b * (2 if number in scaled else 1)), module


def test_keys_that_overlap_are_noted_since_peft_sorts_them_when_it_saves(tmp_path: Path) -> None:
    apart = read_adapter(write_peft(tmp_path / "apart", PEFT_CONFIG | {"alpha_pattern": {"0.mlp.up_proj": 3, ".*_proj": 3}}))
    assert apart.record.note is None  # whichever it was, it was the same
    both = {"alpha_pattern": {"0.mlp.up_proj": 3, ".*up_proj": 80}}
    note = read_adapter(write_peft(tmp_path / "both", PEFT_CONFIG | both)).record.note
    assert note is not None and note.startswith("alpha_pattern has several keys for model.layers.0.mlp.up_proj, and the first")


def test_rank_pattern_gives_modules_ranks_of_their_own(tmp_path: Path) -> None:
    tensors = peft_tensors() | peft_tensors(modules=("model.layers.1.mlp.up_proj",), rank=5)
    adapter = read_adapter(write_peft(tmp_path, PEFT_CONFIG | {"rank_pattern": {"1.mlp.up_proj": 5}}, tensors))
    assert (adapter.rank, adapter.scale) == (5, 20.0)
    wide = mlx_lm_tensors(modules=("model.layers.1.mlp.up_proj",), rank=5)["model.layers.1.mlp.up_proj.lora_b"]
    assert np.array_equal(adapter.pairs["model.layers.1.mlp.up_proj"].b, 8 * wide)


def test_of_overlapping_keys_the_tensors_say_which_gave_the_rank(tmp_path: Path) -> None:
    """PEFT sorts the keys when it saves, and then cannot load what it trained with another one first."""
    pattern = PEFT_CONFIG | {"rank_pattern": {"1.mlp.up_proj": 3, "up_proj": 5}}
    first = peft_tensors() | peft_tensors(modules=("model.layers.0.mlp.up_proj", "model.layers.1.mlp.up_proj"), rank=5)
    adapter = read_adapter(write_peft(tmp_path / "first", pattern, first))
    assert {pair.a.shape[1] for module, pair in adapter.pairs.items() if "up_proj" in module} == {5}
    wide = mlx_lm_tensors(modules=("model.layers.0.mlp.up_proj", "model.layers.1.mlp.up_proj"), rank=5)
    assert np.array_equal(adapter.pairs["model.layers.1.mlp.up_proj"].b, 8 * wide["model.layers.1.mlp.up_proj.lora_b"])
    with pytest.raises(MismatchedAdapter, match=r"layers\.1\.mlp\.up_proj: its rank is 4, in the configuration 3 or 5"):
        read_adapter(write_peft(tmp_path / "none", pattern, first | peft_tensors(modules=("model.layers.1.mlp.up_proj",), rank=4)))


@pytest.mark.parametrize("field", ["rank_pattern", "alpha_pattern"])
@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (r"(.)\1_proj", r"it uses \\1"),
        (r"(?<=mlp\.)up_proj", r"it uses \(\?<="),
        ("(?i)UP_PROJ", r"it uses \(\?i"),
        ("up_proj(", "a . is missing"),
        ("a{1000}{1000}", "it repeats what cannot be repeated"),
        ("((a{90}){90}){90}", "more than 3000 states"),
        ("a" * 2001, "longer than 2000"),
    ],
)
def test_an_expression_that_cannot_be_matched_is_refused_where_it_decides_the_scale(
    tmp_path: Path, field: str, key: str, reason: str
) -> None:
    with pytest.raises(UnsupportedAdapter, match=rf"(?s){field} has the regular expression .*{reason}.* write out the modules' names"):
        read_adapter(write_peft(tmp_path, PEFT_CONFIG | {field: {key: 4}}))


def test_more_expressions_than_can_be_matched_in_no_time_are_refused(tmp_path: Path) -> None:
    names = {f"layers.{number}.mlp.up_proj": 40 for number in range(400)}  # plain names are looked up
    assert read_adapter(write_peft(tmp_path, PEFT_CONFIG | {"alpha_pattern": names}))
    with pytest.raises(UnsupportedAdapter, match="alpha_pattern has 51 regular expressions, expected up to 50"):
        read_adapter(write_peft(tmp_path, PEFT_CONFIG | {"alpha_pattern": {f".*{number}.*": 40 for number in range(51)}}))


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


def dora_tensors(spelling: str = "lora_magnitude_vector", *shape: int) -> dict[str, npt.NDArray[np.float32]]:
    modules = [name.removesuffix(".lora_A.weight") for name in peft_tensors() if "lora_A" in name]
    return peft_tensors() | {f"{module}.{spelling}": factors(*(shape or (OUT,)), seed=number) for number, module in enumerate(modules)}


@pytest.mark.parametrize("spelling", ["lora_magnitude_vector" + end for end in ("", ".weight", ".default", ".default.weight")])
def test_doras_magnitudes_are_read_however_they_are_spelled(tmp_path: Path, spelling: str) -> None:
    plain = read_adapter(write_peft(tmp_path / "plain"))
    for shape in ((OUT,), (OUT, 1)):
        adapter = read_adapter(write_peft(tmp_path / "dora", PEFT_CONFIG | {"use_dora": True}, dora_tensors(spelling, *shape)))
        assert (adapter.kind, plain.kind) == ("dora", "lora")
        assert adapter.digest != plain.digest
        for number, module in enumerate(MODULES):
            magnitude = adapter.pairs[module].magnitude
            assert magnitude is not None and np.array_equal(magnitude, factors(*shape, seed=number).reshape(-1))
            assert np.array_equal(adapter.pairs[module].b, plain.pairs[module].b)


def test_magnitudes_and_use_dora_must_agree(tmp_path: Path) -> None:
    name = "base_model.model.model.layers.0.mlp.up_proj.lora_magnitude_vector"
    without = {key: tensor for key, tensor in dora_tensors().items() if key != name}
    for config, tensors, lines in (
        ({}, dora_tensors(), ["unexpected, use_dora is not set"] * 4),
        ({"use_dora": True}, peft_tensors(), ["lora_magnitude_vector: missing"] * 4),
        ({"use_dora": True}, without, ["model.layers.0.mlp.up_proj.lora_magnitude_vector: missing"]),
        ({"use_dora": True}, dora_tensors() | {name: factors(OUT + 1)}, [f"has {OUT + 1} values"]),
        ({"use_dora": True}, dora_tensors() | {name: factors(OUT, 2)}, ["its shape is"]),
        ({"use_dora": True}, dora_tensors() | {name: factors(1, OUT)}, ["its shape is"]),
        ({"use_dora": True}, dora_tensors() | {name: np.full(OUT, np.nan, np.float32)}, ["holds values that are not finite"]),
    ):
        with pytest.raises(MismatchedAdapter) as refused:
            read_adapter(write_peft(tmp_path, PEFT_CONFIG | config, tensors))
        assert len(refused.value.mismatches) == len(lines)
        assert all(part in line for line, part in zip(refused.value.mismatches, lines, strict=True)), refused.value.mismatches


UNSLOTH = (
    r"(?:.*?(?:language|text).*?(?:self_attn|attention|attn|mlp|feed_forward|ffn|dense).*?(?:q_proj|up_proj).*?)"
    r"|(?:\bmodel\.layers\.[\d]{1,}\.(?:self_attn|attention|attn|mlp|feed_forward|ffn|dense)\.(?:(?:q_proj|up_proj)))"
)
LLAMA_FACTORY = r"^(?!.*(?:vision_tower|multi_modal_projector)).*(?:q_proj|up_proj).*"


@pytest.mark.parametrize("target", [UNSLOTH, LLAMA_FACTORY, r".*\.(q|up)_proj", "all-linear"])
@pytest.mark.parametrize("prefix", PREFIXES[:3])
def test_a_target_that_is_an_expression_says_what_must_be_there(tmp_path: Path, target: str, prefix: str) -> None:
    modules = MODULES if target != "all-linear" else tuple(f"model.layers.{layer}.{name}" for layer in range(2) for name in PROJECTIONS)
    config, tensors = PEFT_CONFIG | {"target_modules": target}, peft_tensors(prefix=prefix, modules=modules)
    assert set(read_adapter(write_peft(tmp_path, config, tensors)).pairs) == set(modules)
    del tensors[f"{prefix}layers.1.mlp.up_proj.lora_A.weight"], tensors[f"{prefix}layers.1.mlp.up_proj.lora_B.weight"]
    with pytest.raises(MismatchedAdapter, match=r"layers\.1\.mlp\.up_proj: missing, though the configuration targets it"):
        read_adapter(write_peft(tmp_path, config, tensors))
    strange = peft_tensors(prefix=prefix, modules=(*modules, "model.layers.0.mlp.gate_up"))
    if target != "all-linear":
        with pytest.raises(MismatchedAdapter, match=r"gate_up\.lora_A\.weight: unexpected, target_modules does not name it"):
            read_adapter(write_peft(tmp_path, config, strange))


@pytest.mark.parametrize(
    ("fields", "left"),
    [
        ({"exclude_modules": r".*\.1\..*"}, {0, 1}),
        ({"exclude_modules": ["layers.0.mlp.up_proj", "layers.1.self_attn.q_proj"]}, {1, 2}),
        ({"exclude_modules": ["model.layers.0.mlp.up_proj"]}, {1, 2, 3}),
        ({"exclude_modules": ["vision_tower", r".*vision.*"]}, {0, 1, 2, 3}),
        ({"exclude_modules": []}, {0, 1, 2, 3}),
        ({"layers_to_transform": 1}, {2, 3}),
        ({"layers_to_transform": []}, {0, 1, 2, 3}),
        ({"layers_to_transform": [1], "layers_pattern": "layers"}, {2, 3}),
        ({"layers_to_transform": [1], "layers_pattern": ["h", "layers"]}, {2, 3}),
        ({"layers_to_transform": [1], "layers_pattern": []}, {2, 3}),
        ({"layers_to_transform": [0], "target_modules": ["q_proj", "model.layers.1.mlp.up_proj"]}, {1, 2}),
    ],
)
def test_exactly_what_is_targeted_is_there(tmp_path: Path, fields: dict[str, Any], left: set[int]) -> None:
    modules = tuple(MODULES[number] for number in sorted(left))
    assert tuple(read_adapter(write_peft(tmp_path, PEFT_CONFIG | fields, peft_tensors(modules=modules))).pairs) == modules
    for number, module in enumerate(MODULES):
        others = tuple(one for one in modules if one != module) if number in left else (*modules, module)
        with pytest.raises(MismatchedAdapter, match=f"{module.removeprefix('model.')}"):
            read_adapter(write_peft(tmp_path, PEFT_CONFIG | fields, peft_tensors(modules=others)), base=TWO_LAYERS)


def test_layers_that_the_base_has_none_of_are_no_matter(tmp_path: Path) -> None:
    base = BaseShape(num_layers=2, linears=dict.fromkeys(MODULES, (IN, OUT)))
    folder = write_peft(tmp_path, PEFT_CONFIG | {"layers_to_transform": [0, 1, 2, 31]})
    assert tuple(read_adapter(folder, base=base).pairs) == MODULES
    with pytest.raises(MismatchedAdapter, match=r"layers\.1\.mlp\.up_proj: missing"):
        read_adapter(write_peft(tmp_path, PEFT_CONFIG | {"layers_to_transform": [0, 1, 31]}, peft_tensors(modules=MODULES[:2])), base=base)


BUSY = r"(?:(?!(?:(?:a|[a-z_.0-9]|.)*b){10}z).)*"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"alpha_pattern": {BUSY: 1}}, r"its regular expression .* takes more than 500000 steps to match"),
        ({"target_modules": BUSY}, r"its regular expression .* takes more than 500000 steps to match"),
        (
            {"rank_pattern": {BUSY + "x" * number: 1 for number in range(40)}},
            "rank_pattern has regular expressions that take more than 2000000 steps to match",
        ),
    ],
)
def test_expressions_made_to_keep_the_reader_busy_are_refused(tmp_path: Path, fields: dict[str, Any], message: str) -> None:
    modules = tuple(f"model.layers.0.{number}{'x' * 200}" for number in range(500))
    with pytest.raises(UnsupportedAdapter, match=message):
        read_adapter(write_peft(tmp_path, PEFT_CONFIG | {"target_modules": None} | fields, peft_tensors(modules=modules)))


def test_layers_of_another_name_are_no_targets(tmp_path: Path) -> None:
    with pytest.raises(MismatchedAdapter, match="layers_pattern does not name its layers"):
        read_adapter(write_peft(tmp_path, PEFT_CONFIG | {"layers_to_transform": [0, 1], "layers_pattern": "h"}))


@pytest.mark.parametrize("fields", [{"target_modules": "(?<=x)b"}, {"target_modules": None}, {"exclude_modules": r"(.)\1"}])
def test_targets_that_cannot_be_known_are_not_checked(tmp_path: Path, fields: dict[str, object]) -> None:
    only_one = {name: tensor for name, tensor in peft_tensors().items() if "layers.1.mlp" in name}
    assert list(read_adapter(write_peft(tmp_path, PEFT_CONFIG | fields, only_one)).pairs) == ["model.layers.1.mlp.up_proj"]


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
