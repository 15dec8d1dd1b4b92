"""Repetition, presence and frequency penalties.

Presence and frequency count the answer so far, as OpenAI documents them; the repetition penalty counts prompt and answer, as in CTRL
(https://arxiv.org/abs/1909.05858), Hugging Face's transformers and vLLM. Only logits of tokens that a row has seen are touched.
"""

from collections.abc import Sequence

import mlx.core as mx

from server.engine.mlx.drawing.processor import ProcessedRow, Seat
from server.engine.mlx.drawing.seen_tokens import EMPTY, Record, SeenTokens, record_host_tokens
from server.engine.protocol import Sampling


def has_penalties(sampling: Sampling) -> bool:
    """Say whether any penalty is on."""
    return sampling.repetition_penalty != 1 or sampling.presence_penalty != 0 or sampling.frequency_penalty != 0


class Penalties:
    """The penalties of one row. What it has seen goes with it from one composition of the batch to the next."""

    stage = 2  # after what adds to logits, before what forbids tokens
    needs_host_tokens = False

    def __init__(self) -> None:
        self._seen: SeenTokens | None = None
        self._index = 0

    def join(self, seats: Sequence[Seat]) -> "JointPenalties":
        """Make the penalties of all these rows."""
        return JointPenalties([(seat.place, seat.row, seat.processor) for seat in seats if isinstance(seat.processor, Penalties)])

    def leave(self, row: ProcessedRow) -> Record:
        """Go on with what was counted on the device, if the row stands where that ends; otherwise begin with what the host knows."""
        if self._seen and self._seen.num_counted[self._index] in (row.num_drawn, row.num_drawn - 1):
            return self._seen.record(self._index)
        if len(row.token_ids) < row.num_drawn - 1:
            raise ValueError(f"penalties need the tokens that were drawn: of {row.num_drawn} they were given {len(row.token_ids)}")
        prompt_ids = row.prompt_ids if row.sampling.repetition_penalty != 1 else ()
        return record_host_tokens(prompt_ids, row.token_ids[: row.num_drawn])

    def enter(self, seen: SeenTokens, index: int) -> None:
        """Count with others from now on."""
        self._seen, self._index = seen, index


class JointPenalties:
    """The penalties of some rows of the batch."""

    def __init__(self, seats: Sequence[tuple[int, ProcessedRow, Penalties]]) -> None:
        self._rows = [row for _, row, _ in seats]
        self._penalties = [penalties for _, _, penalties in seats]
        self._places = mx.array([place for place, _, _ in seats])
        samplings = [row.sampling for row in self._rows]
        self._repetition = mx.array([[sampling.repetition_penalty] for sampling in samplings])  # (P, 1), as the next two
        self._presence = mx.array([[sampling.presence_penalty] for sampling in samplings])
        self._frequency = mx.array([[sampling.frequency_penalty] for sampling in samplings])
        self._seen = self._gather()

    def apply(self, logits: mx.array, last_tokens: mx.array | None) -> mx.array:
        """Count what the step was fed with, and give the logits with those of seen tokens lowered, in float32."""
        self._count(last_tokens)
        ids, counts = self._seen.ids, self._seen.counts
        is_empty = ids == EMPTY
        ids = mx.maximum(mx.where(is_empty, ids[:, :1], ids), 0)  # an empty slot repeats the first, so that all writes agree
        changed = mx.array(logits.astype(mx.float32))
        before = changed[self._places[:, None], ids]
        after = mx.where(is_empty, before, self._lower(before, counts))
        changed[self._places[:, None], ids] = mx.where(is_empty, after[:, :1], after)
        return changed

    def _lower(self, logits: mx.array, counts: mx.array) -> mx.array:
        logits = mx.where(logits < 0, logits * self._repetition, logits / self._repetition)
        return logits - self._frequency * counts - self._presence * (counts > 0)

    def _count(self, last_tokens: mx.array | None) -> None:
        """Count the last tokens of those rows where they are not counted yet: a row's first step is fed with what the host knew."""
        if any(missing not in (0, 1) for missing in self._num_missing()):  # a row went back: its step had failed
            self._seen = self._gather()
        num_missing = self._num_missing()
        if any(num_missing):
            assert last_tokens is not None, "penalties need the tokens that the step was fed with"
            self._seen.count(last_tokens[self._places], num_missing)

    def _gather(self) -> SeenTokens:
        seen = SeenTokens([one.leave(row) for one, row in zip(self._penalties, self._rows, strict=True)])
        for index, one in enumerate(self._penalties):
            one.enter(seen, index)
        return seen

    def _num_missing(self) -> list[int]:
        return [row.num_drawn - num_counted for row, num_counted in zip(self._rows, self._seen.num_counted, strict=True)]
