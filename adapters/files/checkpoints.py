"""The numbered checkpoints that mlx-lm and those who build on it leave beside an adapter.

`NNNNNNN_adapters.safetensors` are the weights after so many batches. Where `adapters.safetensors` holds the same, that many were
seen, whatever had been planned: the last checkpoint of a training, the one that it broke off after, or one that was copied there.
"""

import re
from io import FileIO

from adapters.errors import UnreadableAdapter
from adapters.files.folder import AdapterFolder

PIECE_BYTES = 256 << 10
MAX_CHECKPOINTS = 1000  # of more, the last ones

_CHECKPOINT = re.compile(r"([0-9]{7,12})_adapters\.safetensors")


def find_batches_seen(folder: AdapterFolder, weights_name: str) -> int | None:
    """Give the number of the last checkpoint that holds what the weights hold; None where none does. Never fails."""
    numbered = sorted((int(match[1]), match[0]) for name in folder.names() if (match := _CHECKPOINT.fullmatch(name)))
    for num_batches, name in reversed(numbered[-MAX_CHECKPOINTS:]):
        try:
            with folder.open_file(weights_name) as weights, folder.open_file(name) as checkpoint:
                if _is_same(weights, checkpoint):
                    return num_batches
        except (OSError, UnreadableAdapter):
            continue
    return None


def _is_same(one: FileIO, other: FileIO) -> bool:
    """Compare piece by piece: other weights differ in the first."""
    while (piece := one.read(PIECE_BYTES)) == other.read(PIECE_BYTES):
        if not piece:
            return True
    return False
