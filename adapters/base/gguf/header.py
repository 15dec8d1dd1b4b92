"""The head of a GGUF file: its metadata, and where its tensors lie.

https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. The gguf package's own reader keeps each of a vocabulary's 800,000 values as an
array, which takes eight seconds for Gemma's, and trusts every count in the file.
"""

import mmap
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType, GGUFValueType

from adapters.base.errors import ModelLoadError

MAGIC = b"GGUF"
VERSIONS = (2, 3)  # the first had counts of 32 bits, and has not been written since 2023
DEFAULT_ALIGNMENT = 32
MOST_DIMENSIONS = 4
MOST_ENTRIES = 1 << 16  # of metadata, and tensors: Gemma 3 27B has 808
STRING_LENGTH = 8  # bytes in front of a string

SCALARS: Mapping[int, struct.Struct] = {
    GGUFValueType.UINT8: struct.Struct("<B"),
    GGUFValueType.INT8: struct.Struct("<b"),
    GGUFValueType.UINT16: struct.Struct("<H"),
    GGUFValueType.INT16: struct.Struct("<h"),
    GGUFValueType.UINT32: struct.Struct("<I"),
    GGUFValueType.INT32: struct.Struct("<i"),
    GGUFValueType.FLOAT32: struct.Struct("<f"),
    GGUFValueType.BOOL: struct.Struct("<?"),
    GGUFValueType.UINT64: struct.Struct("<Q"),
    GGUFValueType.INT64: struct.Struct("<q"),
    GGUFValueType.FLOAT64: struct.Struct("<d"),
}
COUNT = SCALARS[GGUFValueType.UINT64]
NUMBER = SCALARS[GGUFValueType.UINT32]


class GgufTensor(msgspec.Struct, frozen=True, kw_only=True):
    """Where in its file a tensor lies, and what it is."""

    name: str
    type: GGMLQuantizationType
    shape: tuple[int, ...]  # as numpy has it: rows first
    start: int
    size_bytes: int


class GgufHeader(msgspec.Struct, frozen=True, kw_only=True):
    """All that comes before the weights; every tensor lies within the file."""

    path: Path
    metadata: Mapping[str, Any]  # a number, a truth value, a string, or a list of them
    tensors: Mapping[str, GgufTensor]

    @property
    def architecture(self) -> object:
        """What the file says that it holds, such as `gemma3`."""
        return self.metadata.get("general.architecture")


def is_gguf(path: Path) -> bool:
    """Whether a file begins as GGUF files do, whatever its name: Ollama's are named by their digest."""
    try:
        if not path.is_file():  # opening a named pipe would wait for its writer
            return False
        with path.open("rb") as stream:
            return stream.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def read_header(path: Path) -> GgufHeader:
    """Read the head of the file. Raises ModelLoadError for what is cut off, damaged or of another kind."""
    try:
        with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            metadata, tensors = _Reader(content).read()
    except (struct.error, IndexError) as exc:
        raise ModelLoadError(f"{path} is cut off: its head goes on behind its end") from exc
    except (OSError, ValueError, KeyError) as exc:
        raise ModelLoadError(f"{path} cannot be read as GGUF: {exc}") from exc
    return GgufHeader(path=path, metadata=metadata, tensors={tensor.name: tensor for tensor in tensors})


class _Reader:
    """Goes through the file from its beginning."""

    def __init__(self, content: mmap.mmap) -> None:
        self._content = content
        self._at = 0

    def read(self) -> tuple[dict[str, Any], list[GgufTensor]]:
        self._check_version()
        num_tensors, num_entries = self._count(MOST_ENTRIES, "tensors"), self._count(MOST_ENTRIES, "entries of metadata")
        metadata: dict[str, Any] = {}
        for _ in range(num_entries):
            key = self._string()
            if key in metadata:
                raise ValueError(f"it has {key} twice")
            metadata[key] = self._value(self._number())
        listed = [self._tensor() for _ in range(num_tensors)]
        alignment = metadata.get("general.alignment", DEFAULT_ALIGNMENT)
        if not isinstance(alignment, int) or alignment <= 0 or alignment & (alignment - 1):
            raise ValueError(f"general.alignment is {alignment!r}; expected a power of two")
        start = -(-self._at // alignment) * alignment
        return metadata, [self._place(tensor, start) for tensor in _check_names(listed)]

    def _check_version(self) -> None:
        if self._content[: len(MAGIC)] != MAGIC:
            raise ValueError(f"it begins with {self._content[: len(MAGIC)]!r}; expected {MAGIC!r}")
        self._at = len(MAGIC)
        version = self._number()
        if version not in VERSIONS:
            order = "of another byte order" if version & 0xFFFF == 0 else f"{version}"
            raise ValueError(f"its version is {order}; expected {' or '.join(map(str, VERSIONS))}")

    def _number(self) -> int:
        number: int = self._scalar(NUMBER)
        return number

    def _count(self, most: int, what: str) -> int:
        count: int = self._scalar(COUNT)
        if count > most:
            raise ValueError(f"it counts {count} {what}; expected at most {most}: it is damaged, or cut off")
        return count

    def _scalar(self, form: struct.Struct) -> Any:
        (value,) = form.unpack_from(self._content, self._at)
        self._at += form.size
        return value

    def _string(self) -> str:
        return self._take(self._count(len(self._content), "characters")).decode()

    def _take(self, num_bytes: int) -> bytes:
        if self._at + num_bytes > len(self._content):
            raise IndexError
        self._at += num_bytes
        return self._content[self._at - num_bytes : self._at]

    def _value(self, kind: int) -> Any:
        if kind == GGUFValueType.STRING:
            return self._string()
        if kind == GGUFValueType.ARRAY:
            return self._array()
        return self._scalar(_find_scalar(kind))

    def _array(self) -> list[Any]:
        kind, length = self._number(), self._count(len(self._content), "values in a list")
        if kind == GGUFValueType.STRING:
            return self._strings(length)
        form = _find_scalar(kind)
        numbers: list[Any] = np.frombuffer(self._take(length * form.size), dtype=form.format).tolist()
        return numbers

    def _strings(self, length: int) -> list[str]:
        """Read many: a vocabulary has a quarter of a million."""
        content, at, unpack = self._content, self._at, COUNT.unpack_from
        strings = []
        for _ in range(length):
            (size,) = unpack(content, at)
            end = at + STRING_LENGTH + size
            strings.append(content[at + STRING_LENGTH : end].decode())
            at = end
        if at > len(content):
            raise IndexError
        self._at = at
        return strings

    def _tensor(self) -> GgufTensor:
        name = self._string()
        dimensions = [int(self._scalar(COUNT)) for _ in range(self._num_dimensions(name))]
        kind, start = self._number(), int(self._scalar(COUNT))
        try:
            quantisation = GGMLQuantizationType(kind)
        except ValueError as exc:
            raise ValueError(f"tensor {name} has the type {kind}, which gguf does not know") from exc
        block_size, block_bytes = GGML_QUANT_SIZES[quantisation]
        if dimensions[0] % block_size:
            raise ValueError(f"tensor {name} has rows of {dimensions[0]} values, which are no whole blocks of {quantisation.name}")
        num_blocks = int(np.prod([dimensions[0] // block_size, *dimensions[1:]], dtype=object))
        shape = tuple(reversed(dimensions))
        return GgufTensor(name=name, type=quantisation, shape=shape, start=start, size_bytes=num_blocks * block_bytes)

    def _num_dimensions(self, name: str) -> int:
        number = self._number()
        if not 1 <= number <= MOST_DIMENSIONS:
            raise ValueError(f"tensor {name} has {number} dimensions; expected 1 to {MOST_DIMENSIONS}")
        return number

    def _place(self, tensor: GgufTensor, start: int) -> GgufTensor:
        """Count the tensor's place from the beginning of the file."""
        placed = msgspec.structs.replace(tensor, start=start + tensor.start)
        if (end := placed.start + placed.size_bytes) > len(self._content):
            raise ValueError(f"it is cut off: tensor {tensor.name} ends at byte {end}, the file at {len(self._content)}")
        return placed


def _find_scalar(kind: int) -> struct.Struct:
    try:
        return SCALARS[kind]
    except KeyError as exc:
        raise ValueError(f"a value of its metadata has the type {kind}, which gguf does not know") from exc


def _check_names(tensors: list[GgufTensor]) -> list[GgufTensor]:
    names = [tensor.name for tensor in tensors]
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1] if len({*names}) < len(names) else []:
        raise ValueError(f"it has the tensor {twice[0]} twice")
    return tensors
