"""The prefix cache: prompts that begin like an earlier one are read from where they part.

Global layers' keys and values are kept in blocks of 256 tokens that prompts share; sliding layers cannot be cut back past their window, so
their windows are kept at chosen places, the *stops*, and only there may a prompt be taken up again. Whatever is kept is named by the
tokens themselves below the digests and the scales of the adapters that read them: no other weights can ever hit it.
"""

from array import array
from collections import OrderedDict
from collections.abc import Sequence

from server.engine.mlx.forward.prefilling import Snapshot
from server.engine.mlx.kv.store import Place
from server.engine.mlx.prefix.bundle import Bundle
from server.engine.mlx.prefix.region import Region
from server.engine.mlx.prefix.tree import BLOCK_BYTES, BLOCK_TOKENS, TOKEN_BYTES, Node, Stop

FEWEST_TOKENS = 16  # less is read faster than it is looked up


# Which weights read a prompt: digests and scales of the adapters on the base, in the order in which they are added to it.
Weights = tuple[tuple[str, float], ...]

BASE: Weights = ()


class PrefixCache:
    """Keeps stops up to `budget_bytes`; the one that was used longest ago goes first. Lives on the engine's thread.

    With a region, what has been computed is moved there, unless it is large (bundle.py).
    """

    def __init__(self, budget_bytes: int, *, region: Region | None = None) -> None:
        self.budget_bytes = budget_bytes
        self.num_bytes = 0
        self.num_lookups = 0
        self.num_hits = 0
        self.num_evictions = 0
        self._region = region
        self._roots: dict[Weights, Node] = {}
        self._stops: OrderedDict[Stop, Weights] = OrderedDict()  # the one that was used longest ago first

    def find(self, weights: Weights, token_ids: Sequence[int]) -> Stop | None:
        """Give the furthest stop in a prompt; at least its last token is left to read."""
        self.num_lookups += 1
        best = self._search(weights, _spell(token_ids), limit=len(token_ids) - 1)
        if best is not None:
            self.num_hits += 1
            self._stops.move_to_end(best)
        return best

    def holds(self, weights: Weights, token_ids: Sequence[int]) -> bool:
        """Say whether there is a stop right behind these tokens, and keep it for longer."""
        found = self._search(weights, _spell(token_ids), limit=len(token_ids))
        if found is None or found.position != len(token_ids):
            return False
        self._stops.move_to_end(found)
        return True

    def keep(self, weights: Weights, token_ids: Sequence[int], snapshot: Snapshot, place: Place) -> list[Bundle]:
        """Keep the row in `place`, which has read `token_ids`, up to where `snapshot` was taken.

        Gives what was copied: it must be evaluated before the place's own arrays are written to again, and settled when it is there.
        """
        spelt = _spell(token_ids[: snapshot.position])
        windows = Bundle(snapshot.windows)
        copied = [windows]
        node = self._roots.setdefault(weights, Node(None, b"", Bundle({})))
        for start in range(0, len(spelt) // BLOCK_BYTES * BLOCK_BYTES, BLOCK_BYTES):
            key = spelt[start : start + BLOCK_BYTES]
            if key not in node.children:
                block = _copy(place, node.num_tokens, node.num_tokens + BLOCK_TOKENS)
                copied.append(block)
                node.children[key] = Node(node, key, block)
                self.num_bytes += block.num_bytes
            node = node.children[key]
        rest = _copy(place, node.num_tokens, snapshot.position) if snapshot.position > node.num_tokens else Bundle({})
        copied.append(rest)
        self._add(weights, Stop(node, spelt[node.num_tokens * TOKEN_BYTES :], windows, rest))
        self._evict(self.budget_bytes)
        return copied

    def settle(self, bundles: Sequence[Bundle]) -> None:
        """Move what has been computed of what was kept to the region, where there is one."""
        if self._region is None:
            return
        for bundle in bundles:
            while not bundle.move(self._region) and self._evict(self.num_bytes - 1):
                pass  # a region takes whole pages, and so holds a little less than the budget
        if any(bundle.is_large for bundle in bundles):
            self._region.trim()  # of what has made way for it

    def shrink(self, num_bytes: int) -> None:
        """Drop what was used longest ago until no more than `num_bytes` are left, and give its memory back."""
        if self._evict(num_bytes) and self._region is not None:
            self._region.trim()

    def clear(self) -> None:
        """Drop everything, as after a step that failed: what was to be computed in it never will be."""
        while self._stops:
            self._remove(*self._stops.popitem(last=False))
        self._roots.clear()  # with blocks whose stop never came to be
        self.num_bytes = 0
        if self._region is not None:
            self._region.trim()

    def _evict(self, num_bytes: int) -> bool:
        """Drop what was used longest ago until no more than `num_bytes` are left; say whether there was anything to drop."""
        before = self.num_evictions
        while self._stops and self.num_bytes > num_bytes:
            self._remove(*self._stops.popitem(last=False))
            self.num_evictions += 1
        return self.num_evictions > before

    def _search(self, weights: Weights, spelt: bytes, *, limit: int) -> Stop | None:
        node, best = self._roots.get(weights), None
        while node is not None:
            at = node.num_tokens * TOKEN_BYTES
            most = min(limit * TOKEN_BYTES - at, BLOCK_BYTES - TOKEN_BYTES)
            for size in sorted({len(key) for key in node.stops}, reverse=True):
                if size <= most and (stop := node.stops.get(spelt[at : at + size])):
                    best = stop
                    break
            if at + BLOCK_BYTES > limit * TOKEN_BYTES:
                break
            node = node.children.get(spelt[at : at + BLOCK_BYTES])
        return best

    def _add(self, weights: Weights, stop: Stop) -> None:
        if known := stop.node.stops.get(stop.key):
            self._stops.move_to_end(known)
            stop.drop()
            return
        stop.node.stops[stop.key] = stop
        self._stops[stop] = weights
        self.num_bytes += stop.num_bytes

    def _remove(self, stop: Stop, weights: Weights) -> None:
        """Drop a stop, and the blocks that led to it and to nothing else."""
        self.num_bytes -= stop.num_bytes
        stop.drop()
        node = stop.node
        del node.stops[stop.key]
        while not node.stops and not node.children:
            if node.parent is None:
                del self._roots[weights]
                return
            del node.parent.children[node.key]
            self.num_bytes -= node.block.num_bytes
            node.block.drop()
            node = node.parent


def _copy(place: Place, start: int, stop: int) -> Bundle:
    """Copy tokens of a row out of the layers that see everything."""
    group, number = place
    layers = [layer for layer in range(len(group.keys)) if not group.is_sliding(layer)]
    row = slice(number, number + 1)
    return Bundle({layer: (group.keys[layer][row, :, start:stop], group.values[layer][row, :, start:stop]) for layer in layers})


def _spell(token_ids: Sequence[int]) -> bytes:
    return array("I", token_ids).tobytes()
