"""One forward pass of a Gemma 3 over packed tokens: the layers of mlx-lm's model, the engine's own order of operations.

mlx-lm's `Model.__call__` takes a padded batch of equal steps. Here the tokens of a pass stand one behind the other, single ones of rows
that decode and pieces of prompts alike, so the matrix products, which are nearly all of the work, see no padding; only attention knows
rows. Logits are made of the tokens that something is drawn after, and of no other.
"""

from collections.abc import Sequence
from typing import Any

import mlx.core as mx
import mlx.nn as nn

from adapters.bank.routing import Routing
from adapters.base.arithmetic.activation import gelu_times
from adapters.base.device import Device
from server.engine.mlx.forward.attention import Attention, FusedAttention, MatmulAttention
from server.engine.mlx.forward.heads import HeadNorms, Prepare, make_heads
from server.engine.mlx.forward.norm import ComposedNorms, FusedNorms, Norms
from server.engine.mlx.forward.packing import Pass
from server.engine.mlx.forward.split_linear import SecondStream, Share, SplitProduct, is_worth_splitting, split_linears


class GemmaForward:
    """Runs passes through a model whose linear layers may be routed to adapters."""

    def __init__(self, model: nn.Module, routing: Routing, device: Device) -> None:
        self._model = getattr(model, "language_model", model)
        self._trunk = self._model.model
        self._routing = routing
        layers = self._trunk.layers
        scale = layers[0].self_attn.scale
        eps = self._trunk.args.rms_norm_eps
        self.attention: Attention = MatmulAttention() if device.has_no_kernels else FusedAttention(scale)
        self._norms: Norms = ComposedNorms(eps) if device.has_no_kernels else FusedNorms(eps)
        self._activates_by_polynomial = device.has_no_kernels
        self._second = SecondStream(takes_large=device.num_lanes > 1) if device.has_second_stream else None
        self._split_head: SplitProduct | None = None
        if self._second is not None and is_worth_splitting(model):
            self._split(model, self._second)
        local = next((layer for layer in layers if layer.self_attn.is_sliding), layers[0])
        far = next((layer for layer in layers if not layer.self_attn.is_sliding), layers[0])
        self._heads = {
            is_sliding: make_heads(layer.self_attn.rope, self._norms, are_joined=device.has_no_kernels)
            for is_sliding, layer in ((True, local), (False, far))
        }
        self._layers = [_LayerNorms(layer, query_scale=scale if device.has_no_kernels else 1.0) for layer in layers]
        last_norm = 1.0 + self._trunk.norm.weight
        self._first = self._layers[0].before_attention
        # What each layer's sum is normalised by: the norm before the next layer, and the model's last one behind the last.
        self._next = [*(norms.before_attention for norms in self._layers[1:]), last_norm]
        self._embedding_scale = self._trunk.embedding_scale(last_norm.dtype)
        mx.eval(last_norm, self._embedding_scale, *(norms.arrays() for norms in self._layers))

    def __call__(self, lanes: Sequence[Pass]) -> mx.array:
        """Run a pass in lanes, each on a stream of its own; gives the hidden states (T, D), and has written the keys and values."""
        if len(lanes) == 1:
            return self._run(lanes[0])
        first, second = lanes
        assert self._second is not None, "two lanes want two streams"
        self._second.is_taken = True
        try:
            hidden = self._run(first)
            with mx.stream(self._second.stream):
                other = self._run(second)
        finally:
            self._second.is_taken = False
        return mx.concatenate([hidden, other])

    def _run(self, step: Pass) -> mx.array:
        self._routing.spans = step.spans
        hidden = self._trunk.embed_tokens(step.token_ids) * self._embedding_scale
        prepare = {is_sliding: heads.at(step.positions) for is_sliding, heads in self._heads.items()}
        x = self._norms.normalise(hidden, self._first)
        for index, (layer, norms, following) in enumerate(zip(self._trunk.layers, self._layers, self._next, strict=True)):
            attended = self._attend(layer.self_attn, norms, x, index, prepare[layer.self_attn.is_sliding], step)
            hidden, x = self._norms.add(hidden, attended, after=norms.after_attention, before=norms.before_feeding)
            fed = self._feed_forward(layer.mlp, x)
            hidden, x = self._norms.add(hidden, fed, after=norms.after_feeding, before=following)
        return x

    def logits(self, hidden: mx.array) -> mx.array:
        """Map hidden states (N, D) to logits (N, V)."""
        if self._model.tie_word_embeddings:
            if self._split_head:
                return self._split_head(hidden)
            tied: mx.array = self._trunk.embed_tokens.as_linear(hidden)
            return tied
        untied: mx.array = self._model.lm_head(hidden)
        return untied

    def _split(self, model: nn.Module, second: SecondStream) -> None:
        """Have products of few tokens go by two streams."""
        split_linears(model, second)
        if self._model.tie_word_embeddings and type(self._trunk.embed_tokens) is nn.Embedding:  # not quantised
            self._split_head = SplitProduct(self._trunk.embed_tokens.weight, Share.BOTH, second)

    def _attend(self, module: Any, norms: "_LayerNorms", x: mx.array, index: int, prepare: Prepare, step: Pass) -> mx.array:
        num_tokens = x.shape[0]
        queries = module.q_proj(x).reshape(num_tokens, module.n_heads, -1)
        keys = module.k_proj(x).reshape(num_tokens, module.n_kv_heads, -1)
        values = module.v_proj(x).reshape(num_tokens, module.n_kv_heads, -1)
        queries, keys = prepare(queries, keys, norms.heads)
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
    """The weights of one layer's norms, with the one that Gemma adds to each added once."""

    def __init__(self, layer: Any, *, query_scale: float) -> None:
        attention = layer.self_attn
        self.before_attention = 1.0 + layer.input_layernorm.weight
        self.after_attention = 1.0 + layer.post_attention_layernorm.weight
        self.before_feeding = 1.0 + layer.pre_feedforward_layernorm.weight
        self.after_feeding = 1.0 + layer.post_feedforward_layernorm.weight
        query, key = (1.0 + attention.q_norm.weight) * query_scale, 1.0 + attention.k_norm.weight
        self.heads = HeadNorms.of(query, key, num_heads=attention.n_heads, num_kv_heads=attention.n_kv_heads)

    def arrays(self) -> list[mx.array]:
        """List the weights."""
        return [self.before_attention, self.after_attention, self.before_feeding, self.after_feeding, *self.heads]
