"""Linear layers that learn an update of low rank: mlx-lm's LoRA layer, and DoRA's on top of it."""

import mlx.core as mx
import mlx.nn as nn
from mlx_lm.tuner.lora import LoRALinear

from adapters.bank.routed_linear import linear_dims
from adapters.files.tensor_file import Floats
from adapters.train.settings import TrainingSettings

A, B, MAGNITUDE = "lora_a", "lora_b", "m"  # as mlx-lm names what is trained


class LowRankLinear(LoRALinear):  # type: ignore[misc]  # mlx-lm has no types
    """mlx-lm's layer with two differences: what it drops depends on a key of its own and not on what else was drawn in the process, and
    the update is added by the product that makes it, which spares two passes over the output.
    """

    def __init__(self, linear: nn.Module, factor: Floats, settings: TrainingSettings) -> None:
        in_dims, out_dims = linear_dims(linear)
        super().__init__(in_dims, out_dims, r=settings.rank, dropout=0.0, scale=settings.scale)
        self.linear = linear
        self.lora_a = mx.array(factor)  # (in, rank), in float32 whatever the model is in
        self._kept_share = 1.0 - settings.dropout
        self._key: mx.array | None = None

    def drop_by(self, key: mx.array | None) -> None:
        """Drop inputs of the update by this key from now on, or none."""
        self._key = key

    def __call__(self, x: mx.array) -> mx.array:
        """Map x (T, in) to (T, out)."""
        y: mx.array = self.linear(x)
        return mx.addmm(y, (self._drop(x) @ self.lora_a) * self.scale, self.lora_b).astype(y.dtype)

    def _drop(self, x: mx.array) -> mx.array:
        if self._key is None or self._kept_share == 1.0:
            return x
        is_kept = mx.random.bernoulli(self._kept_share, x.shape, key=self._key)
        return mx.where(is_kept, x * (1 / self._kept_share), 0)


class MagnitudeLinear(LowRankLinear):
    """DoRA (https://arxiv.org/abs/2402.09353): each output is brought to a length that is learnt.

    mlx-lm's own layer makes the whole updated weight in every pass, dequantised, and takes a base of 3 or 6 bits for one of another size.
    The length of its rows follows from products that are as cheap as a pass over `rank` tokens:
    `|w + sba|² = |w|² + 2 s b·(wa) + s² b(aᵀa)b`.
    """

    def __init__(self, linear: nn.Module, factor: Floats, settings: TrainingSettings) -> None:
        super().__init__(linear, factor, settings)
        self._squares = _square_rows(linear)
        self.m = mx.sqrt(self._squares)

    def __call__(self, x: mx.array) -> mx.array:
        """Map x (T, in) to (T, out)."""
        y = super().__call__(x)
        return (y * (self.m / mx.stop_gradient(self._measure_rows()))).astype(y.dtype)

    def _measure_rows(self) -> mx.array:
        """Give the lengths (out,) of the updated weight's rows, in float32."""
        a, b = self.lora_a, self.lora_b * self.scale
        mixed = self.linear(a.T).astype(mx.float32)  # (rank, out)
        own = (a.T @ a) @ b
        return mx.sqrt(mx.maximum(self._squares + (b * (2 * mixed + own)).sum(axis=0), 0))


def _square_rows(linear: nn.Module) -> mx.array:
    """Give the squared lengths (out,) of a weight's rows, in float32."""
    weight = linear.weight
    if isinstance(linear, nn.QuantizedLinear):
        weight = mx.dequantize(
            weight, linear.scales, linear.get("biases"), group_size=linear.group_size, bits=linear.bits, mode=linear.mode
        )
    squares = mx.square(weight.astype(mx.float32)).sum(axis=1)
    mx.eval(squares)
    return squares
