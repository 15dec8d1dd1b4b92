"""Two tiny random Gemma 3: one for text, one that sees. Their configurations are written with the keys that mlx-lm reads."""

import json
from pathlib import Path

import torch
from transformers import Gemma3Config, Gemma3ForCausalLM, Gemma3ForConditionalGeneration, Gemma3TextConfig, PreTrainedModel

TEXT = {
    "vocab_size": 48, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 3, "num_attention_heads": 2,
    "num_key_value_heads": 1, "head_dim": 8, "sliding_window": 8, "query_pre_attn_scalar": 8,
    "max_position_embeddings": 256, "rms_norm_eps": 1e-6,
}  # fmt: skip
LAYER_TYPES = ["sliding_attention", "full_attention", "sliding_attention"]
FOR_MLX = {"model_type": "gemma3_text", "sliding_window_pattern": 2, "rope_theta": 1e6, "rope_local_base_freq": 1e4}
VISION = {"hidden_size": 8, "intermediate_size": 12, "num_hidden_layers": 2, "num_attention_heads": 2, "image_size": 8, "patch_size": 4}
TOKENS = [2, 7, 41, 13, 5, 29, 3, 17, 44, 11, 23, 8, 31, 19, 2, 37, 6, 28, 9, 14]


def make_base(name: str) -> PreTrainedModel:
    """Make `text` or `nested`, always with the same weights."""
    torch.manual_seed(11)
    text = Gemma3TextConfig(**TEXT, layer_types=LAYER_TYPES, bos_token_id=2, eos_token_id=1, pad_token_id=0)
    if name == "text":
        model = Gemma3ForCausalLM(text)
    else:
        model = Gemma3ForConditionalGeneration(
            Gemma3Config(
                text_config=text.to_dict(),
                vision_config=VISION,
                mm_tokens_per_image=4,
                image_token_index=45,
                boi_token_index=46,
                eoi_token_index=47,
            )
        )
    with torch.no_grad():
        for name_of, weight in model.named_parameters():
            weight.normal_(0, 0.2 if "norm" in name_of else 0.25)
    model.config.name_or_path = ""
    return model.eval()


def save_base(model: PreTrainedModel, folder: Path) -> None:
    """Write a model's folder that mlx-lm opens."""
    model.save_pretrained(folder)
    text = TEXT | FOR_MLX
    nested = {"model_type": "gemma3", "text_config": text, "vocab_size": TEXT["vocab_size"], "vision_config": VISION}
    (folder / "config.json").write_text(json.dumps(nested if hasattr(model.config, "text_config") else text))
