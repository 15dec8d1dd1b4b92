"""Write a safetensors file of float32 tensors: equal tensors give equal bytes, and the file is whole and on the disk, or not there.

MLX's own `save_safetensors` writes in the order of a hash table, opens the file's own name at once, and does not wait for the disk.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import numpy as np

from adapters.files.file_writing import replace_file
from adapters.files.tensor_file import Floats

METADATA = {"format": "pt"}  # without which transformers reads no file; others pass it over
ALIGNMENT = 8  # of the data, as the format's own writer has it


def write_tensors(path: Path, tensors: Mapping[str, Floats]) -> None:
    """Write them in the order of their names. Raises OSError, and leaves what was there."""
    replace_file(path, _lay_out(tensors))


def _lay_out(tensors: Mapping[str, Floats]) -> Iterator[bytes | memoryview]:
    header: dict[str, object] = {"__metadata__": METADATA}
    end = 0
    for name, values in sorted(tensors.items()):
        header[name] = {"dtype": "F32", "shape": values.shape, "data_offsets": (end, end := end + values.size * 4)}
    text = msgspec.json.encode(header)
    text += b" " * (-len(text) % ALIGNMENT)
    yield len(text).to_bytes(8, "little")
    yield text
    for _, values in sorted(tensors.items()):
        yield np.ascontiguousarray(values, "<f4").reshape(-1).view(np.uint8).data
