"""The forward pass of a training over packed tokens: the layers of mlx-lm's model, differentiable by what is trained in them."""

from collections.abc import Mapping
from typing import Any

import mlx.core as mx
import mlx.nn as nn

from adapters.base.device import Device
from adapters.train.learner.forward.activation import activate
from adapters.train.learner.forward.checkpoint import run_checkpointed
from adapters.train.learner.forward.composed_attention import ComposedAttention
from adapters.train.learner.forward.fused_attention import FusedAttention
from adapters.train.learner.low_rank import LowRankLinear
from adapters.train.learner.packing import Packing

Trained = Mapping[int, Mapping[str, LowRankLinear]]  # by layer, then by name
Weights = Mapping[str, Mapping[str, mx.array]]  # by the layer's name, then lora_a, lora_b and m

Names = list[tuple[str, str]]  # a layer's name, and which of its weights


class TrainingForward:
    """Runs batches through a model to the hidden states that targets are learnt from."""

    def __init__(self, model: nn.Module, trained: Trained, device: Device, *, checkpoints_gradients: bool) -> None:
        text = getattr(model, "language_model", model)
        self._trunk = text.model
        self._trained = trained
        self._checkpoints_gradients = checkpoints_gradients
        self._is_composed = device.has_no_kernels
        self.keeps_padding = not device.has_no_kernels

    def __call__(self, packing: Packing, weights: Weights) -> mx.array:
        """Give the hidden states (N, D) before the targets, by these weights of what is trained."""
        trunk = self._trunk
        hidden = trunk.embed_tokens(packing.token_ids)
        hidden = hidden * trunk.embedding_scale(hidden.dtype)
        attention = self._make_attention(packing)
        last, places = len(trunk.layers) - 1, packing.target_places
        for index, layer in enumerate(trunk.layers):
            names = [(name, own) for name in self._trained.get(index, ()) for own in weights[name]]

            def run(arrays: list[mx.array], layer: Any = layer, index: int = index, names: Names = names) -> mx.array:
                for (name, own), array in zip(names, arrays[1:], strict=True):
                    self._trained[index][name][own] = array
                return self._run_layer(layer, arrays[0], attention, places if index == last else None)

            arrays = [hidden, *(weights[name][own] for name, own in names)]
            hidden = run_checkpointed(run, arrays) if names and self._checkpoints_gradients else run(arrays)
        normalised: mx.array = trunk.norm(hidden)
        return normalised

    def set_weights(self, weights: Weights) -> None:
        """Have the model's layers hold these."""
        for layers in self._trained.values():
            for name, layer in layers.items():
                layer.update(dict(weights[name]))

    def _make_attention(self, packing: Packing) -> ComposedAttention | FusedAttention:
        if self._is_composed:
            return ComposedAttention(packing, self._trunk.layers, window=self._trunk.window_size)
        return FusedAttention(packing, window=self._trunk.window_size)

    def _run_layer(self, layer: Any, hidden: mx.array, attention: ComposedAttention | FusedAttention, places: mx.array | None) -> mx.array:
        """Run a layer, behind its attention for the tokens at `places` only: of the last one, nothing but those is asked."""
        seen = attention.attend(layer.self_attn, layer.input_layernorm(hidden))
        if places is not None:
            hidden, seen = hidden[places], seen[places]
        updated = hidden + layer.post_attention_layernorm(layer.self_attn.o_proj(seen))
        fed: mx.array = updated + layer.post_feedforward_layernorm(self._feed_forward(layer.mlp, layer.pre_feedforward_layernorm(updated)))
        return fed

    def _feed_forward(self, module: Any, x: mx.array) -> mx.array:
        if self._is_composed:
            fed: mx.array = module.down_proj(activate(module.gate_proj(x), module.up_proj(x)))
            return fed
        plain: mx.array = module(x)
        return plain
