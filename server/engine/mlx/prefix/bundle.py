"""Keys and values of several layers as one piece of memory: a short stop of a model with many layers is one allocation and not dozens."""

from collections.abc import Iterable
from typing import NamedTuple

import mlx.core as mx

from server.engine.mlx.kv.group import KeysAndValues
from server.engine.mlx.prefix.region import Extent, Region

Layers = dict[int, KeysAndValues]  # keys and values by layer
# Bytes that are joined and moved. Windows have been copied once, and of a long prompt's MLX often shares what has just been computed:
# another copy, to pages that were never written to, holds the next tokens up. Of a large model that is milliseconds for every prompt, and
# its few large arrays split the heap less.
LARGEST_JOINED = 256 << 10


class Moved(NamedTuple):
    """Where a bundle's array has gone, and what it was."""

    region: Region
    extents: tuple[Extent, ...]
    shape: tuple[int, ...]
    dtype: mx.Dtype


class Bundle:
    """Keys and values by layer: copied into one array, which may be moved to a region once it has been computed, unless they are large."""

    def __init__(self, layers: Layers) -> None:
        pieces = [array for pair in layers.values() for array in pair]
        self._tokens = {layer: keys.shape[2] for layer, (keys, _) in layers.items()}
        self.num_bytes = sum(piece.nbytes for piece in pieces)
        self.is_large = self.num_bytes > LARGEST_JOINED
        self.arrays = [mx.contiguous(piece) for piece in pieces] if self.is_large else _join(pieces)
        self._moved: Moved | None = None

    def unpack(self) -> Layers:
        """Give keys and values by layer; they stay what they are when the bundle is dropped."""
        if self.is_large:
            return dict(zip(self._tokens, zip(self.arrays[::2], self.arrays[1::2], strict=True), strict=True))
        layers: Layers = {}
        if not self._tokens:
            return layers
        whole = self._whole()
        at = 0
        for layer, size in self._tokens.items():
            layers[layer] = (whole[:, :, at : at + size], whole[:, :, at + size : at + 2 * size])
            at += 2 * size
        return layers

    def move(self, region: Region) -> bool:
        """Move what has been computed to a region; False if there is no room for it. True also where nothing is to be moved."""
        if self.is_large or not self.arrays:
            return True
        (array,) = self.arrays
        extents = region.write(memoryview(array).cast("B"))  # type: ignore[arg-type]
        if extents is None:
            return False
        self._moved = Moved(region, extents, array.shape, array.dtype)
        self.arrays = []
        return True

    def drop(self) -> None:
        """Give the memory back."""
        self.arrays = []
        if self._moved is not None:
            self._moved.region.free(self._moved.extents)
            self._moved = None

    def _whole(self) -> mx.array:
        if self._moved is not None:
            region, extents, shape, dtype = self._moved
            return mx.array(region.read(extents, self.num_bytes)).view(dtype).reshape(shape)
        assert self.arrays, "a bundle that was dropped"
        return self.arrays[0]


def list_arrays(bundles: Iterable[Bundle]) -> list[mx.array]:
    """List what is to be computed of bundles."""
    return [array for bundle in bundles for array in bundle.arrays]


def _join(pieces: list[mx.array]) -> list[mx.array]:
    return [mx.concatenate(pieces, axis=2)] if pieces else []  # (1, H, tokens of all, D)
