"""The model's folder: weights out of the GGUF file in bfloat16, Google's configuration, the fetched tokenizer, the terms."""

import json
import tempfile
from pathlib import Path

from tools.real_gemma.sources import GGUF_NAME, fetch_tokenizer, fetch_weights
from tools.real_gemma.terms import write_terms
from tools.real_gemma.weights import write_weights

# As google/gemma-3-270m has them, apart from what no loader reads.
CONFIG = {
    "architectures": ["Gemma3ForCausalLM"],
    "model_type": "gemma3_text",
    "vocab_size": 262_144,
    "hidden_size": 640,
    "intermediate_size": 2048,
    "num_hidden_layers": 18,
    "num_attention_heads": 4,
    "num_key_value_heads": 1,
    "head_dim": 256,
    "query_pre_attn_scalar": 256,
    "rms_norm_eps": 1e-6,
    "rope_theta": 1_000_000.0,
    "rope_local_base_freq": 10_000.0,
    "rope_scaling": None,
    "sliding_window": 512,
    "sliding_window_pattern": 6,
    "max_position_embeddings": 32_768,
    "attention_bias": False,
    "hidden_activation": "gelu_pytorch_tanh",
    "bos_token_id": 2,
    "eos_token_id": [1, 106],
    "pad_token_id": 0,
    "tie_word_embeddings": True,
    "torch_dtype": "bfloat16",
}
GENERATION_CONFIG = {
    "bos_token_id": 2,
    "eos_token_id": [1, 106],
    "pad_token_id": 0,
    "do_sample": True,
    "top_k": 64,
    "top_p": 0.95,
}


def make_model(folder: Path, *, keeps_gguf: bool) -> None:
    """Fetch and write the model. It is made beside `folder` and moved there when it is whole. Raises RealGemmaError."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{folder.name}-", dir=folder.parent) as place:
        scratch = Path(place)
        gguf, made = scratch / GGUF_NAME, scratch / folder.name
        made.mkdir()
        fetch_tokenizer(made, scratch)
        terms = fetch_weights(gguf, scratch)
        write_weights(gguf, made / "model.safetensors")
        (made / "config.json").write_text(json.dumps(CONFIG, indent=1))
        (made / "generation_config.json").write_text(json.dumps(GENERATION_CONFIG, indent=1))
        write_terms(made, terms)
        if keeps_gguf:
            gguf.rename(folder.parent / GGUF_NAME)
        made.rename(folder)
