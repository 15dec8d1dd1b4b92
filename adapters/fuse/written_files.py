"""Weight files being written beside others: the same files with the same tensors in the same order, some with other values.

What keeps its size is written into a copy, so that all the rest is the other's byte for byte. Where tensors change their dtype the
header is another, and what is not changed is copied tensor by tensor.
"""

import json
import math
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

import mlx.core as mx

from adapters.base.weights.files import StoredTensor
from adapters.fuse.dtypes import count_bytes, encode
from adapters.fuse.weight_files import HEADER_LENGTH_BYTES, WeightFile, WeightFiles

COPIED_BYTES = 16 << 20  # at once
ALIGNMENT = 8  # of the data, as the safetensors package has it

Layout = Mapping[str, tuple[str, tuple[int, ...]] | None]  # dtype and shape of tensors that get others, None of those that go


class _Place(NamedTuple):
    file: BinaryIO
    start: int
    dtype: str
    row_bytes: int


class WrittenFiles:
    """Open files, each tensor in its place; what is not written to is as it was, but for those of another layout, which are empty."""

    def __init__(self, source: WeightFiles, folder: Path, layout: Layout) -> None:
        self._places: dict[str, _Place] = {}
        self._open: list[BinaryIO] = []
        self.total_bytes = 0  # of all tensors
        try:
            for file in source.files:
                self._begin(file, folder / file.path.name, layout)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None:
                for file in self._open:
                    file.flush()
                    os.fsync(file.fileno())
        finally:
            self.close()

    def write(self, name: str, values: mx.array, first_row: int = 0) -> None:
        """Put values into a tensor, from a row on."""
        place = self._places[name]
        place.file.seek(place.start + first_row * place.row_bytes)
        place.file.write(encode(values, place.dtype))

    def close(self) -> None:
        """Let go of the files, as they are."""
        for file in self._open:
            file.close()
        self._open.clear()

    def _begin(self, source: WeightFile, path: Path, layout: Layout) -> None:
        if layout.keys() & source.tensors.keys():
            tensors = _lay_out(source, layout)
            header = _make_header(tensors, source.metadata)
            file = path.open("w+b")
            self._open.append(file)
            file.write(header)
            _copy_tensors(source, file, len(header), {name: one for name, one in tensors.items() if name not in layout})
            start = len(header)
        else:
            shutil.copyfile(source.path, path)
            file = path.open("r+b")
            self._open.append(file)
            tensors, start = source.tensors, source.start
        self.total_bytes += sum(end - begin for begin, end in (one.data_offsets for one in tensors.values()))
        file.truncate(start + max((one.data_offsets[1] for one in tensors.values()), default=0))
        for name, tensor in tensors.items():
            begin, end = tensor.data_offsets
            self._places[name] = _Place(file, start + begin, tensor.dtype, (end - begin) // max(1, tensor.shape[0] if tensor.shape else 1))


def _lay_out(source: WeightFile, layout: Layout) -> dict[str, StoredTensor]:
    """Put the tensors one behind the other, in the order in which their data lie."""
    tensors: dict[str, StoredTensor] = {}
    end = 0
    for name, tensor in sorted(source.tensors.items(), key=lambda item: item[1].data_offsets):
        changed = layout.get(name, (tensor.dtype, tensor.shape))
        if changed is None:
            continue
        dtype, shape = changed
        size = math.prod(shape) * count_bytes(dtype) if name in layout else tensor.data_offsets[1] - tensor.data_offsets[0]
        tensors[name] = StoredTensor(dtype, shape, (end, end + size))
        end += size
    return {name: tensors[name] for name in source.tensors if name in tensors}


def _make_header(tensors: Mapping[str, StoredTensor], metadata: dict[str, str] | None) -> bytes:
    entries: dict[str, object] = {} if metadata is None else {"__metadata__": metadata}
    entries |= {name: {"dtype": one.dtype, "shape": one.shape, "data_offsets": one.data_offsets} for name, one in tensors.items()}
    text = json.dumps(entries, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % ALIGNMENT)
    return len(text).to_bytes(HEADER_LENGTH_BYTES, "little") + text


def _copy_tensors(source: WeightFile, target: BinaryIO, start: int, tensors: Mapping[str, StoredTensor]) -> None:
    with source.path.open("rb") as stream:
        for name, tensor in tensors.items():
            begin, end = source.tensors[name].data_offsets
            stream.seek(source.start + begin)
            target.seek(start + tensor.data_offsets[0])
            left = end - begin
            while left and (piece := stream.read(min(left, COPIED_BYTES))):
                target.write(piece)
                left -= len(piece)
            if left:
                raise OSError(f"{source.path} ends within {name}")
