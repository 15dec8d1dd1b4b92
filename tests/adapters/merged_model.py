"""A model with an adapter merged into its weights, by the definition of LoRA and DoRA: what everything else is held against."""

from pathlib import Path

import mlx.core as mx
import mlx.nn as nn
import numpy as np
from mlx_lm.utils import load_model

from adapters.bank.bank import NESTED_PREFIX, AdapterBank
from adapters.bank.routing import Routing
from adapters.base.shape import BaseShape
from adapters.files.reading import AdapterWeights, LowRankPair


class MergedModel:
    """A float32 Gemma 3 in a folder, which takes one adapter."""

    def __init__(self, folder: Path) -> None:
        self._model, _ = load_model(folder)
        self._prefix = NESTED_PREFIX if hasattr(self._model, "language_model") else ""

    @property
    def base_shape(self) -> BaseShape:
        """What an adapter must fit."""
        return AdapterBank(self._model, mx.float32, Routing()).base_shape

    def merge(self, adapter: AdapterWeights) -> None:
        """Put the updated weights into the layers."""
        modules: dict[str, nn.Module] = dict(self._model.named_modules())
        for name, pair in adapter.pairs.items():
            linear = modules[self._prefix + name]
            linear.weight = mx.array(_update(np.array(linear.weight), pair))

    def logits(self, tokens: list[int]) -> np.ndarray:
        """Give the logits of a prompt (L, vocabulary)."""
        logits: np.ndarray = np.array(self._model(mx.array([tokens])))[0]
        return logits


def _update(weight: np.ndarray, pair: LowRankPair) -> np.ndarray:
    updated: np.ndarray = weight + (pair.a @ pair.b).T
    if pair.magnitude is None:
        return updated
    rescaled: np.ndarray = updated * (pair.magnitude / np.linalg.norm(updated, axis=1))[:, None]
    return rescaled
