"""The tokens that a grammar lets come next; all others are forbidden before one is drawn."""

from collections.abc import Sequence

import mlx.core as mx
import numpy as np
from llguidance import LLMatcher
from numpy.typing import NDArray

from server.engine.mlx.drawing.processor import ProcessedRow, Seat
from server.engine.mlx.grammar.complaint import explain

WORD_BITS = 32


class GrammarMask:
    """The grammar of one row, and how far its answer has come in it. Of one thread."""

    stage = 4  # last: nothing that comes before makes up for what is forbidden, and log-probabilities know nothing of it
    needs_host_tokens = True

    def __init__(self, matcher: LLMatcher, *, num_ids: int) -> None:
        """Take a matcher that has seen nothing, which nobody else uses, for a tokenizer of so many ids."""
        self._matcher = matcher
        self.num_words = -(-num_ids // WORD_BITS)
        self._num_taken = 0  # tokens of the answer
        self.fault: str | None = None  # why nothing can come next

    def join(self, seats: Sequence[Seat]) -> "JointGrammarMasks":
        """Make one mask of all these rows'."""
        return JointGrammarMasks([(seat.place, seat.row, seat.processor) for seat in seats if isinstance(seat.processor, GrammarMask)])

    def fill(self, row: ProcessedRow, words: NDArray[np.uint32]) -> None:
        """Write a bit for each id: whether it may come next. Where the grammar is at an end of its own, none, and `fault` says why."""
        if len(row.token_ids) < row.num_drawn:  # the row has left the batch: what is drawn for it is dropped
            words.fill(0xFFFFFFFF)
            return
        new = list(row.token_ids[self._num_taken : row.num_drawn])
        self._num_taken += len(new)
        self._matcher.consume_tokens(new)
        if not self._matcher.is_error():
            self._matcher.unsafe_compute_mask_ptr(words.ctypes.data, words.nbytes)
        if self._matcher.is_error() or not words.any():
            words.fill(0)
            self.fault = explain(self._matcher.get_error() or "it allows no token")


class JointGrammarMasks:
    """The grammars of some rows of the batch."""

    def __init__(self, seats: Sequence[tuple[int, ProcessedRow, GrammarMask]]) -> None:
        self._seats = seats

    def apply(self, logits: mx.array, last_tokens: mx.array | None) -> mx.array:
        """Forbid what the grammars do, by logits of minus infinity. Ids past the tokenizer's are forbidden too."""
        num_rows, num_ids = logits.shape
        words = np.full((num_rows, max(mask.num_words for _, _, mask in self._seats)), 0xFFFFFFFF, dtype=np.uint32)
        for place, row, mask in self._seats:
            mask.fill(row, words[place, : mask.num_words])
        bits = words.astype("<u4", copy=False).view(np.uint8)
        # On the host, which is free while the pass runs that these logits come of.
        allowed = np.unpackbits(bits, axis=1, count=min(num_ids, words.shape[1] * WORD_BITS), bitorder="little").view(np.bool_)
        if allowed.shape[1] < num_ids:
            allowed = np.pad(allowed, [(0, 0), (0, num_ids - allowed.shape[1])])
        return mx.where(mx.array(allowed), logits, mx.array(-mx.inf, dtype=logits.dtype))
