"""The weight files of a model's folder, read a few rows of a tensor at a time."""

import json
import math
from pathlib import Path
from typing import NamedTuple

import mlx.core as mx
import msgspec

from adapters.base.errors import ModelLoadError
from adapters.base.weights.files import PATTERN, StoredTensor
from adapters.fuse.dtypes import count_bytes, decode

HEADER_LENGTH_BYTES = 8


class WeightFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file, its header read."""

    path: Path
    tensors: dict[str, StoredTensor]  # in the order of the header
    metadata: dict[str, str] | None
    start: int  # of the data

    @property
    def size_bytes(self) -> int:
        """Give the length of the whole file."""
        return self.start + max((tensor.data_offsets[1] for tensor in self.tensors.values()), default=0)


class Rows(NamedTuple):
    """Neighbouring rows of a matrix."""

    start: int
    stop: int


class WeightFiles:
    """All of a folder's; each name is in one of them only, which the reading of headers has seen to."""

    def __init__(self, folder: Path) -> None:
        self.files = tuple(read_weight_file(path) for path in sorted(folder.glob(PATTERN)))
        self._homes = {name: file for file in self.files for name in file.tensors}

    def __contains__(self, name: str) -> bool:
        return name in self._homes

    def __getitem__(self, name: str) -> StoredTensor:
        return self._homes[name].tensors[name]

    @property
    def tensors(self) -> dict[str, StoredTensor]:
        """All tensors by name."""
        return {name: file.tensors[name] for name, file in self._homes.items()}

    def read(self, name: str, rows: Rows | None = None) -> mx.array:
        """Read a tensor, or rows of one. Raises ModelLoadError."""
        file, tensor = self._homes[name], self[name]
        if rows is None:
            rows, shape = Rows(0, 1), tensor.shape
        else:
            shape = (rows.stop - rows.start, *tensor.shape[1:])
        row_bytes = math.prod(shape) * count_bytes(tensor.dtype) // max(1, rows.stop - rows.start)
        try:
            with file.path.open("rb") as stream:
                stream.seek(file.start + tensor.data_offsets[0] + rows.start * row_bytes)
                content = stream.read((rows.stop - rows.start) * row_bytes)
            return decode(content, tensor.dtype, shape)
        except (OSError, ValueError) as exc:  # a file that was cut off meanwhile
            raise ModelLoadError(f"{name} cannot be read from {file.path}: {exc}") from exc


def read_weight_file(path: Path) -> WeightFile:
    """Read the header of a file that is known to be whole. Raises ModelLoadError."""
    try:
        with path.open("rb") as stream:
            num_bytes = int.from_bytes(stream.read(HEADER_LENGTH_BYTES), "little")
            entries = json.loads(stream.read(num_bytes))
        metadata = entries.pop("__metadata__", None)
        tensors = msgspec.convert(entries, dict[str, StoredTensor])
    except (OSError, ValueError) as exc:  # of msgspec too
        raise ModelLoadError(f"{path} cannot be read: {exc}") from exc
    return WeightFile(path=path, tensors=tensors, metadata=metadata, start=HEADER_LENGTH_BYTES + num_bytes)
