"""Ids that may be drawn: those with a piece of text.

Gemma 3's larger models have more rows in their head than the tokenizer has pieces; an id of such a row would end the answer with an error.
"""

from collections.abc import Set

import mlx.core as mx


class Drawable:
    """Knows the ids without a piece. At the end of the vocabulary they cost nothing, in its midst a pass over the logits."""

    def __init__(self, num_rows_of_head: int, ids: Set[int]) -> None:
        known = ids & frozenset(range(num_rows_of_head))
        if not known:
            raise ValueError(f"the tokenizer has no piece for any of the head's {num_rows_of_head} rows: nothing could be drawn")
        self.num_ids = max(known) + 1  # that are left when the end is cut off
        holes = sorted(set(range(self.num_ids)) - known) if len(known) < self.num_ids else []
        self._is_hole = mx.zeros(self.num_ids, dtype=mx.bool_).at[mx.array(holes)].add(mx.array(True)) if holes else None  # (V,)

    def cut(self, logits: mx.array) -> mx.array:
        """Take the ids without a piece away from logits (P, V)."""
        logits = logits if logits.shape[-1] == self.num_ids else logits[:, : self.num_ids]
        return logits if self._is_hole is None else mx.where(self._is_hole, mx.array(-mx.inf, dtype=logits.dtype), logits)
