"""What the weight files of a model's folder hold, by their headers alone: before memory is taken, and without MLX.

https://huggingface.co/docs/safetensors: eight bytes of header length, a JSON header {name: {dtype, shape, data_offsets}}, the data.
"""

import math
from pathlib import Path
from typing import Annotated, Any

import msgspec

from adapters.base.errors import ModelLoadError
from adapters.base.json_file import decode_json
from adapters.base.model_file import REMEDY, read_model_file

PATTERN = "model*.safetensors"  # what mlx-lm reads, whatever an index says
INDEX_NAME = "model.safetensors.index.json"
MAX_HEADER_BYTES = 64 << 20  # the 27B's is under a MiB
ITEM_BYTES = {"F32": 4, "F16": 2, "BF16": 2, "U32": 4, "U8": 1}
MOST_NAMED = 3

Size = Annotated[int, msgspec.Meta(ge=0, le=1 << 48)]


class StoredTensor(msgspec.Struct, frozen=True):
    """One entry of a header; offsets are counted from the end of the header."""

    dtype: str
    shape: tuple[Size, ...]
    data_offsets: tuple[Size, Size]


class Index(msgspec.Struct, frozen=True):
    """Which file each tensor of a model in several files is in."""

    weight_map: dict[str, str]


def read_headers(folder: Path) -> dict[str, StoredTensor]:
    """Give the tensors of a model's folder by name. Raises ModelLoadError for files that are not there, not whole or at odds."""
    files = sorted(folder.glob(PATTERN))
    _check_index(folder, {file.name for file in files})
    if not files:
        raise ModelLoadError(f"No safetensors found in {folder}: expected {PATTERN}")
    tensors: dict[str, StoredTensor] = {}
    homes: dict[str, str] = {}  # the file of each
    for file in files:
        for name, tensor in _read_header(file).items():
            if name in tensors:
                raise ModelLoadError(f"{name} is in {homes[name]} and in {file.name} of {folder}: remove the file that is not the model's")
            tensors[name], homes[name] = tensor, file.name
    return tensors


def _check_index(folder: Path, names: set[str]) -> None:
    """See that the files which an index names are there, and are those that are read."""
    file = folder / INDEX_NAME
    try:
        if (content := read_model_file(file)) is None:
            return
        places = decode_json(content, Index).weight_map
    except ValueError as exc:
        raise ModelLoadError(f"{file} cannot be read: {exc}; {REMEDY}") from exc
    if missing := sorted(set(places.values()) - names):
        told = ", ".join(missing[:MOST_NAMED])
        more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
        raise ModelLoadError(f"{file} names {told}{more}, which {folder} does not have as {PATTERN}: fetch the model anew")


def _read_header(file: Path) -> dict[str, StoredTensor]:
    try:
        if not file.is_file():  # opening a named pipe would wait for its writer
            raise ValueError("it is not a file")
        file_bytes = file.stat().st_size
        with file.open("rb") as stream:
            header_bytes = int.from_bytes(stream.read(8), "little")
            if file_bytes < 8 or header_bytes > min(MAX_HEADER_BYTES, file_bytes - 8):
                raise ValueError("its header is cut off, or it never had one")
            entries = decode_json(stream.read(header_bytes), dict[str, Any])
        tensors = msgspec.convert({name: entry for name, entry in entries.items() if name != "__metadata__"}, dict[str, StoredTensor])
        _check_layout(tensors, file_bytes - 8 - header_bytes)
    except (OSError, ValueError) as exc:  # of msgspec too
        raise ModelLoadError(f"{file} could not be loaded, for it is not a whole safetensors file: {exc}") from exc
    return tensors


def _check_layout(tensors: dict[str, StoredTensor], num_bytes: int) -> None:
    """See that each tensor is within the file, and has the size of its shape."""
    for name, tensor in tensors.items():
        begin, end = tensor.data_offsets
        if not begin <= end <= num_bytes:
            raise ValueError(f"{name} ends at byte {end} of {num_bytes}")
        if tensor.dtype in ITEM_BYTES and end - begin != math.prod(tensor.shape) * ITEM_BYTES[tensor.dtype]:
            raise ValueError(f"{name} has {end - begin} bytes, not those of {tensor.dtype} {list(tensor.shape)}")
    if max((tensor.data_offsets[1] for tensor in tensors.values()), default=0) != num_bytes:
        raise ValueError("it goes on behind its tensors")
