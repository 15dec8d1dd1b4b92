"""Log-probabilities of the tokens of prompts: of each behind those before it, as pass after pass reads them.

Logits of a whole prompt would be gigabytes. They are made in slices, one after another and each read before the next is made, once the
pass is over: whoever decodes beside it waits for them, so that the pace counts what they take.
"""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import mlx.core as mx

from server.engine.mlx.drawing.drawer import Drawer
from server.engine.mlx.launch import Launch
from server.engine.mlx.pacing import Pace
from server.engine.mlx.row import Row

SLICE_SIZE = 4 << 20  # logits at once: 16 MB in float32


class PromptToken(NamedTuple):
    """A token of a prompt, and where in the pass the one before it was read."""

    row: Row
    place: int
    token_id: int


class PromptLogprobs:
    """Finds them for the rows that want them."""

    def __init__(
        self, find_logits: Callable[[mx.array], mx.array], drawer: Drawer, pace: Pace, *, suit_threads: Callable[[int], None]
    ) -> None:
        self._find_logits = find_logits
        self._drawer = drawer
        self._pace = pace
        self._suit_threads = suit_threads

    def is_wanted(self, launch: Launch | None) -> bool:
        """Say whether a pass has read what somebody wants them of."""
        return launch is not None and any(piece.row.wants_prompt_logprobs for piece in launch.schedule.pieces)

    def find(self, launch: Launch) -> None:
        """Give each row those of the tokens that a pass, which is over, has read, and of the one behind them."""
        started_s = time.perf_counter()
        tokens = _list_tokens(launch)
        start = 0
        while start < len(tokens):
            start += self._find_some(launch.hidden, tokens[start:])
        self._pace.note_logprobs(spent_s=time.perf_counter() - started_s, num_decoded=len(launch.schedule.decoding), num_found=len(tokens))

    def _find_some(self, hidden: mx.array, tokens: Sequence[PromptToken]) -> int:
        """Do so for the first slice of them, and say how many these are."""
        tokens = tokens[: self._find_size()]
        self._suit_threads(len(tokens))
        logits = self._find_logits(hidden[mx.array([token.place for token in tokens])])
        ids = mx.array([token.token_id for token in tokens], mx.uint32)
        found = self._drawer.find_logprobs(logits, ids, [token.row.num_prompt_logprobs or 0 for token in tokens])
        del logits
        mx.eval(found.arrays())
        for token, logprobs in zip(tokens, found.read().values(), strict=True):
            token.row.prompt_logprobs.append(logprobs)
        return len(tokens)

    def _find_size(self) -> int:
        return max(1, SLICE_SIZE // self._drawer.num_ids)


def _list_tokens(launch: Launch) -> list[PromptToken]:
    tokens: list[PromptToken] = []
    at = len(launch.schedule.decoding)
    for piece in launch.schedule.pieces:
        row = piece.row
        if row.wants_prompt_logprobs and row.place is not None:  # it may have gone while this was under way
            for begin in range(piece.begin, min(piece.begin + piece.num_tokens, len(row.prompt_ids) - 1)):
                tokens.append(PromptToken(row, at + begin - piece.begin, row.prompt_ids[begin + 1]))
        at += piece.num_tokens
    return tokens
