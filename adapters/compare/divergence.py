"""How far an adapter turns the next-token distribution from the base's, position by position, on the same text.

KL(base || adapted) = sum over tokens of `p (log p - log q)`, in nats: what the base's own text costs more to foretell with the adapter.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import mlx.core as mx
import msgspec
import numpy as np
from numpy.typing import NDArray

from adapters.bank.bank import AdapterBank
from adapters.bank.routing import BASE_SLOT, Route, Routing, Span
from adapters.base.loading import LoadedModel
from adapters.base.weights.names import LANGUAGE_MODEL
from adapters.compare.held_text import HeldRow
from adapters.files.pairing import LowRankPair

LOGITS_AT_ONCE = 1 << 24  # of one of the two distributions: 64 MiB in float32
ADAPTER_SLOT = BASE_SLOT + 1


class PositionDivergence(msgspec.Struct, frozen=True, kw_only=True):
    """A place in the answers, counted from their first token."""

    position: int
    mean_kl: float
    num_rows: int  # that reach it


class Divergence(msgspec.Struct, frozen=True, kw_only=True):
    """Over all positions of all rows."""

    mean_kl: float  # nats a token
    median_kl: float
    worst_kl: float
    worst_row: int  # from 1
    worst_position: int
    share_changed: float  # of positions: those whose likeliest token is another one
    base_entropy: float  # nats, the mean
    entropy_change: float  # the adapter's mean less the base's
    num_positions: int
    by_position: tuple[PositionDivergence, ...]


class Distributions(NamedTuple):
    """What is kept of two distributions at each of some places (N,)."""

    kl: NDArray[np.float64]
    is_changed: NDArray[np.bool_]
    base_entropy: NDArray[np.float64]
    entropy: NDArray[np.float64]


class _Row(NamedTuple):
    """Stands for a row of a server's batch: what adapters are wanted."""

    routes: tuple[Route, ...]


class Diverger:
    """Holds the base's answers against those with an adapter, which is added as the server adds it; one at a time."""

    def __init__(self, loaded: LoadedModel, rows: Sequence[HeldRow]) -> None:
        self._text_model = getattr(loaded.model, LANGUAGE_MODEL, loaded.model)
        self._routing = Routing()
        self._bank = AdapterBank(loaded.model, loaded.dtype, self._routing)
        self.base_shape = self._bank.base_shape
        self._rows = rows
        self._at_once = max(1, LOGITS_AT_ONCE // loaded.vocabulary_size)
        self._base = [self._read(row, ()) for row in rows]

    def measure(self, pairs: Mapping[str, LowRankPair]) -> Divergence | None:
        """Measure one adapter; None where the model gives numbers with it that are not finite. Raises BankFull."""
        self._bank.install(ADAPTER_SLOT, pairs)
        try:
            adapted = ((ADAPTER_SLOT, 1.0),)
            rows = [self._compare(base, self._read(row, adapted)) for row, base in zip(self._rows, self._base, strict=True)]
        finally:
            self._routing.spans = ()
            self._bank.clear(ADAPTER_SLOT)
        return summarise(rows) if all(np.isfinite(row.kl).all() and np.isfinite(row.entropy).all() for row in rows) else None

    def _read(self, row: HeldRow, routes: tuple[Route, ...]) -> mx.array:
        """Give the hidden states (N, D) at the places of a row."""
        self._routing.spans = (Span(_Row(routes), len(row.token_ids)),)
        hidden: mx.array = self._text_model.model(mx.array(row.token_ids)[None])[0][mx.array(row.places)]
        mx.eval(hidden)
        return hidden

    def _compare(self, base: mx.array, adapted: mx.array) -> Distributions:
        parts = [
            compare_logits(self._head(base[start : start + self._at_once]), self._head(adapted[start : start + self._at_once]))
            for start in range(0, base.shape[0], self._at_once)
        ]
        return Distributions(*(np.concatenate(values) for values in zip(*parts, strict=True)))

    def _head(self, hidden: mx.array) -> mx.array:
        model = self._text_model
        logits: mx.array = model.model.embed_tokens.as_linear(hidden) if model.tie_word_embeddings else model.lm_head(hidden)
        return logits


def compare_logits(base: mx.array, adapted: mx.array) -> Distributions:
    """Compare logits (N, V) place by place."""
    log_p, log_q = (_normalise(logits) for logits in (base, adapted))
    p, q = mx.exp(log_p), mx.exp(log_q)
    values = (
        mx.sum(p * (log_p - log_q), axis=1),
        mx.argmax(log_p, axis=1) != mx.argmax(log_q, axis=1),
        -mx.sum(p * log_p, axis=1),
        -mx.sum(q * log_q, axis=1),
    )
    mx.eval(*values)
    kl, is_changed, base_entropy, entropy = (np.array(one) for one in values)
    return Distributions(np.maximum(kl, 0).astype(np.float64), is_changed, base_entropy.astype(np.float64), entropy.astype(np.float64))


def _normalise(logits: mx.array) -> mx.array:
    logits = logits.astype(mx.float32)
    return logits - mx.logsumexp(logits, axis=1, keepdims=True)


def summarise(rows: Sequence[Distributions]) -> Divergence:
    """Bring the rows together; there is at least one, with at least one place."""
    kl = np.concatenate([row.kl for row in rows])
    base_entropy = float(np.concatenate([row.base_entropy for row in rows]).mean())
    worst_row = max(range(len(rows)), key=lambda number: float(rows[number].kl.max()))
    return Divergence(
        mean_kl=float(kl.mean()),
        median_kl=float(np.median(kl)),
        worst_kl=float(kl.max()),
        worst_row=worst_row + 1,
        worst_position=int(rows[worst_row].kl.argmax()) + 1,
        share_changed=float(np.concatenate([row.is_changed for row in rows]).mean()),
        base_entropy=base_entropy,
        entropy_change=float(np.concatenate([row.entropy for row in rows]).mean()) - base_entropy,
        num_positions=len(kl),
        by_position=tuple(_by_position([row.kl for row in rows])),
    )


def _by_position(rows: Sequence[NDArray[np.float64]]) -> Iterator[PositionDivergence]:
    for place in range(max(map(len, rows))):
        values = [float(row[place]) for row in rows if len(row) > place]
        yield PositionDivergence(position=place + 1, mean_kl=sum(values) / len(values), num_rows=len(values))
