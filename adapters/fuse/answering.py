"""A loaded model, with an adapter beside its weights or without, that answers greedily and tells how likely tokens are to it."""

from collections.abc import Mapping
from typing import NamedTuple

import mlx.core as mx
import numpy as np
from numpy.typing import NDArray

from adapters.bank.bank import AdapterBank
from adapters.bank.routing import BASE_SLOT, Route, Routing, Span
from adapters.base.loading import LoadedModel
from adapters.base.weights.names import LANGUAGE_MODEL
from adapters.files.reading import LowRankPair

ADAPTER_SLOT = BASE_SLOT + 1
NUM_LIKELIEST = 64  # tokens at each place whose log-probabilities are compared; those of others are noise of very small numbers

TokenIds = tuple[int, ...]


class _Row(NamedTuple):
    """What the bank asks of a row."""

    routes: tuple[Route, ...]


class Answering:
    """Answers one prompt at a time, the adapter added as the server adds it."""

    def __init__(self, loaded: LoadedModel) -> None:
        self._model = loaded.model
        self._text_model = getattr(loaded.model, LANGUAGE_MODEL, loaded.model)
        self._routing = Routing()
        self._bank = AdapterBank(loaded.model, loaded.dtype, self._routing)
        self._row = _Row(())

    def install(self, pairs: Mapping[str, LowRankPair], scale: float) -> None:
        """Add an adapter. Raises BankFull."""
        self._bank.install(ADAPTER_SLOT, pairs)
        self.use(scale)

    def use(self, scale: float | None) -> None:
        """Say at what scale the adapter is added from now on; None is the base alone."""
        self._row = _Row(() if scale is None else ((ADAPTER_SLOT, scale),))

    def answer(self, prompt: TokenIds, *, most_tokens: int, stops: frozenset[int]) -> TokenIds:
        """Give the likeliest token, again and again, to one that ends the answer, which is the last."""
        cache = self._model.make_cache()
        fed, answer = mx.array([prompt]), [-1]
        while len(answer) <= most_tokens and answer[-1] not in stops:
            likeliest = mx.argmax(self._head(self._read(fed, cache)[-1:])[0])
            answer.append(np.array(likeliest).item())
            fed = likeliest.reshape(1, 1)
        return tuple(answer[1:])

    def find_likeliest(self, prompt: TokenIds, answer: TokenIds) -> NDArray[np.int32]:
        """Give the likeliest tokens at each place of an answer (N, K)."""
        logits = self._read_answer(prompt, answer)
        num_kept = min(NUM_LIKELIEST, logits.shape[1])
        return np.array(mx.argpartition(-logits, num_kept - 1, axis=1)[:, :num_kept]).astype(np.int32)

    def weigh(self, prompt: TokenIds, answer: TokenIds, tokens: NDArray[np.int32]) -> NDArray[np.float32]:
        """Give the log-probabilities of tokens (N, K) at each place of an answer."""
        logits = self._read_answer(prompt, answer).astype(mx.float32)
        chosen = mx.take_along_axis(logits, mx.array(tokens), axis=1) - mx.logsumexp(logits, axis=1, keepdims=True)
        values: NDArray[np.float32] = np.array(chosen)
        return values

    def _read_answer(self, prompt: TokenIds, answer: TokenIds) -> mx.array:
        return self._head(self._read(mx.array([[*prompt, *answer[:-1]]]), None)[-len(answer) :])

    def _read(self, token_ids: mx.array, cache: object) -> mx.array:
        """Give hidden states (L, D) of one row (1, L)."""
        self._routing.spans = (Span(self._row, token_ids.shape[1]),)
        hidden: mx.array = self._text_model.model(token_ids, cache)[0]
        return hidden

    def _head(self, hidden: mx.array) -> mx.array:
        """Give logits (N, V)."""
        own = self._text_model
        logits: mx.array = own.model.embed_tokens.as_linear(hidden) if own.tie_word_embeddings else own.lm_head(hidden)
        return logits
