"""The numbers of a Gemma 3's text model, whoever wrote them down: transformers 4 and 5, mlx-lm, mlx-vlm, trainers, or a GGUF file."""

import msgspec

LayerKinds = tuple[bool, ...]  # by layer: whether it sees a sliding window only


class Rope(msgspec.Struct, frozen=True, kw_only=True):
    """The rotation of one kind of layers (https://arxiv.org/abs/2104.09864)."""

    base: float
    factor: float = 1.0  # that positions are divided by: 8 on the global layers of 4B and above


class TextConfig(msgspec.Struct, frozen=True, kw_only=True):
    """A text model, checked: its sizes are positive, fit each other, and every layer has its kind."""

    vocabulary_size: int  # rows of the embedding
    hidden_size: int
    intermediate_size: int
    num_heads: int
    num_kv_heads: int
    head_dim: int
    query_scalar: float  # attention is scaled by its inverse square root
    norm_eps: float
    context_size: int  # tokens, prompt and answer together
    window: int  # tokens that a sliding layer sees, the newest included
    are_sliding: LayerKinds
    global_rope: Rope
    local_rope: Rope
    is_tied: bool  # whether logits are made by the embedding

    @property
    def num_layers(self) -> int:
        """Count the layers."""
        return len(self.are_sliding)


class ModelConfig(msgspec.Struct, frozen=True, kw_only=True):
    """A model's folder or file, as far as loading must know it."""

    text: TextConfig
    is_nested: bool  # whether the text model is under `language_model`, as beside a vision tower
    quantization: dict[str, object] | None = None  # mlx-lm's: group_size, bits, mode, and exceptions by the name of a layer
