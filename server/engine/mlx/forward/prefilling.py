"""The parts of a pass that read prompts: many short ones at once, or a piece of a long one."""

from collections.abc import Sequence
from typing import NamedTuple

import mlx.core as mx

from server.engine.mlx.forward.attention import Attention
from server.engine.mlx.kv.group import KeysAndValues, KVGroup


class Snapshot:
    """The windows of a row's sliding layers as they were behind a certain token of its prompt; filled while the pass is built."""

    def __init__(self, position: int) -> None:
        self.position = position  # tokens before it
        self.windows: dict[int, KeysAndValues] = {}  # by layer

    def take(self, layer: int, keys: mx.array, values: mx.array, *, end: int, window: int) -> None:
        """Copy the window out of keys and values (1, H, N, D), the last of which is the row's token `end - 1`, on their lane's stream."""
        stop = keys.shape[2] - (end - self.position)
        start = max(0, stop - window)
        self.windows[layer] = (mx.contiguous(keys[:, :, start:stop]), mx.contiguous(values[:, :, start:stop]))


class FreshPrompt(NamedTuple):
    """A whole prompt, read in one piece from its first token on."""

    place: int
    num_tokens: int
    snapshots: Sequence[Snapshot]


class FreshPart:
    """Whole short prompts of rows of one group, padded to the longest for attention only: one operation a layer, however many."""

    def __init__(self, group: KVGroup, prompts: Sequence[FreshPrompt], *, window: int, start: int) -> None:
        self._group = group
        self._prompts = prompts
        self._window = window
        self._longest = max(prompt.num_tokens for prompt in prompts)  # no longer than the window, or a ring
        places = [prompt.place for prompt in prompts]
        is_run = places == list(range(places[0], places[0] + len(places)))
        self._places: slice | mx.array = slice(places[0], places[0] + len(places)) if is_run else mx.array(places)
        padded, flat = _pad([prompt.num_tokens for prompt in prompts], self._longest, start)
        self._padded = mx.array(padded)  # (R * longest,): the token of a pass at each place of the padded batch
        self._flat = mx.array(flat)  # (N,): the place in the padded batch of each token

    def attend(self, layer: int, attention: Attention, queries: mx.array, keys: mx.array, values: mx.array) -> mx.array:
        """Write all prompts to their places and attend within each."""
        padded_queries, padded_keys, padded_values = (self._to_batch(x) for x in (queries, keys, values))
        for arrays, padded in ((self._group.keys, padded_keys), (self._group.values, padded_values)):
            arrays[layer][self._places, :, : self._longest] = padded
        if self._group.is_sliding(layer):
            for row, prompt in enumerate(self._prompts):
                for snapshot in prompt.snapshots:
                    snapshot.take(layer, padded_keys[row : row + 1], padded_values[row : row + 1], end=self._longest, window=self._window)
        attended = attention.attend_last(padded_queries, padded_keys, padded_values, None)  # (R, heads, longest, D)
        return attended.swapaxes(1, 2).flatten(0, 1)[self._flat]

    def _to_batch(self, x: mx.array) -> mx.array:
        """Map (T, heads, D) to (R, heads, longest, D)."""
        return x[self._padded].reshape(len(self._prompts), self._longest, *x.shape[1:]).swapaxes(1, 2)


class PromptWindows:
    """What the sliding layers of one row keep while its prompt is read: their newest tokens in order, by layer."""

    def __init__(self) -> None:
        self._windows: dict[int, KeysAndValues] = {}

    def start_from(self, windows: dict[int, KeysAndValues]) -> None:
        """Take over what was kept of another prompt that began alike; it is shared, never written to."""
        self._windows = dict(windows)

    def extend(self, layer: int, keys: mx.array, values: mx.array) -> KeysAndValues:
        """Give what a layer has seen of late with the newest tokens (1, H, N, D) behind it."""
        if (before := self._windows.get(layer)) is None:
            return keys, values
        return mx.concatenate([before[0], keys], axis=2), mx.concatenate([before[1], values], axis=2)

    def keep(self, layer: int, seen: KeysAndValues, window: int) -> None:
        """Remember the newest `window` tokens of a layer."""
        excess = max(0, seen[0].shape[2] - window)
        # Copies: a slice would hold on to all of it.
        self._windows[layer] = (mx.contiguous(seen[0][:, :, excess:]), mx.contiguous(seen[1][:, :, excess:])) if excess else seen

    def drop(self, layer: int) -> None:
        """Forget a layer, whose ring has its tokens now: else the row would hold them twice for as long as it runs."""
        self._windows.pop(layer, None)


class ChunkPart:
    """Tokens of one row's prompt, from token `begin` of the row on."""

    def __init__(
        self,
        group: KVGroup,
        place: int,
        windows: PromptWindows,
        *,
        begin: int,
        num_tokens: int,
        is_last: bool,  # of the prompt
        window: int,
        snapshots: Sequence[Snapshot],
        start: int,
    ) -> None:
        self._group = group
        self._place = slice(place, place + 1)
        self._windows = windows
        self._begin, self._end = begin, begin + num_tokens
        self._is_last = is_last
        self._window = window
        self._snapshots = snapshots
        self._tokens = slice(start, start + num_tokens)

    def attend(self, layer: int, attention: Attention, queries: mx.array, keys: mx.array, values: mx.array) -> mx.array:
        """Attend over what the row has read before and these tokens."""
        queries, keys, values = (x[self._tokens].swapaxes(0, 1)[None] for x in (queries, keys, values))  # (1, heads, N, D)
        is_sliding = self._group.is_sliding(layer)
        seen = self._see_window(layer, keys, values) if is_sliding else self._see_all(layer, keys, values)
        attended = attention.attend_last(queries, *seen, self._window if is_sliding else None)
        return attended[0].swapaxes(0, 1)

    def _see_all(self, layer: int, keys: mx.array, values: mx.array) -> KeysAndValues:
        group = self._group
        group.keys[layer][self._place, :, self._begin : self._end] = keys
        group.values[layer][self._place, :, self._begin : self._end] = values
        return group.keys[layer][self._place, :, : self._end], group.values[layer][self._place, :, : self._end]

    def _see_window(self, layer: int, keys: mx.array, values: mx.array) -> KeysAndValues:
        seen = self._windows.extend(layer, keys, values)
        for snapshot in self._snapshots:
            snapshot.take(layer, *seen, end=self._end, window=self._window)
        if self._is_last:
            self._group.write_window(layer, self._place.start, seen, self._end)
            self._windows.drop(layer)
        else:
            self._windows.keep(layer, seen, self._window)
        return seen


def _pad(lengths: Sequence[int], longest: int, start: int) -> tuple[list[int], list[int]]:
    padded: list[int] = []
    flat: list[int] = []
    for row, length in enumerate(lengths):
        first = start + sum(lengths[:row])
        padded += [first + min(token, length - 1) for token in range(longest)]
        flat += range(row * longest, row * longest + length)
    return padded, flat
