"""Draw the next token of every row in one call, each row by its own parameters and from its own stream of random numbers.

BatchGenerator calls the sampler once for the batch only if all rows hold the same object, so one object serves them all. It is shown rows
and logits at each forward pass and ignores the log-probabilities it is called with: BatchGenerator normalises the logits of every row over
the whole vocabulary, which nobody asked for, so the batch gives it an empty stand-in to normalise (docs/log.md has the figures).

The random numbers of a row depend on its seed and the place in its answer alone, never on the batch or on the process's random state:
the same seed gives the same answer alone and in any company.
"""

from collections.abc import Sequence
from hashlib import blake2b
from math import inf, log

import mlx.core as mx

from server.engine.mlx.row import Row
from server.engine.protocol import Sampling

GREEDY_BELOW = 1e-5  # a temperature under this is greedy: its reciprocal would overflow


class RowSampler:
    """Samples from the logits it was shown last."""

    def __init__(self, vocabulary_size: int) -> None:
        self._rows: Sequence[Row] = ()
        self._last_tokens: mx.array | None = None  # (B,)
        self._logits: mx.array | None = None  # (B, V)
        self._gumbel = mx.vmap(lambda key: mx.random.gumbel((vocabulary_size,), key=key))

    def show(self, rows: Sequence[Row], last_tokens: mx.array, logits: mx.array) -> None:
        """Take what a forward pass made of `last_tokens` (B,): logits (B, V). Of a prefill nothing is drawn."""
        self._rows, self._last_tokens, self._logits = rows, last_tokens, logits

    def forget(self) -> None:
        """Let go of the last logits: between two steps they would only hold memory."""
        self._rows, self._last_tokens, self._logits = (), None, None

    def __call__(self, _normalised: mx.array) -> mx.array:
        """Give one token id a row (B,). Filters come before the temperature, top_p first, as in mlx-lm's make_sampler."""
        rows, logits = self._rows, self._penalised()
        keys = [_key(row) for row in rows]
        for row in rows:
            row.num_drawn += 1
        if all(_is_greedy(row.sampling) for row in rows):
            return mx.argmax(logits, axis=-1)
        scores = _filter(logits.astype(mx.float32), [row.sampling for row in rows])
        sharpness = mx.array([1.0 if _is_greedy(row.sampling) else 1.0 / row.sampling.temperature for row in rows])
        noise = self._gumbel(mx.array(keys, dtype=mx.uint32))  # (B, V); argmax of logits + Gumbel noise draws from their softmax
        drawn = mx.array([0.0 if _is_greedy(row.sampling) else 1.0 for row in rows])
        return mx.argmax(scores * sharpness[:, None] + noise * drawn[:, None], axis=-1)

    def _penalised(self) -> mx.array:
        """The logits (B, V), lowered in the rows that ask for it."""
        assert self._logits is not None and self._last_tokens is not None
        logits = self._logits
        for index, row in enumerate(self._rows):
            if row.penalties:
                logits[index] = row.penalties.apply(logits[index].astype(mx.float32), self._last_tokens[index])
        return logits


def _is_greedy(sampling: Sampling) -> bool:
    return sampling.temperature < GREEDY_BELOW


def _key(row: Row) -> tuple[int, int]:
    digest = blake2b(b"%d %d" % (row.seed, row.num_drawn), digest_size=8).digest()
    return int.from_bytes(digest[:4], "big"), int.from_bytes(digest[4:], "big")


def _filter(logits: mx.array, samplings: Sequence[Sampling]) -> mx.array:
    """Put -inf where top_p, min_p or top_k exclude a token; only the rows that ask for it are sorted."""
    chosen = [index for index, sampling in enumerate(samplings) if _is_filtered(sampling)]
    if not chosen:
        return logits
    places = mx.array(chosen)
    some = logits[places]  # (C, V)
    floor = _floor(some, [samplings[index] for index in chosen])
    logits[places] = mx.where(some < floor, -inf, some)
    return logits


def _is_filtered(sampling: Sampling) -> bool:
    return not _is_greedy(sampling) and (sampling.top_p < 1 or sampling.top_k > 0 or sampling.min_p > 0)


def _floor(logits: mx.array, samplings: Sequence[Sampling]) -> mx.array:
    """Find the least logit (C, 1) that each row's filters let through."""
    vocabulary_size = logits.shape[-1]
    floor = logits.max(axis=-1, keepdims=True) + mx.array([[log(s.min_p) if s.min_p > 0 else -inf] for s in samplings])
    if all(s.top_p >= 1 and s.top_k == 0 for s in samplings):
        return floor
    ascending = mx.sort(logits, axis=-1)
    probabilities = mx.softmax(ascending, axis=-1)
    mass_above = mx.cumsum(probabilities, axis=-1, reverse=True, inclusive=False)
    num_dropped = (mass_above >= mx.array([[s.top_p] for s in samplings])).sum(axis=-1, keepdims=True)
    num_dropped = mx.minimum(num_dropped, vocabulary_size - 1)
    num_kept = [vocabulary_size if s.top_k == 0 else min(s.top_k, vocabulary_size) for s in samplings]
    first_kept = mx.maximum(num_dropped, mx.array([[vocabulary_size - kept] for kept in num_kept]))
    return mx.maximum(floor, mx.take_along_axis(ascending, first_kept, axis=-1))
