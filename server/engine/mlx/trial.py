"""A short pass on an adapter before anybody is answered by it: what no check of its file tells is what it does in the model's own dtype.

Weights that are finite each may overflow where they are multiplied, and an update may be so small that rounding leaves nothing of it.
The head is left out, which on a small Gemma is most of a pass: it takes states that are normalised, and no adapter changes it. Where they
are finite so are the logits, and where they are the base's so is every logit.
"""

import random
from typing import NamedTuple

import mlx.core as mx
import numpy as np

from adapters.bank.routing import Route, Span
from adapters.errors import FailedTrial
from adapters.files.reading import AdapterWeights
from server.engine.mlx.forward.packing import Pass
from server.engine.mlx.forward.prefilling import FreshPart, FreshPrompt
from server.engine.mlx.kv.store import KVStore
from server.engine.mlx.runtime import Runtime

NUM_TOKENS = 4  # drawn over the vocabulary; a pass over so many takes less than a step that decodes
NUM_TOKENS_OF_DOUBT = 64  # where these show no change: what is small shows in more of them, and in attention over more


class AdapterTrial:
    """Holds an adapter's pass against the base's, which is run once. Used on the thread that owns the model, between two steps."""

    def __init__(self) -> None:
        self._base: dict[int, mx.array] = {}  # by the number of tokens

    def run_base(self, runtime: Runtime, num_tokens: int = NUM_TOKENS) -> mx.array:
        """Give the base's side."""
        if num_tokens not in self._base:
            self._base[num_tokens] = _run(runtime, (), num_tokens)
            mx.eval(self._base[num_tokens])
        return self._base[num_tokens]

    def check(self, runtime: Runtime, slot: int, name: str, weights: AdapterWeights) -> None:
        """Raise FailedTrial where the adapter in `slot` makes something not finite that is finite without it, or changes nothing."""
        dtype = str(runtime.loaded.dtype).removeprefix("mlx.core.")
        for num_tokens in (NUM_TOKENS, NUM_TOKENS_OF_DOUBT):
            base, tried = self.run_base(runtime, num_tokens), _run(runtime, ((slot, 1.0),), num_tokens)
            is_spoilt = (_are_finite(base) & ~_are_finite(tried)).any()
            is_same = mx.array_equal(base, tried)
            mx.eval(is_spoilt, is_same)
            if is_spoilt.item():
                raise FailedTrial(
                    f"the adapter {name!r} makes the model's logits infinite or no numbers in {dtype}: {_describe_size(weights)}"
                )
            if not is_same.item():
                return
        raise FailedTrial(
            f"the adapter {name!r} changes no logit: in {dtype} nothing is left of its updates beside the base's values "
            f"({_describe_size(weights)})"
        )


class _Row(NamedTuple):
    routes: tuple[Route, ...]


def _run(runtime: Runtime, routes: tuple[Route, ...], num_tokens: int) -> mx.array:
    """Build the pass of one row; gives what the head would take, (T, D)."""
    store = KVStore(runtime.kv_shape, runtime.loaded.dtype)
    token_ids = _choose_tokens(runtime, num_tokens)
    num_tokens = len(token_ids)
    place = store.take(num_tokens)
    part = FreshPart(place.group, [FreshPrompt(place.number, num_tokens, ())], window=store.shape.window, start=0)
    runtime.threads.suit(num_tokens)  # for both sides alike: sums that are split otherwise are rounded otherwise
    return runtime.forward(
        [
            Pass(
                token_ids=mx.array(token_ids, mx.uint32),
                positions=mx.arange(num_tokens),
                parts=[part],
                spans=(Span(_Row(routes), num_tokens),),
            )
        ]
    )


def _choose_tokens(runtime: Runtime, num_tokens: int) -> list[int]:
    """Choose the same ones each time."""
    most = min(num_tokens, runtime.kv_shape.window, runtime.loaded.context_size)
    return random.Random(0).choices(range(runtime.loaded.vocabulary_size), k=most)


def _are_finite(values: mx.array) -> mx.array:
    """Say of each token (T, D) whether all its values are."""
    return mx.isfinite(values).all(axis=1)


def _describe_size(weights: AdapterWeights) -> str:
    """Say how large the adapter is, and where it is largest."""
    largest = {module: max(np.abs(pair.a).max(), np.abs(pair.b).max()) for module, pair in weights.pairs.items()}
    module = max(largest, key=lambda one: largest[one])
    return f"its scale is {weights.scale:g}, and the largest of its values, this folded in, is {largest[module]:g}, in {module}"
