"""What the chunks of a stream say of its tokens."""

import msgspec

from server.engine.protocol import Finish, Piece, PromptRead
from server.exchange.usage import count_usage, count_usage_so_far
from server.wire.usage import Usage

ChunkUsage = Usage | msgspec.UnsetType | None


class StreamUsage:
    """Counts the tokens of a stream's answers, `num_choices` of each prompt.

    Usage is on exactly one chunk, since some clients add up what they see: the last one with a `finish_reason`, or OpenAI's extra
    chunk without choices when the request asked for that with `include_usage`. With `counts_on`, for which the prompt has to be told,
    every chunk has what it comes to so far.
    """

    def __init__(self, *, num_answers: int, num_choices: int, include_usage: bool, counts_on: bool = False) -> None:
        self.counts_on = counts_on
        self._num_choices = num_choices
        self._include_usage = include_usage
        self._prompts: dict[int, PromptRead] = {}  # by the prompt's place
        self._num_tokens = 0  # of all answers together
        self._finishes: list[Finish | None] = [None] * num_answers

    def note_prompt(self, index: int, read: PromptRead) -> None:
        """Note the prompt of an answer, which counts once."""
        self._prompts.setdefault(index // self._num_choices, read)

    def note_piece(self, piece: Piece) -> None:
        """Note what has come; this runs once a token."""
        self._num_tokens += len(piece.token_ids)

    def note_end(self, index: int, finish: Finish) -> ChunkUsage:
        """Note the end of an answer, and give what its chunk says."""
        self._finishes[index] = finish
        return self._count() if all(self._finishes) and not self._include_usage else self.so_far()

    def so_far(self) -> ChunkUsage:
        """Give what any other chunk says."""
        if self.counts_on:
            return count_usage_so_far(list(self._prompts.values()), self._num_tokens)
        return None if self._include_usage else msgspec.UNSET

    def extra(self) -> Usage | None:
        """Give what a chunk of its own says behind all others; None where there is no such chunk."""
        return self._count() if self._include_usage else None

    def _count(self) -> Usage:
        return count_usage([finish for finish in self._finishes if finish], num_choices=self._num_choices)
