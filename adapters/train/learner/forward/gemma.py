"""The forward pass of a training over packed tokens: the layers of mlx-lm's model, differentiable by what is trained in them."""

from collections.abc import Mapping
from typing import Any

import mlx.core as mx
import mlx.nn as nn

from adapters.base.device import Device
from adapters.train.learner.forward.attention import FusedAttention
from adapters.train.learner.low_rank import LowRankLinear
from adapters.train.learner.packing import Packing

Trained = Mapping[int, Mapping[str, LowRankLinear]]  # by layer, then by name
Weights = Mapping[str, Mapping[str, mx.array]]  # by the layer's name, then lora_a, lora_b and m


class TrainingForward:
    """Runs batches through a model to the hidden states that targets are learnt from."""

    def __init__(self, model: nn.Module, trained: Trained, device: Device, *, checkpoints_gradients: bool) -> None:
        text = getattr(model, "language_model", model)
        self._trunk = text.model
        self._trained = trained
        self._checkpoints_gradients = checkpoints_gradients
        self.keeps_padding = True

    def __call__(self, packing: Packing, weights: Weights) -> mx.array:
        """Give the hidden states (N, D) before the targets, by these weights of what is trained."""
        trunk = self._trunk
        hidden = trunk.embed_tokens(packing.token_ids)
        hidden = hidden * trunk.embedding_scale(hidden.dtype)
        attention = FusedAttention(packing, window=trunk.window_size)
        for index, layer in enumerate(trunk.layers):
            own = {name: weights[name] for name in self._trained.get(index, {})}

            def run(own: Weights, hidden: mx.array, layer: Any = layer, index: int = index) -> mx.array:
                self._set(index, own)
                return _run_layer(layer, hidden, attention)

            hidden = mx.checkpoint(run)(own, hidden) if own and self._checkpoints_gradients else run(own, hidden)
        normalised: mx.array = trunk.norm(hidden[packing.target_places])
        return normalised

    def set_weights(self, weights: Weights) -> None:
        """Have the model's layers hold these."""
        for index, layers in self._trained.items():
            self._set(index, {name: weights[name] for name in layers})

    def _set(self, index: int, weights: Weights) -> None:
        for name, arrays in weights.items():
            self._trained[index][name].update(dict(arrays))


def _run_layer(layer: Any, hidden: mx.array, attention: FusedAttention) -> mx.array:
    updated = hidden + layer.post_attention_layernorm(attention.attend(layer.self_attn, layer.input_layernorm(hidden)))
    fed: mx.array = updated + layer.post_feedforward_layernorm(layer.mlp(layer.pre_feedforward_layernorm(updated)))
    return fed
