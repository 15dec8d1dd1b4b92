"""Small Gemma 3 models of every kind that transformers can write, by what is unusual about them. It knows the standard library only."""

from typing import Any, NamedTuple

SLIDING, GLOBAL = "sliding_attention", "full_attention"
MIXED = [GLOBAL, SLIDING, GLOBAL, GLOBAL, SLIDING, SLIDING, GLOBAL]
NUM_TOKENS = 150  # read: several windows
NUM_DRAWN = 24
LINEAR = {"rope_type": "linear", "factor": 8.0}

TEXT: dict[str, Any] = {
    "vocab_size": 64,
    "hidden_size": 24,
    "intermediate_size": 40,
    "num_hidden_layers": 7,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "query_pre_attn_scalar": 12,
    "sliding_window": 32,
    "max_position_embeddings": 1024,
}
VISION = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "image_size": 28, "patch_size": 14}


class Case(NamedTuple):
    """What is said beside the sizes above."""

    text: dict[str, Any]
    is_nested: bool = False


CASES = {
    "plain": Case({}),
    "linear": Case({"rope_scaling": LINEAR}),
    "other-bases": Case({"rope_theta": 5e4, "rope_local_base_freq": 3e3}),
    "scaled-in-both-kinds": Case(
        {"rope_parameters": {SLIDING: LINEAR | {"factor": 3.0, "rope_theta": 7e3}, GLOBAL: LINEAR | {"rope_theta": 2e5}}}
    ),
    "mixed-layers": Case({"layer_types": MIXED}),
    "no-sliding-layer": Case({"layer_types": [GLOBAL] * 7}),
    "no-global-layer": Case({"layer_types": [SLIDING] * 7}),
    "every-third": Case({"sliding_window_pattern": 3, "rope_scaling": LINEAR}),
    "untied": Case({"tie_word_embeddings": False}),
    "wide-heads": Case({"num_key_value_heads": 1, "head_dim": 20, "query_pre_attn_scalar": 7, "rms_norm_eps": 1e-4}),
    "short-window": Case({"sliding_window": 5, "layer_types": MIXED}),
    "nested": Case({"rope_scaling": LINEAR}, is_nested=True),
    "nested-mixed-untied": Case({"tie_word_embeddings": False, "layer_types": MIXED, "rope_scaling": LINEAR}, is_nested=True),
}
