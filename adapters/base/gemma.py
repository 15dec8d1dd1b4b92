"""Gemma 3 of mlx-lm's layers, with any order of sliding and global ones.

mlx-lm's own class makes every sixth layer global, by one number, and scales the rotation of those only.
"""

from typing import Any, cast

import mlx.core as mx
import mlx.nn as nn
from mlx_lm.models.base import create_attention_mask
from mlx_lm.models.cache import KVCache, RotatingKVCache
from mlx_lm.models.gemma3_text import Gemma3Model, ModelArgs

from adapters.base.config.structs import ModelConfig, Rope, TextConfig
from adapters.base.weights.names import LANGUAGE_MODEL, is_derived, is_of_vision, name_nested, name_text

Caches = list[KVCache | RotatingKVCache]


class Trunk(Gemma3Model):  # type: ignore[misc]  # mlx-lm has no types
    """The embedding, the layers and the last norm."""

    def __init__(self, config: TextConfig) -> None:
        super().__init__(_to_args(config))
        self.stored_dtype = mx.bfloat16  # of the weights in their file, whatever they are computed in
        for layer, is_sliding in zip(self.layers, config.are_sliding, strict=True):
            layer.self_attn.is_sliding = is_sliding
            layer.self_attn.rope = _make_rope(config.local_rope if is_sliding else config.global_rope, config.head_dim)

    def __call__(self, inputs: mx.array, cache: Any = None, input_embeddings: mx.array | None = None) -> mx.array:
        """Map token ids (B, L) to hidden states (B, L, D)."""
        hidden = self.embed_tokens(inputs) if input_embeddings is None else input_embeddings
        hidden = hidden * self.embedding_scale(hidden.dtype)
        caches = cache if cache is not None else [None] * len(self.layers)
        masks: dict[bool, Any] = {}  # by whether the layer slides
        for layer, own in zip(self.layers, caches, strict=False):  # behind the layers' caches there may be others
            is_sliding = layer.self_attn.is_sliding
            if is_sliding not in masks:
                masks[is_sliding] = create_attention_mask(hidden, own, window_size=self.window_size if is_sliding else None)
            hidden = layer(hidden, masks[is_sliding], own)
        return cast(mx.array, self.norm(hidden))

    def embedding_scale(self, dtype: mx.Dtype) -> mx.array:
        """Give what embeddings are multiplied by, in the dtype that is computed in.

        It is rounded to the one that the weights are stored in, as transformers does, which computes in that: Gemma was trained with 25.25
        for the root of 640. On a CPU, where all is float32, the model stays the one that it was.
        """
        return mx.array(self.args.hidden_size**0.5, self.stored_dtype).astype(dtype)


class TextModel(nn.Module):  # type: ignore[misc]
    """A Gemma 3 that stands by itself."""

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.config = config
        self.model_type = "gemma3_text"
        self.model = Trunk(config)
        self.lm_head = nn.Linear(config.hidden_size, config.vocabulary_size, bias=False)
        self.tie_word_embeddings = False

    def __call__(self, inputs: mx.array, cache: Any = None, input_embeddings: mx.array | None = None) -> mx.array:
        """Map token ids (B, L) to logits (B, L, V)."""
        hidden = self.model(inputs, cache, input_embeddings)
        head = self.model.embed_tokens.as_linear if self.tie_word_embeddings else self.lm_head
        return cast(mx.array, head(hidden))

    @property
    def layers(self) -> list[nn.Module]:
        """The layers, as mlx-lm's tools ask for them."""
        return cast(list[nn.Module], self.model.layers)

    @property
    def args(self) -> ModelArgs:
        """The sizes, as mlx-lm's tools ask for them."""
        return self.model.args

    def sanitize(self, weights: dict[str, mx.array]) -> dict[str, mx.array]:
        """Name the weights as the modules here are, and tie the head to the embedding where they have none."""
        own = {name_text(name): array for name, array in weights.items() if not is_derived(name)}
        if "lm_head.weight" not in own:
            self.tie_word_embeddings = True
            self.pop("lm_head")
        return own

    def make_cache(self) -> Caches:
        """Make what keeps the keys and values of one row."""
        kinds = (layer.self_attn.is_sliding for layer in self.layers)
        return [RotatingKVCache(max_size=self.config.window) if is_sliding else KVCache() for is_sliding in kinds]


class NestedModel(nn.Module):  # type: ignore[misc]
    """A Gemma 3 that had a vision tower beside it: of 4B and above."""

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.model_type = "gemma3"
        self.language_model = TextModel(config)

    def __call__(self, inputs: mx.array, cache: Any = None, input_embeddings: mx.array | None = None) -> mx.array:
        """Map token ids (B, L) to logits (B, L, V)."""
        return self.language_model(inputs, cache, input_embeddings)

    @property
    def layers(self) -> list[nn.Module]:
        """The layers, as mlx-lm's tools ask for them."""
        return self.language_model.layers

    def sanitize(self, weights: dict[str, mx.array]) -> dict[str, mx.array]:
        """Leave out what sees images, and name the rest as the modules here are."""
        named = {name_nested(name): array for name, array in weights.items()}
        own = {name: array for name, array in named.items() if not is_of_vision(name) and not is_derived(name)}
        self.language_model.sanitize({name.removeprefix(f"{LANGUAGE_MODEL}."): array for name, array in own.items()})
        return own

    def make_cache(self) -> Caches:
        """Make what keeps the keys and values of one row."""
        return self.language_model.make_cache()


def make_gemma(config: ModelConfig) -> nn.Module:
    """Make a model whose weights are still to come."""
    return NestedModel(config.text) if config.is_nested else TextModel(config.text)


def _make_rope(rope: Rope, head_dim: int) -> nn.RoPE:
    return nn.RoPE(head_dim, traditional=False, base=rope.base, scale=1 / rope.factor)


def _to_args(config: TextConfig) -> ModelArgs:
    return ModelArgs(
        model_type="gemma3_text",
        hidden_size=config.hidden_size,
        num_hidden_layers=config.num_layers,
        intermediate_size=config.intermediate_size,
        num_attention_heads=config.num_heads,
        head_dim=config.head_dim,
        rms_norm_eps=config.norm_eps,
        vocab_size=config.vocabulary_size,
        num_key_value_heads=config.num_kv_heads,
        rope_theta=config.global_rope.base,
        rope_local_base_freq=config.local_rope.base,
        query_pre_attn_scalar=config.query_scalar,
        sliding_window=config.window,
        max_position_embeddings=config.context_size,
    )
