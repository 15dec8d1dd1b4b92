"""One forward pass of a Gemma 3 over packed tokens: the layers of mlx-lm's model, the engine's own order of operations.

mlx-lm's `Model.__call__` takes a padded batch of equal steps. Here the tokens of a pass stand one behind the other, single ones of rows
that decode and pieces of prompts alike, so the matrix products, which are nearly all of the work, see no padding; only attention knows
rows. Logits are made of the tokens that something is drawn after, and of no other.
"""

from typing import Any

import mlx.core as mx
import mlx.nn as nn
from mlx_lm.models.gemma3_text import clip_residual

from adapters.routing import Routing
from server.engine.mlx.device import Device
from server.engine.mlx.forward.activation import gelu_times, warm_up
from server.engine.mlx.forward.attention import Attention, FusedAttention, MatmulAttention
from server.engine.mlx.forward.packing import Pass
from server.engine.mlx.forward.rotation import Rotate, make_rotation
from server.engine.mlx.forward.split_linear import TwoStreams, is_worth_splitting, split_linears


class GemmaForward:
    """Runs passes through a model whose linear layers may be routed to adapters."""

    def __init__(self, model: nn.Module, routing: Routing, device: Device) -> None:
        self._model = getattr(model, "language_model", model)
        self._trunk = self._model.model
        self._routing = routing
        layers = self._trunk.layers
        scale = layers[0].self_attn.scale
        self.attention: Attention = MatmulAttention() if device.has_no_kernels else FusedAttention(scale)
        self._activates_by_polynomial = device.has_no_kernels
        self._streams = TwoStreams() if device.has_no_kernels and is_worth_splitting(model) else None
        if self._streams:
            split_linears(model, self._streams)
        local = next((layer for layer in layers if layer.self_attn.is_sliding), layers[0])
        far = next((layer for layer in layers if not layer.self_attn.is_sliding), layers[0])
        self._rotations = {
            is_sliding: make_rotation(layer.self_attn.rope, by_table=device.has_no_kernels)
            for is_sliding, layer in ((True, local), (False, far))
        }
        self._norms = [_LayerNorms(layer, query_scale=scale if device.has_no_kernels else 1.0) for layer in layers]
        self._last_norm = 1.0 + self._trunk.norm.weight
        self._embedding_scale = mx.array(self._trunk.args.hidden_size**0.5, mx.bfloat16).astype(self._last_norm.dtype)
        mx.eval(self._last_norm, self._embedding_scale, *(norms.arrays() for norms in self._norms))
        if self._activates_by_polynomial:
            warm_up(self._last_norm.dtype)

    def __call__(self, step: Pass) -> mx.array:
        """Run a pass; gives the hidden states (T, D) and has written the keys and values."""
        self._routing.spans = step.spans
        hidden = self._trunk.embed_tokens(step.token_ids) * self._embedding_scale
        rotate = {is_sliding: rotation.at(step.positions) for is_sliding, rotation in self._rotations.items()}
        for index, layer in enumerate(self._trunk.layers):
            norms = self._norms[index]
            attended = self._attend(layer.self_attn, norms, norms.normalise(0, hidden), index, rotate, step)
            hidden = _add(hidden, norms.normalise(1, attended))
            hidden = _add(hidden, norms.normalise(3, self._feed_forward(layer.mlp, norms.normalise(2, hidden))))
        return mx.fast.rms_norm(hidden, self._last_norm, self._trunk.args.rms_norm_eps)

    def logits(self, hidden: mx.array) -> mx.array:
        """Map hidden states (N, D) to logits (N, V)."""
        if self._model.tie_word_embeddings:
            if self._streams and type(self._trunk.embed_tokens) is nn.Embedding:  # not quantised
                return self._streams.multiply(hidden, self._trunk.embed_tokens.weight)
            tied: mx.array = self._trunk.embed_tokens.as_linear(hidden)
            return tied
        untied: mx.array = self._model.lm_head(hidden)
        return untied

    def _attend(self, module: Any, norms: "_LayerNorms", x: mx.array, index: int, rotate: dict[bool, Rotate], step: Pass) -> mx.array:
        num_tokens = x.shape[0]
        turn = rotate[module.is_sliding]
        queries = module.q_proj(x).reshape(num_tokens, module.n_heads, -1)
        keys = module.k_proj(x).reshape(num_tokens, module.n_kv_heads, -1)
        values = module.v_proj(x).reshape(num_tokens, module.n_kv_heads, -1)
        queries, keys = turn(mx.fast.rms_norm(queries, norms.query, norms.eps)), turn(mx.fast.rms_norm(keys, norms.key, norms.eps))
        parts = [part.attend(index, self.attention, queries, keys, values) for part in step.parts]
        attended = parts[0] if len(parts) == 1 else mx.concatenate(parts)
        projected: mx.array = module.o_proj(attended.reshape(num_tokens, -1))
        return projected

    def _feed_forward(self, module: Any, x: mx.array) -> mx.array:
        if self._activates_by_polynomial:
            fed: mx.array = module.down_proj(gelu_times(module.gate_proj(x), module.up_proj(x)))
            return fed
        plain: mx.array = module(x)
        return plain


class _LayerNorms:
    """The norms of one layer, with the one that Gemma adds to each weight added once."""

    def __init__(self, layer: Any, *, query_scale: float) -> None:
        attention = layer.self_attn
        outer = (
            layer.input_layernorm,
            layer.post_attention_layernorm,
            layer.pre_feedforward_layernorm,
            layer.post_feedforward_layernorm,
        )
        self.eps: float = layer.input_layernorm.eps
        self._outer = [1.0 + norm.weight for norm in outer]
        self.query = (1.0 + attention.q_norm.weight) * query_scale
        self.key = 1.0 + attention.k_norm.weight

    def normalise(self, number: int, x: mx.array) -> mx.array:
        """Normalise by one of the four norms around attention and feed-forward, in their order."""
        return mx.fast.rms_norm(x, self._outer[number], self.eps)

    def arrays(self) -> list[mx.array]:
        """List the weights."""
        return [*self._outer, self.query, self.key]


def _add(x: mx.array, y: mx.array) -> mx.array:
    """Add a residual; mlx-lm's own where float16 must not overflow."""
    return clip_residual(x, y) if x.dtype == mx.float16 else x + y
