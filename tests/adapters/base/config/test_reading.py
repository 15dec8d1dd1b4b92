"""Every key of a config.json is read, changes nothing, or is refused by name."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from adapters.base.config.reading import read_config
from adapters.base.config.structs import ModelConfig, Rope
from adapters.base.errors import ModelLoadError

SLIDING, GLOBAL = "sliding_attention", "full_attention"
TEXT: dict[str, Any] = {"model_type": "gemma3_text", "num_hidden_layers": 4}
LINEAR = {"rope_type": "linear", "factor": 8.0}
MLX = {"group_size": 64, "bits": 4}


def read(folder: Path, config: dict[str, Any] | str) -> ModelConfig:
    (folder / "config.json").write_text(config if isinstance(config, str) else json.dumps(config))
    return read_config(folder)


def refuse(folder: Path, config: dict[str, Any] | str) -> str:
    with pytest.raises(ModelLoadError) as refused:
        read(folder, config)
    return str(refused.value)


def nest(text: dict[str, Any], **beside: Any) -> dict[str, Any]:
    return {"model_type": "gemma3", "text_config": text, **beside}


def test_what_is_missing_is_what_transformers_says(tmp_path: Path) -> None:
    text = read(tmp_path, {"model_type": "gemma3_text"}).text
    assert (text.vocabulary_size, text.hidden_size, text.intermediate_size, text.num_layers) == (262_208, 2304, 9216, 26)
    assert (text.num_heads, text.num_kv_heads, text.head_dim, text.query_scalar) == (8, 4, 256, 256)
    assert (text.norm_eps, text.context_size, text.window, text.is_tied) == (1e-6, 131_072, 4096, True)
    assert (text.global_rope, text.local_rope) == (Rope(base=1e6), Rope(base=1e4))
    assert [layer for layer, is_sliding in enumerate(text.are_sliding) if not is_sliding] == [5, 11, 17, 23]


def test_a_nested_one_has_its_sizes_in_text_config(tmp_path: Path) -> None:
    # As the first release of the 4B has it.
    text = {"hidden_size": 2560, "intermediate_size": 10240, "model_type": "gemma3_text", "num_hidden_layers": 34, "sliding_window": 1024}
    whole = nest(
        text | {"rope_scaling": LINEAR},
        architectures=["Gemma3ForConditionalGeneration"],
        boi_token_index=255_999,
        eoi_token_index=256_000,
        eos_token_id=[1, 106],
        image_token_index=262_144,
        initializer_range=0.02,
        mm_tokens_per_image=256,
        torch_dtype="bfloat16",
        transformers_version="4.50.0.dev0",
        vision_config={"hidden_size": 1152, "model_type": "siglip_vision_model"},
    )
    config = read(tmp_path, whole)
    assert (config.is_nested, config.text.hidden_size, config.text.num_layers, config.text.window) == (True, 2560, 34, 1024)
    assert (config.text.global_rope, config.text.local_rope) == (Rope(base=1e6, factor=8), Rope(base=1e4))


@pytest.mark.parametrize(
    "said",
    [
        {"rope_scaling": LINEAR, "rope_theta": 5e5, "rope_local_base_freq": 2e4},
        {"rope_parameters": {GLOBAL: LINEAR | {"rope_theta": 5e5}, SLIDING: {"rope_type": "default", "rope_theta": 2e4}}},
        {"rope_parameters": {GLOBAL: LINEAR, SLIDING: None}, "rope_theta": 5e5, "rope_local_base_freq": 2e4},
        {"rope_parameters": {GLOBAL: {"type": "linear", "factor": 8}}, "rope_theta": 5e5, "rope_local_base_freq": 20000},
        {"rope_parameters": {GLOBAL: LINEAR}, "rope_scaling": LINEAR, "rope_theta": 5e5, "rope_local_base_freq": 2e4},
        {"rope_scaling": LINEAR | {"rope_theta": 5e5}, "rope_theta": 5e5, "rope_local_base_freq": 2e4},
        {"rope_scaling": LINEAR | {"original_max_position_embeddings": 8192}, "rope_theta": 5e5, "rope_local_base_freq": 2e4},
    ],
)
def test_rotations_are_the_same_in_every_generation_of_keys(tmp_path: Path, said: dict[str, Any]) -> None:
    text = read(tmp_path, TEXT | said).text
    assert (text.global_rope, text.local_rope) == (Rope(base=5e5, factor=8), Rope(base=2e4))


def test_sliding_layers_may_be_scaled_too(tmp_path: Path) -> None:
    text = read(tmp_path, TEXT | {"rope_parameters": {SLIDING: LINEAR | {"rope_theta": 3e3}}}).text
    assert (text.global_rope, text.local_rope) == (Rope(base=1e6), Rope(base=3e3, factor=8))


@pytest.mark.parametrize(
    ("said", "is_global"),
    [
        ({}, "...."),
        ({"sliding_window_pattern": 2}, ".x.x"),
        ({"sliding_window_pattern": 1}, "xxxx"),
        ({"layer_types": [GLOBAL, SLIDING, SLIDING, GLOBAL]}, "x..x"),
        ({"layer_types": [SLIDING, GLOBAL] * 2, "sliding_window_pattern": 2}, ".x.x"),
        ({"layer_types": [SLIDING, GLOBAL] * 2, "sliding_window_pattern": None}, ".x.x"),
        ({"layer_types": [GLOBAL] * 4, "_sliding_window_pattern": 6}, "xxxx"),  # transformers writes the second whatever the first says
        ({"_sliding_window_pattern": 6}, "...."),
    ],
)
def test_every_layer_has_its_kind(tmp_path: Path, said: dict[str, Any], is_global: str) -> None:
    assert read(tmp_path, TEXT | said).text.are_sliding == tuple(mark == "." for mark in is_global)


def test_a_window_is_needed_only_where_something_slides(tmp_path: Path) -> None:
    assert read(tmp_path, TEXT | {"layer_types": [GLOBAL] * 4, "sliding_window": None}).text.window == 131_072
    assert "sliding_window is None; expected a whole number" in refuse(tmp_path, TEXT | {"sliding_window": None})


@pytest.mark.parametrize(
    "said",
    [
        {"attention_bias": False, "attn_logit_softcapping": None, "final_logit_softcapping": None, "use_bidirectional_attention": False},
        {"hidden_activation": "gelu_pytorch_tanh", "hidden_act": "gelu_pytorch_tanh", "partial_rotary_factor": 1.0},
        {"attention_dropout": 0.1, "initializer_range": 0.5, "use_cache": False, "torch_dtype": "float16", "dtype": "bfloat16"},
        {"temperature": 0.3, "top_k": 64, "do_sample": True, "max_length": 20, "cache_implementation": "hybrid", "is_decoder": True},
        {
            "unsloth_fixed": True,
            "unsloth_version": "2026.1",
            "_name_or_path": "x/y",
            "_anything": 3,
            "transformers.js_config": {"dtype": "q4"},
        },
        {"ignore_index": -100, "processor_class": "Gemma3Processor", "image_seq_length": 256, "num_image_tokens": 256, "pretraining_tp": 1},
        {"base_model_name_or_path": "x/y", "trust_remote_code": True, "model_max_length": 8192},
        {"something_new": None, "another": False, "empty": [], "none": "", "nothing": {}},
        {"rope_scaling": None, "layer_types": None, "rope_parameters": {}, "quantization": None},
        {"rope_parameters": {"rope_type": "default", "rope_theta": 1e6}},  # flat, and what holds without it
        {"query_pre_attn_scalar": 168.0, "rope_theta": 1_000_000},
    ],
)
def test_what_changes_nothing_passes(tmp_path: Path, said: dict[str, Any]) -> None:
    assert read(tmp_path, TEXT | said).text == read(tmp_path, TEXT | {"query_pre_attn_scalar": said.get("query_pre_attn_scalar", 256)}).text
    assert read(tmp_path, nest(TEXT | said)).is_nested


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"hidden_activation": "silu"}, "hidden_activation is 'silu'; expected 'gelu_pytorch_tanh'"),
        ({"hidden_act": "relu"}, "hidden_act is 'relu'; expected 'gelu_pytorch_tanh'"),
        ({"attention_bias": True}, "attention_bias is True; expected False"),
        ({"attn_logit_softcapping": 50.0}, "attn_logit_softcapping is 50.0; expected None"),
        ({"final_logit_softcapping": 30.0}, "final_logit_softcapping is 30.0; expected None"),
        ({"final_logit_softcapping": 0}, "final_logit_softcapping is 0; expected None"),
        ({"use_bidirectional_attention": True}, "use_bidirectional_attention is True; expected False"),
        ({"partial_rotary_factor": 0.5}, r"partial_rotary_factor is 0\.5; expected 1"),
        ({"something_new": 3}, r"something_new is 3, which candor does not know: delete it from config\.json if it changes nothing"),
        ({"per_layer_config": {"0": {"head_dim": 8}}}, "per_layer_config is .*does not know"),
        ({"model_file": "evil.py"}, "model_file is 'evil.py', which candor does not know"),
        ({"rope_scaling": {"type": "linear", "factor": 8}}, 'rope_scaling is .* expected its type under the name of "rope_type"'),
        ({"rope_scaling": {"rope_type": "yarn", "factor": 8}}, r"rope_scaling\.rope_type is 'yarn'; expected 'default' or 'linear'"),
        ({"rope_scaling": {"rope_type": "linear"}}, r"rope_scaling\.factor is None; expected a number above 0"),
        ({"rope_scaling": {"rope_type": "linear", "factor": 0}}, r"rope_scaling\.factor is 0; expected a number above 0"),
        ({"rope_scaling": {"rope_type": "linear", "factor": "8"}}, r"rope_scaling\.factor is '8'; expected a number above 0"),
        ({"rope_scaling": {"factor": 8.0}}, r"rope_scaling\.factor is 8\.0; expected none beside rope_type 'default'"),
        ({"rope_scaling": LINEAR | {"mscale": 2}}, r"rope_scaling\.mscale is 2; expected no such key"),
        ({"rope_scaling": "linear"}, "rope_scaling is 'linear'; expected an object"),
        ({"rope_scaling": LINEAR, "rope_parameters": {GLOBAL: {"rope_type": "default"}}}, "rope_scaling is .* expected the same as"),
        ({"rope_parameters": LINEAR}, "rope_parameters is .* expected an object for full_attention and one for sliding_attention"),
        ({"rope_parameters": {"rope_type": "default", "rope_theta": 5e5}}, "rope_parameters is .* transformers reads nothing"),
        ({"rope_parameters": {"chunked_attention": LINEAR}}, "chunked_attention"),
        ({"rope_parameters": {GLOBAL: {"rope_theta": 1e6}}, "rope_theta": 5e5}, r"rope_theta is 500000\.0; expected 1000000\.0"),
        (
            {"rope_parameters": {SLIDING: {"rope_theta": 1e4}}, "rope_local_base_freq": 5e5},
            "rope_local_base_freq is 500000.0; expected 10000.0",
        ),
        ({"rope_theta": -1}, "rope_theta is -1; expected a number above 0"),
        ({"layer_types": [GLOBAL] * 3}, "layer_types is .* expected 4 of"),
        ({"layer_types": [GLOBAL] * 3 + ["chunked_attention"]}, "layer_types is .* expected 4 of"),
        ({"layer_types": {"0": GLOBAL}}, "layer_types is .* expected 4 of"),
        (
            {"layer_types": [GLOBAL] * 4, "sliding_window_pattern": 2},
            "sliding_window_pattern is 2; expected the order that layer_types has",
        ),
        ({"sliding_window_pattern": None}, "sliding_window_pattern is None; expected a whole number"),
        ({"sliding_window_pattern": 0}, "sliding_window_pattern is 0; expected a whole number"),
        ({"_sliding_window_pattern": 2}, "_sliding_window_pattern is 2; expected layer_types"),
        ({"sliding_window": 0}, "sliding_window is 0; expected a whole number"),
        ({"max_position_embeddings": 0}, "max_position_embeddings is 0; expected a whole number"),
        ({"hidden_size": -4}, "hidden_size is -4; expected a whole number"),
        ({"hidden_size": 64.0}, r"hidden_size is 64\.0; expected a whole number"),
        ({"hidden_size": "64"}, "hidden_size is '64'; expected a whole number"),
        ({"hidden_size": True}, "hidden_size is True; expected a whole number"),
        ({"hidden_size": None}, "hidden_size is None; expected a whole number"),
        ({"num_hidden_layers": 10**9}, "num_hidden_layers is 1000000000; expected a whole number from 1 to 4096"),
        ({"num_attention_heads": 6}, "num_key_value_heads is .* expected a divisor of num_attention_heads, which is 6"),
        ({"head_dim": 33}, "head_dim is 33; expected an even number"),
        ({"rms_norm_eps": 0}, "rms_norm_eps is 0; expected a number above 0"),
        ({"query_pre_attn_scalar": 0}, "query_pre_attn_scalar is 0; expected a number above 0"),
        ({"quantization": {"bits": 4}}, "quantization is .* expected group_size and bits"),
        ({"quantization": MLX | {"bits": 9}}, "quantization is .* expected group_size and bits"),
        ({"quantization": MLX | {"mode": "gguf"}}, "quantization is .* expected group_size and bits"),
        ({"quantization": MLX, "quantization_config": MLX | {"bits": 8}}, "quantization_config is .* expected what quantization says"),
        ({"quantization_config": {"quant_method": "bitsandbytes", "load_in_4bit": True}}, "quantization_config is .* expected MLX's own"),
        ({"quantization_config": {"quant_method": "gptq", "bits": 4, "group_size": 64}}, "quantization_config is .* expected MLX's own"),
        ({"compression_config": {"format": "pack-quantized"}}, "compression_config is .* other software"),
    ],
)
@pytest.mark.parametrize("is_nested", [False, True])
def test_what_would_be_another_model_is_refused_by_name(tmp_path: Path, said: dict[str, Any], message: str, is_nested: bool) -> None:
    with pytest.raises(ModelLoadError, match=message):
        read(tmp_path, nest(TEXT | said) if is_nested else TEXT | said)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (nest({}, hidden_size=64), r"hidden_size is 64; expected what text_config says, 2304: transformers reads it there"),
        (nest({"vocab_size": 5}, vocab_size=6), "vocab_size is 6; expected what text_config says, 5"),
        (nest({}, rope_scaling=LINEAR), "rope_scaling is .* does not know"),
        (nest({"rope_scaling": None}, rope_scaling=LINEAR), "rope_scaling is .* expected what text_config says"),
        (nest({}, final_logit_softcapping=30), "final_logit_softcapping is 30; expected None"),
        (nest({"model_type": "gemma2"}), r"text_config\.model_type is 'gemma2'; expected 'gemma3_text'"),
        ({"model_type": "gemma3"}, "text_config is None; expected the text model's sizes"),
        ({"model_type": "gemma3", "text_config": []}, "text_config is .* expected an object"),
        ({"model_type": "gemma3_text", "text_config": {"hidden_size": 3}}, "text_config is .* does not know"),
        ({"model_type": "gemma3_text", "tie_word_embeddings": None}, "tie_word_embeddings is None; expected true or false"),
        ('{"model_type": "gemma3_text", "rope_theta": 1, "rope_theta": 2}', "cannot be read: the key 'rope_theta' stands twice"),
        ('{"model_type": "gemma3_text", "rope_scaling": {"factor": 1, "factor": 2}}', "cannot be read: the key 'factor' stands twice"),
        ('{"model_type": "gemma3_text", "rope_theta": NaN}', "cannot be read"),
        ('{"model_type": ["gemma3_text"]}', r"a model of type \['gemma3_text'\]"),
        ('{"a": ' + "[" * 100_000, "cannot be read"),
    ],
)
def test_what_contradicts_itself_is_refused(tmp_path: Path, config: dict[str, Any] | str, message: str) -> None:
    with pytest.raises(ModelLoadError, match=message):
        read(tmp_path, config)


def test_sizes_beside_text_config_may_say_the_same(tmp_path: Path) -> None:
    assert read(tmp_path, nest({"vocab_size": 5, "hidden_size": 64}, vocab_size=5, hidden_size=64, head_dim=256)).text.hidden_size == 64
    assert read(tmp_path, nest({}, vocab_size=5)).text.vocabulary_size == 5  # where mlx-lm looks


def test_the_head_is_tied_as_the_whole_says(tmp_path: Path) -> None:
    assert read(tmp_path, nest({"tie_word_embeddings": False})).text.is_tied
    assert not read(tmp_path, nest({"tie_word_embeddings": True}, tie_word_embeddings=False)).text.is_tied
    assert not read(tmp_path, TEXT | {"tie_word_embeddings": False}).text.is_tied


@pytest.mark.parametrize(
    "config",
    [
        TEXT | {"quantization": MLX},
        TEXT | {"quantization_config": MLX},
        TEXT | {"quantization": MLX, "quantization_config": MLX},
        nest(TEXT, quantization=MLX, quantization_config=MLX),
        nest(TEXT | {"quantization": MLX}),
    ],
)
def test_mlx_s_own_quantisation_is_read_wherever_it_stands(tmp_path: Path, config: dict[str, Any]) -> None:
    assert read(tmp_path, config).quantization == MLX


def test_quantisation_may_have_exceptions(tmp_path: Path) -> None:
    mixed = MLX | {"mode": "affine", "model.layers.0.mlp.down_proj": {"group_size": 32, "bits": 8}, "model.embed_tokens": False}
    assert read(tmp_path, TEXT | {"quantization": mixed}).quantization == mixed


def test_all_faults_are_told_at_once_up_to_a_few(tmp_path: Path) -> None:
    message = refuse(tmp_path, TEXT | {"hidden_size": 0, "head_dim": 0, "attention_bias": True})
    assert all(name in message for name in ("hidden_size is 0", "head_dim is 0", "attention_bias is True"))
    message = refuse(tmp_path, TEXT | {f"unheard_of_{number}": number + 1 for number in range(50)})
    assert message.endswith("and 44 more")
    assert len(message) < 1500


def test_long_values_are_cut_in_messages(tmp_path: Path) -> None:
    assert len(refuse(tmp_path, TEXT | {"layer_types": ["x" * 1000] * 1000})) < 500


def test_quantisation_by_modelopt_is_refused(tmp_path: Path) -> None:
    (tmp_path / "hf_quant_config.json").write_text("{}")
    assert "hf_quant_config.json" in refuse(tmp_path, TEXT)


def test_a_named_pipe_in_the_files_place_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config.json")
    with pytest.raises(ModelLoadError, match=r"config\.json cannot be read: it is not a file"):
        read_config(tmp_path)
