"""Cross-entropy at the targets, without ever having their logits: these are made, used and dropped for a piece of the vocabulary at a time.

With 262,144 entries the logits of one token take 1 MiB, several times over where a gradient is made of them. A head is never trained, so
all that its backward pass has to give is a gradient for each hidden state, (N, D), and that can be summed up in the forward pass: for each
piece of the vocabulary the sums so far are brought to the largest logit seen so far, as in https://arxiv.org/abs/1805.02867, which also
means that the head's weights are read once instead of twice.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple, cast

import mlx.core as mx
import mlx.nn as nn

LOGITS_AT_ONCE = 1 << 20  # 4 MiB in float32, ten times over: MLX takes memory for as many operations ahead (docs/log.md)
FEWEST_ENTRIES = 1 << 9  # of the vocabulary in a piece
MOST_TARGETS = 1 << 11  # at once

Exponential = Callable[[mx.array], mx.array]  # of float32 values of at most 0


class HeadPiece(NamedTuple):
    """Some rows of a head, quantised or not."""

    logits: Callable[[mx.array], mx.array]  # (N, D) to (N, entries)
    average: Callable[[mx.array], mx.array]  # weights (N, entries) to the weighted sums of the rows (N, D)


class Head:
    """What maps hidden states to logits."""

    def __init__(self, module: nn.Module) -> None:
        self._module = module
        self.num_entries = int(module.weight.shape[0])

    def pieces(self, size: int) -> Iterator[HeadPiece]:
        """Cut it into pieces of so many entries."""
        for start in range(0, self.num_entries, size):
            rows = slice(start, start + size)
            yield self._cut_quantised(rows) if "scales" in self._module else self._cut_plain(rows)

    def pick(self, ids: mx.array) -> mx.array:
        """Give the rows (N, D) of these entries, in float32."""
        module = self._module
        if "scales" not in module:
            plain: mx.array = module.weight[ids].astype(mx.float32)
            return plain
        return self._dequantise(ids).astype(mx.float32)

    def _cut_plain(self, rows: slice) -> HeadPiece:
        weight = self._module.weight[rows]
        return HeadPiece(lambda hidden: hidden @ weight.T, lambda weights: weights.astype(weight.dtype) @ weight)

    def _cut_quantised(self, rows: slice) -> HeadPiece:
        module = self._module
        biases = module.get("biases")
        parts = (module.weight[rows], module.scales[rows], None if biases is None else biases[rows])
        kind = {"group_size": module.group_size, "bits": module.bits, "mode": module.mode}
        dtype = module.scales.dtype if module.mode == "affine" else mx.bfloat16
        return HeadPiece(
            lambda hidden: mx.quantized_matmul(hidden, *parts, transpose=True, **kind),
            lambda weights: mx.quantized_matmul(weights.astype(dtype), *parts, transpose=False, **kind),
        )

    def _dequantise(self, ids: mx.array) -> mx.array:
        module = self._module
        biases = module.get("biases")
        return mx.dequantize(
            module.weight[ids],
            module.scales[ids],
            None if biases is None else biases[ids],
            group_size=module.group_size,
            bits=module.bits,
            mode=module.mode,
        )


def find_head(model: nn.Module) -> Head:
    """Give a model's head, which may be its embedding."""
    text = getattr(model, "language_model", model)
    return Head(text.model.embed_tokens if text.tie_word_embeddings else text.lm_head)


class TargetLoss:
    """The sum of the cross-entropies of targets, differentiable by the hidden states before them."""

    def __init__(self, head: Head, exp: Exponential) -> None:
        self._head = head
        self._exp = exp

    def __call__(self, hidden: mx.array, target_ids: mx.array) -> mx.array:
        """Give the sum, in float32, for hidden states (N, D)."""

        @mx.custom_function
        def sum_up(hidden: mx.array) -> tuple[mx.array, mx.array]:
            return self._measure(hidden, target_ids, wants_gradient=True)

        @sum_up.vjp
        def pull_back(primals: mx.array, cotangents: tuple[mx.array, ...], outputs: tuple[mx.array, ...]) -> mx.array:
            return (cotangents[0] * outputs[1]).astype(hidden.dtype)

        total, _ = cast(tuple[mx.array, mx.array], sum_up(hidden))
        return total

    def evaluate(self, hidden: mx.array, target_ids: mx.array) -> mx.array:
        """Give the sum without what a gradient needs."""
        return self._measure(hidden, target_ids, wants_gradient=False)[0]

    def _measure(self, hidden: mx.array, target_ids: mx.array, *, wants_gradient: bool) -> tuple[mx.array, mx.array]:
        """Give the sum and its gradient (N, D) in float32, so many targets at a time."""
        losses, gradients = [], []
        before: mx.array | None = None
        for start in range(0, hidden.shape[0], MOST_TARGETS):
            part = slice(start, start + MOST_TARGETS)
            states = hidden[part] if before is None else mx.depends(hidden[part], before)
            loss, gradient = self._measure_part(states, target_ids[part], wants_gradient=wants_gradient)
            losses.append(loss)
            gradients.append(gradient)
            before = gradient if wants_gradient else loss
        if len(losses) == 1:
            return losses[0], gradients[0]
        return mx.stack(losses).sum(), mx.concatenate(gradients)

    def _measure_part(self, hidden: mx.array, target_ids: mx.array, *, wants_gradient: bool) -> tuple[mx.array, mx.array]:
        """Go through the vocabulary piece by piece."""
        num_targets = hidden.shape[0]
        size = max(FEWEST_ENTRIES, LOGITS_AT_ONCE // num_targets)
        own_rows = self._head.pick(target_ids)
        own_logits = (hidden.astype(mx.float32) * own_rows).sum(axis=-1, keepdims=True)  # (N, 1)
        largest, total, mean = own_logits, mx.zeros((num_targets, 1)), mx.zeros(hidden.shape)
        for piece in self._head.pieces(size):
            # One piece after the other: they would be evaluated side by side, and lie in memory together.
            states = mx.depends(hidden, [total, mean] if wants_gradient else [total])
            logits = piece.logits(states).astype(mx.float32)
            now = mx.maximum(largest, logits.max(axis=-1, keepdims=True))
            shrink = self._exp(largest - now)
            weights = self._exp(logits - now)
            total = total * shrink + weights.sum(axis=-1, keepdims=True)
            if wants_gradient:
                mean = mean * shrink + piece.average(weights)
            largest = now
        loss = (largest + mx.log(total) - own_logits).sum()
        return loss, mean / total - own_rows
