"""Keys and values of several layers as one piece of memory: a stop of a model with many layers is one allocation and not dozens."""

from typing import NamedTuple

import mlx.core as mx

from server.engine.mlx.kv.group import KeysAndValues
from server.engine.mlx.prefix.region import Extent, Region

Layers = dict[int, KeysAndValues]  # keys and values by layer


class Moved(NamedTuple):
    """Where a bundle's array has gone, and what it was."""

    region: Region
    extents: tuple[Extent, ...]
    shape: tuple[int, ...]
    dtype: mx.Dtype


class Bundle:
    """Keys and values by layer, copied into one array, which may be moved to a region once it has been computed."""

    def __init__(self, layers: Layers) -> None:
        pieces = [array for pair in layers.values() for array in pair]
        self._tokens = {layer: keys.shape[2] for layer, (keys, _) in layers.items()}
        self.array: mx.array | None = mx.concatenate(pieces, axis=2) if pieces else None  # (1, H, tokens of all, D)
        self.num_bytes = sum(piece.nbytes for piece in pieces)
        self._moved: Moved | None = None

    def unpack(self) -> Layers:
        """Give keys and values by layer; they stay what they are when the bundle is dropped."""
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
        """Move what has been computed to a region; False if there is no room for it. Nothing is left to do if it was moved or dropped."""
        if self.array is None:
            return True
        extents = region.write(memoryview(self.array).cast("B"))  # type: ignore[arg-type]
        if extents is None:
            return False
        self._moved = Moved(region, extents, self.array.shape, self.array.dtype)
        self.array = None
        return True

    def drop(self) -> None:
        """Give the memory back."""
        self.array = None
        if self._moved is not None:
            self._moved.region.free(self._moved.extents)
            self._moved = None

    def _whole(self) -> mx.array:
        if self._moved is not None:
            region, extents, shape, dtype = self._moved
            return mx.array(region.read(extents, self.num_bytes)).view(dtype).reshape(shape)
        assert self.array is not None, "a bundle that was dropped"
        return self.array
