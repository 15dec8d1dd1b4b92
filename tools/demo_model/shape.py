"""The shape of the demo model: the numbers that the config, the training and the test of it share."""

from typing import Any

PAD, EOS, BOS, UNK, START_OF_TURN, END_OF_TURN = range(6)
SPECIAL_TOKENS = ("<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>")

VOCABULARY = 4096
CONTEXT = 8192
WINDOW = 512
PATTERN = 6  # every sixth layer is global, the other five slide over WINDOW tokens


def gemma_config(vocab_size: int) -> dict[str, Any]:
    """Return the `config.json` of a `gemma3_text` model, in the names that mlx-lm and transformers share."""
    return {
        "architectures": ["Gemma3ForCausalLM"],
        "model_type": "gemma3_text",
        "vocab_size": vocab_size,
        "hidden_size": 256,
        "intermediate_size": 640,
        "num_hidden_layers": PATTERN,
        "num_attention_heads": 4,
        "num_key_value_heads": 1,
        "head_dim": 64,
        "query_pre_attn_scalar": 64,
        "hidden_activation": "gelu_pytorch_tanh",
        "rms_norm_eps": 1e-6,
        "rope_theta": 1_000_000.0,
        "rope_local_base_freq": 10_000.0,
        "sliding_window": WINDOW,
        "sliding_window_pattern": PATTERN,
        "max_position_embeddings": CONTEXT,
        "attention_bias": False,
        "tie_word_embeddings": True,
        "pad_token_id": PAD,
        "bos_token_id": BOS,
        "eos_token_id": [EOS, END_OF_TURN],
        "torch_dtype": "bfloat16",
    }
