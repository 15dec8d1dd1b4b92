"""The tokens that a grammar lets come next; all others are forbidden before one is drawn."""

import time
from collections.abc import Sequence

import mlx.core as mx
import numpy as np
from llguidance import LLExecutor, LLMatcher
from llguidance.numpy import fill_next_token_bitmask, fill_next_token_bitmask_par
from numpy.typing import NDArray

from server.engine.mlx.drawing.processor import ProcessedRow, Seat
from server.engine.mlx.grammar.complaint import explain
from server.engine.mlx.grammar.digits import DigitLimit

WORD_BITS = 32
ALL_ALLOWED = -1  # of a word
NO_TOKEN = "NoExtensionBias"  # llguidance's word where a rule comes to nothing
WORTH_SHARING_S = 0.001  # that masks took the last time: threads take a third of it to be woken


class GrammarMask:
    """The grammar of one row, and how far its answer has come in it. Of one thread."""

    stage = 4  # last: nothing that comes before makes up for what is forbidden
    needs_host_tokens = True

    def __init__(self, matcher: LLMatcher, *, num_ids: int, executor: LLExecutor, limit: DigitLimit | None, param: str) -> None:
        """Take a matcher that has seen nothing, which nobody else uses, for a tokenizer of so many ids; masks are made by `executor`."""
        self.num_words = -(-num_ids // WORD_BITS)
        self.executor = executor
        self.param = param  # the request's field that the grammar came in
        self._matcher = matcher
        self._limit = limit
        self._num_taken = 0  # tokens of the answer
        self.fault: str | None = None  # why nothing can come next

    def join(self, seats: Sequence[Seat]) -> "JointGrammarMasks":
        """Make one mask of all these rows'."""
        return JointGrammarMasks([(seat.place, seat.row, seat.processor) for seat in seats if isinstance(seat.processor, GrammarMask)])

    def advance(self, row: ProcessedRow) -> LLMatcher | None:
        """Take up what the row has drawn and give the matcher; None for a row that has left the batch: what is drawn for it is dropped."""
        if len(row.token_ids) < row.num_drawn:
            return None
        new = list(row.token_ids[self._num_taken : row.num_drawn])
        self._num_taken += len(new)
        self._matcher.consume_tokens(new)
        if self._limit:
            self._limit.read(new)
        return self._matcher

    def check(self, words: NDArray[np.int32]) -> None:
        """See whether anything may come next; where nothing may, none of the bits is set and `fault` says why."""
        if self._matcher.is_error() or not words.any():
            words.fill(0)
            error = self._matcher.get_error()
            self.fault = explain(error) if error and not error.startswith(NO_TOKEN) else "it allows no token"
        elif self._limit:
            self._limit.narrow(words)


class JointGrammarMasks:
    """The grammars of some rows of the batch."""

    def __init__(self, seats: Sequence[tuple[int, ProcessedRow, GrammarMask]]) -> None:
        self._seats = seats
        self._spent_s = 0.0  # on the masks of the last step

    def apply(self, logits: mx.array, last_tokens: mx.array | None) -> mx.array:
        """Forbid what the grammars do, by logits of minus infinity. Ids past the tokenizer's are forbidden too."""
        num_ids = logits.shape[-1]
        words = self._find_words(logits.shape[0])
        bits = words.astype("<i4", copy=False).view(np.uint8)
        # On the host, which is free while the pass runs that these logits come of.
        allowed = np.unpackbits(bits, axis=1, count=min(num_ids, 8 * bits.shape[1]), bitorder="little").view(np.bool_)
        if allowed.shape[1] < num_ids:
            allowed = np.pad(allowed, [(0, 0), (0, num_ids - allowed.shape[1])])
        return mx.where(mx.array(allowed), logits, mx.array(-mx.inf, dtype=logits.dtype))

    def _find_words(self, num_rows: int) -> NDArray[np.int32]:
        """Give a bit for each row and id (P, W): whether it may come next."""
        _, _, first = self._seats[0]
        words = np.full((num_rows, first.num_words), ALL_ALLOWED, dtype=np.int32)
        found = [(matcher, place, mask) for place, row, mask in self._seats if (matcher := mask.advance(row))]
        began_s = time.perf_counter()
        if self._spent_s > WORTH_SHARING_S:
            fill_next_token_bitmask_par(first.executor, [(matcher, place) for matcher, place, _ in found], words)
        else:
            for matcher, place, _ in found:
                fill_next_token_bitmask(matcher, words, place)
        self._spent_s = time.perf_counter() - began_s
        for _, place, mask in found:
            mask.check(words[place])
        return words
