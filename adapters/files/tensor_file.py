"""A safetensors file, read tensor by tensor into float32.

https://huggingface.co/docs/safetensors: eight bytes of header length, a JSON header {name: {dtype, shape, data_offsets}}, the data.
The safetensors package is not used because it cannot be here: `deserialize` holds the interpreter lock while it copies the whole
file, which stalls every request being decoded (236 of 261 ms for 256 MB), and its numpy reader has no bfloat16.
"""

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np
import numpy.typing as npt

from adapters.base.json_file import decode_json
from adapters.errors import UnreadableAdapter
from adapters.files.folder import AdapterFolder

Floats = npt.NDArray[np.float32]

FLOAT_DTYPES: dict[str, np.dtype[Any]] = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2"), "BF16": np.dtype("<u2")}  # bfloat16 by its bits
MAX_FILE_BYTES = 4 << 30  # rank 64 on every projection of a 27B in float32 is 1.8 GiB
MAX_HEADER_BYTES = 512 << 10  # the same adapter's header is 0.14 MiB; reading a long one would slow every answer down
MAX_NAME_LENGTH = 256
WRITE_ELSEWHERE = "write to another folder and rename it when it is whole"

Size = Annotated[int, msgspec.Meta(ge=0, le=1 << 40)]


class TensorHeader(msgspec.Struct, frozen=True):
    """One entry of the header; offsets are counted from the end of the header."""

    dtype: str
    shape: tuple[Size, ...]
    data_offsets: tuple[Size, Size]


class StoredTensor(msgspec.Struct, frozen=True, kw_only=True):
    """Where in its file a tensor lies, and what it is."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    start: int
    size_bytes: int


class TensorFile:
    """An open safetensors file whose header has been read and holds together."""

    def __init__(self, file: FileIO, path: Path) -> None:
        self._file = file
        self._path = path
        self._opened = os.fstat(file.fileno())
        self.tensors = self._read_header()

    @classmethod
    @contextmanager
    def open(cls, folder: AdapterFolder, name: str) -> "Iterator[TensorFile]":
        """Open the file `name` of the folder and read its header. Raises UnreadableAdapter, or FileNotFoundError."""
        with folder.open_file(name) as file:
            yield cls(file, folder.path / name)

    def read(self, tensor: StoredTensor) -> Floats:
        """Read one tensor of a dtype in FLOAT_DTYPES as float32, in C order."""
        stored = np.empty(tensor.shape, FLOAT_DTYPES[tensor.dtype])
        self._read_into(stored.reshape(-1).view(np.uint8).data, tensor.start)
        values: Floats = (
            (stored.astype(np.uint32) << 16).view(np.float32) if tensor.dtype == "BF16" else stored.astype(np.float32, copy=False)
        )
        return values

    def check_unchanged(self) -> None:
        """Raise UnreadableAdapter if the file has been written to since it was opened: what was read may be of both."""
        now = os.fstat(self._file.fileno())
        if (now.st_size, now.st_mtime_ns) != (self._opened.st_size, self._opened.st_mtime_ns):
            raise UnreadableAdapter(f"{self._path} changed while it was read: {WRITE_ELSEWHERE}")

    def _read_header(self) -> tuple[StoredTensor, ...]:
        file_bytes = self._opened.st_size
        if not 8 <= file_bytes <= MAX_FILE_BYTES:
            raise self._broken(f"its size is {file_bytes} bytes, expected 8 to {MAX_FILE_BYTES}")
        length = bytearray(8)
        self._read_into(memoryview(length), 0)
        header_bytes = int.from_bytes(length, "little")
        if header_bytes > min(MAX_HEADER_BYTES, file_bytes - 8):
            raise self._broken(f"it claims a header of {header_bytes} bytes, expected {min(MAX_HEADER_BYTES, file_bytes - 8)} at most")
        header = bytearray(header_bytes)
        self._read_into(memoryview(header), 8)
        tensors = self._decode_header(bytes(header))
        self._check_layout(tensors, 8 + header_bytes, file_bytes)
        return tensors

    def _decode_header(self, header: bytes) -> tuple[StoredTensor, ...]:
        try:
            entries = decode_json(header, dict[str, msgspec.Raw])
            msgspec.json.decode(entries.pop("__metadata__", b"null"), type=dict[str, str] | None)  # null is MLX's
            headers = {name: msgspec.json.decode(entry, type=TensorHeader) for name, entry in entries.items()}
        except (msgspec.MsgspecError, ValueError) as exc:
            raise self._broken(f"its header is wrong: {exc}") from exc
        for name in headers:
            if len(name) > MAX_NAME_LENGTH or not name.isprintable():
                raise self._broken(f"{name[:MAX_NAME_LENGTH]!r} is no tensor's name")
        return tuple(
            StoredTensor(
                name=name,
                dtype=entry.dtype,
                shape=entry.shape,
                start=8 + len(header) + entry.data_offsets[0],
                size_bytes=entry.data_offsets[1] - entry.data_offsets[0],
            )
            for name, entry in sorted(headers.items(), key=lambda item: item[1].data_offsets)
        )

    def _check_layout(self, tensors: tuple[StoredTensor, ...], end: int, file_bytes: int) -> None:
        """See that the tensors fill the file from the header to the end, without gap or overlap, and have the size of their shape."""
        for tensor in tensors:
            dtype = FLOAT_DTYPES.get(tensor.dtype)
            if tensor.start != end or tensor.size_bytes < 0:
                raise self._broken(f"{tensor.name} does not begin where the tensor before it ends")
            if dtype and tensor.size_bytes != math.prod(tensor.shape) * dtype.itemsize:
                raise self._broken(f"{tensor.name} has {tensor.size_bytes} bytes, not those of {tensor.dtype} {tensor.shape}")
            end += tensor.size_bytes
        if end != file_bytes:
            raise self._broken(f"its tensors end at byte {end}, the file at {file_bytes}")

    def _read_into(self, buffer: memoryview, start: int) -> None:
        self._file.seek(start)
        while buffer:
            read = self._file.readinto(buffer)
            if not read:
                raise self._broken("it ends before its header says")
            buffer = buffer[read:]

    def _broken(self, why: str) -> UnreadableAdapter:
        return UnreadableAdapter(f"{self._path} is not a whole safetensors file: {why}")
