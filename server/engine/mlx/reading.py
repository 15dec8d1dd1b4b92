"""Prompts on their way into the batch: who reads, from where on, and what is kept of it for those that begin alike."""

import time
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from math import ceil
from typing import NamedTuple

from server.engine.mlx.forward.packing import Part
from server.engine.mlx.forward.prefilling import ChunkPart, FreshPart, FreshPrompt, Snapshot
from server.engine.mlx.kv.group import KVGroup
from server.engine.mlx.kv.store import KVStore, Place
from server.engine.mlx.prefix.bundle import Bundle
from server.engine.mlx.prefix.cache import FEWEST_TOKENS, PrefixCache
from server.engine.mlx.prompt_piece import PromptPiece
from server.engine.mlx.row import Row
from server.engine.mlx.scheduling import share_out

LONGEST_FRESH = 512  # tokens of a prompt that is padded to others, at most
PADDING = 32  # tokens that a prompt is padded with without a thought
FEWEST_TO_WAIT_FOR = 64  # tokens that another row is reading already
SPARSE_WINDOWS = 4  # between two turns a stop is made every so many windows


class Costed(NamedTuple):
    """A row with what a token of its prompt costs, in tokens of a usual one."""

    row: Row
    cost: float

    @property
    def num_unread(self) -> int:
        """What is left costs."""
        return ceil(self.row.num_unread * self.cost)

    def count(self, cost: int) -> int:
        """Count the tokens to be had for so much; always one."""
        return min(self.row.num_unread, max(1, int(cost / self.cost)))


class PromptReader:
    """Reads the prompts of rows that have joined, on top of what the prefix cache has of them."""

    def __init__(self, store: KVStore, prefixes: PrefixCache) -> None:
        self._store = store
        self._prefixes = prefixes
        self._window = store.shape.window

    def choose(self, rows: Sequence[Row], find_budget: Callable[[Sequence[int]], int], *, logprobs_cost: float = 1.0) -> list[PromptPiece]:
        """Choose what of the prompts of `rows`, in the order they came, the next pass reads.

        `find_budget` is told how many tokens of each are left, behind what the cache has of them, and says how many are read. One counts as
        `logprobs_cost` of them where log-probabilities of a prompt are wanted.
        """
        reading: list[Row] = []
        for row in rows:
            if row.is_reading and not self._waits(row, reading):
                reading.append(row)
        # An adapter's rows next to one another: they decode in that order (batch.py), and attention finds them as they lie.
        newcomers = sorted((row for row in reading if row.place is None), key=lambda row: row.routes)
        places = self._store.take_all([len(row.input_ids) + 1 for row in newcomers])
        for row, place in zip(newcomers, places, strict=True):
            self._begin(row, place)
        costed = [Costed(row, logprobs_cost if row.wants_prompt_logprobs else 1.0) for row in reading]
        budget = find_budget([one.num_unread for one in costed])
        pieces = [self._cut(one.row, one.count(cost)) for one, cost in share_out(costed, budget)]
        # Whole short prompts first, those of a kind together: they are one part, and in it those of an adapter one product.
        pieces.sort(key=lambda piece: (not self._is_fresh(piece), _group_of(piece.row).capacity, piece.num_tokens))
        return [piece for run in _join_alike(pieces) for piece in sorted(run, key=lambda piece: piece.row.routes)]

    def make_parts(self, pieces: Sequence[PromptPiece], *, start: int) -> list[Part]:
        """Make the parts of a pass that read `pieces`, whose tokens begin at `start`."""
        parts: list[Part] = []
        for is_fresh, members in groupby(pieces, key=self._is_fresh):
            for run in _join_alike(list(members)) if is_fresh else ([piece] for piece in members):
                parts.append(self._make_fresh(run, start) if is_fresh else self._make_chunk(run[0], start))
                start += sum(piece.num_tokens for piece in run)
        return parts

    def note_read(self, pieces: Sequence[PromptPiece]) -> list[Bundle]:
        """Note that a pass reads `pieces`, and keep what may be wanted again; gives the copies that are to be evaluated."""
        copies: list[Bundle] = []
        for piece in pieces:
            row = piece.row
            row.num_computed += piece.num_tokens
            for snapshot in piece.snapshots:
                assert row.place is not None
                copies += self._prefixes.keep(row.weights, row.input_ids, snapshot, row.place)
        return copies

    def share(self, row: Row, rows: Sequence[Row]) -> list[Row]:
        """Give what a row has, whose prompt is read to its end by the pass that is built, to those that wait for it; gives them."""
        sharing = [one for one in rows if one.place is None and not one.wants_prompt_logprobs and _have_same_prompt(one, row)]
        if not sharing:
            return []
        assert row.place is not None and row.began_s is not None
        num_tokens = len(row.input_ids)
        places = self._store.take_all([num_tokens + 1] * len(sharing))
        row.place.group.share_row(row.place.number, [place.number for place in places], num_tokens)
        for one, place in zip(sharing, places, strict=True):
            one.place = place
            one.num_computed = num_tokens
            if one.began_s is None:
                one.began_s = max(row.began_s, one.arrived_s)
            if not one.token_ids:
                one.num_cached = num_tokens
        return sharing

    def keep_answer(self, row: Row) -> list[Bundle]:
        """Keep a row that has ended, so that the conversation's next turn goes on from it; gives the copies that are to be evaluated."""
        if row.place is None or not self._is_worth(row, row.num_computed):
            return []
        group, number = row.place
        snapshot = Snapshot(row.num_computed)
        for layer in range(len(group.keys)):
            if group.is_sliding(layer):
                snapshot.windows[layer] = group.read_window(layer, number, row.num_computed)
        return self._prefixes.keep(row.weights, row.prompt_ids + row.token_ids, snapshot, row.place)

    def _waits(self, row: Row, reading: Iterable[Row]) -> bool:
        """Say whether another row is about to read what this one is, which is shared then, or begins with: that is found in the cache."""
        if row.place is not None or row.wants_prompt_logprobs:
            return False
        if any(_have_same_prompt(row, other) for other in reading):
            return True
        if not self._prefixes.budget_bytes:
            return False
        for other in reading:
            for position in self._stops_of(other):
                is_ahead = other.num_computed < position < len(row.input_ids) and position >= FEWEST_TO_WAIT_FOR
                if is_ahead and row.weights == other.weights and row.input_ids[:position] == other.input_ids[:position]:
                    return not self._prefixes.holds(row.weights, row.input_ids[:position])
        return False

    def _begin(self, row: Row, place: Place) -> None:
        """Give a row its place, with what the cache has of its prompt in it."""
        row.place = place
        if row.began_s is None:
            row.began_s = time.monotonic()
        may_find = self._prefixes.budget_bytes and not row.wants_prompt_logprobs
        stop = self._prefixes.find(row.weights, row.input_ids) if may_find else None
        if stop is None:
            return
        group, number = row.place
        for layer, (keys, values) in stop.whole().items():
            group.keys[layer][number : number + 1, :, : stop.position] = keys
            group.values[layer][number : number + 1, :, : stop.position] = values
        row.windows.start_from(stop.windows.unpack())
        row.num_computed = stop.position
        if not row.token_ids:
            row.num_cached = stop.position

    def _cut(self, row: Row, num_tokens: int) -> PromptPiece:
        begin, end = row.num_computed, row.num_computed + num_tokens
        positions = (position for position in self._stops_of(row) if begin < position <= end)
        return PromptPiece(row, begin, num_tokens, [Snapshot(position) for position in positions if self._is_worth(row, position)])

    def _stops_of(self, row: Row) -> list[int]:
        """List where stops are made in a row's prompt: at its boundaries, and sparsely between them."""
        sparse = SPARSE_WINDOWS * self._window
        return sorted({*row.boundaries, *range(sparse, len(row.input_ids), sparse)})

    def _is_worth(self, row: Row, position: int) -> bool:
        """Say whether a stop is to be made: not where nothing is gained, nor where one is."""
        tokens = (row.prompt_ids + row.token_ids)[:position]
        is_wanted = self._prefixes.budget_bytes > 0 and position >= FEWEST_TOKENS and len(tokens) == position
        return is_wanted and not self._prefixes.holds(row.weights, tokens)

    def _is_fresh(self, piece: PromptPiece) -> bool:
        """Say whether a piece is a whole short prompt."""
        longest = min(LONGEST_FRESH, self._window)
        return piece.begin == 0 and piece.is_last and piece.num_tokens <= longest

    def _make_fresh(self, pieces: Sequence[PromptPiece], start: int) -> FreshPart:
        prompts = [FreshPrompt(piece.row.place.number, piece.num_tokens, piece.snapshots) for piece in pieces if piece.row.place]
        return FreshPart(_group_of(pieces[0].row), prompts, window=self._window, start=start)

    def _make_chunk(self, piece: PromptPiece, start: int) -> ChunkPart:
        row = piece.row
        assert row.place is not None
        return ChunkPart(
            row.place.group,
            row.place.number,
            row.windows,
            begin=piece.begin,
            num_tokens=piece.num_tokens,
            is_last=piece.is_last,
            window=self._window,
            snapshots=piece.snapshots,
            start=start,
        )


def _group_of(row: Row) -> KVGroup:
    assert row.place is not None
    return row.place.group


def _have_same_prompt(row: Row, other: Row) -> bool:
    return row.weights == other.weights and row.input_ids == other.input_ids


def _join_alike(pieces: Sequence[PromptPiece]) -> list[list[PromptPiece]]:
    """Join neighbours of one group that are not too unlike in length: attention pads them to the longest."""
    runs: list[list[PromptPiece]] = []
    for piece in pieces:
        first = runs[-1][0] if runs else None
        if first and _group_of(first.row) is _group_of(piece.row) and piece.num_tokens <= 2 * first.num_tokens + PADDING:
            runs[-1].append(piece)
        else:
            runs.append([piece])
    return runs
