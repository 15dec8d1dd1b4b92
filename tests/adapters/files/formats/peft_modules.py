"""Where PEFT says that a Gemma 3's layers stand, and what is in them."""

from adapters.base.shape import BaseShape
from tests.adapters.adapter_files import IN, OUT

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
