"""A model's numbers out of a file's metadata, as llama.cpp and Ollama write them, and those that are refused by name."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters.base.config.structs import Rope, TextConfig
from adapters.base.errors import ModelLoadError
from adapters.base.gguf.header import read_header
from adapters.base.gguf.text_config import read_text_config
from tests.adapters.base.gguf.writing import write_gguf

OLLAMAS = {"gemma3.attention.layer_norm_rms_epsilon": None, "gemma3.rope.freq_base": None}


def read(folder: Path, changes: Mapping[str, Any] | None = None, *, tensors: Mapping[str, Any] | None = None) -> TextConfig:
    """Read the demo model's file with other metadata."""
    metadata = {
        key if key.startswith(("gemma3.", "general.", "split.")) else f"gemma3.{key}": value for key, value in (changes or {}).items()
    }
    return read_text_config(read_header(write_gguf(folder / "demo.gguf", metadata=metadata, tensors=tensors)))


def test_the_demo_models_numbers(tmp_path: Path) -> None:
    config = read(tmp_path)
    assert (config.vocabulary_size, config.hidden_size, config.intermediate_size) == (4096, 256, 640)
    assert (config.num_heads, config.num_kv_heads, config.head_dim, config.query_scalar) == (4, 1, 64, 64)
    assert (config.context_size, config.window) == (8192, 512)
    assert config.norm_eps == pytest.approx(1e-6)
    assert config.are_sliding == (True, True, True, True, True, False)
    assert config.global_rope == Rope(base=1_000_000.0)
    assert config.local_rope == Rope(base=10_000.0)
    assert config.is_tied


def test_the_factor_of_large_models_is_of_the_global_layers_alone(tmp_path: Path) -> None:
    config = read(tmp_path, {"rope.scaling.type": "linear", "rope.scaling.factor": 8.0})
    assert (config.global_rope.factor, config.local_rope.factor) == (8.0, 1.0)


def test_ollamas_names_of_the_bases(tmp_path: Path) -> None:
    config = read(tmp_path, {**OLLAMAS, "rope.global.freq_base": 500_000.0, "rope.local.freq_base": 20_000.0})
    assert (config.global_rope.base, config.local_rope.base) == (500_000.0, 20_000.0)
    assert config.norm_eps == pytest.approx(1e-6)


@pytest.mark.parametrize(("context", "factor"), [(131_072, 8.0), (32_768, 1.0)])
def test_ollamas_long_models_have_the_factor_that_its_converter_left_out(tmp_path: Path, context: int, factor: float) -> None:
    assert read(tmp_path, {"context_length": context, **OLLAMAS}).global_rope.factor == factor


def test_a_long_model_of_llama_cpp_has_the_factor_that_it_names(tmp_path: Path) -> None:
    assert read(tmp_path, {"context_length": 131_072}).global_rope.factor == 1.0


def test_layers_slide_as_they_are_listed_or_by_another_number(tmp_path: Path) -> None:
    listed = [True, False, True, True, False, False]
    assert read(tmp_path, {"attention.sliding_window_pattern": listed}).are_sliding == tuple(listed)
    assert read(tmp_path, {"attention.sliding_window_pattern": 3}).are_sliding == (True, True, False, True, True, False)


def test_an_output_of_its_own_unties_the_embedding(tmp_path: Path) -> None:
    assert not read(tmp_path, tensors={"output.weight": np.zeros((4096, 256), np.float32)}).is_tied


def test_a_file_without_an_embedding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelLoadError, match=r"no tensor token_embd\.weight"):
        read(tmp_path, tensors={"token_embd.weight": None})


def test_27b_scales_attention_by_its_width(tmp_path: Path) -> None:
    config = read(tmp_path, {"block_count": 62})
    assert config.query_scalar == 256 // 4


def test_what_changes_nothing_passes(tmp_path: Path) -> None:
    kept = {"vision.block_count": 27, "mm.tokens_per_image": 256, "vocab_size": 4096, "expert_count": 0, "final_logit_softcapping": 0.0}
    assert read(tmp_path, kept).num_layers == 6


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"general.architecture": "llama"}, "architecture 'llama'; candor serves Gemma 3"),
        ({"general.architecture": "clip"}, "sees images"),
        ({"general.type": "adapter"}, "of the kind 'adapter'"),
        ({"split.count": 3}, "one of 3 files .* 'llama-gguf-split --merge"),
        ({"final_logit_softcapping": 30.0}, "final_logit_softcapping"),
        ({"attn_logit_softcapping": 50.0}, "attn_logit_softcapping"),
        ({"rope.scaling.type": "yarn"}, "'yarn'; expected 'linear'"),
        ({"rope.dimension_count": 32}, "dimension_count is 32; expected 64"),
        ({"attention.value_length": 32}, "value_length is 32; expected 64"),
        ({"attention.sliding_window": None}, "attention.sliding_window"),
        ({"attention.sliding_window": 0}, "sliding_window"),
        ({"context_length": 0}, "context_length"),
        ({"block_count": 0}, "block_count"),
        ({"embedding_length": 1 << 30}, "embedding_length"),
        ({"embedding_length": "256"}, "Expected `int`, got `str`"),
        ({"attention.head_count_kv": 3}, "no multiple"),
        ({"attention.sliding_window_pattern": [True, False]}, "has 2 entries; expected 6"),
        ({"attention.causal": False}, "causal"),
        ({"rope.freq_base": math.inf}, "freq_base"),
        ({"rope.scaling.factor": math.inf}, "factor"),
    ],
)
def test_what_is_no_gemma_3_that_is_computed_is_refused_by_name(tmp_path: Path, changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ModelLoadError, match=complaint) as told:
        read(tmp_path, changes)
    assert "\n" not in str(told.value)
