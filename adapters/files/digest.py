"""Name an adapter by its content: what it does to a model, not how its file says so."""

import hashlib
from collections.abc import Mapping

import msgspec
import numpy as np

from adapters.files.pairing import LowRankPair


def digest_pairs(pairs: Mapping[str, LowRankPair]) -> str:
    """Hash names, shapes and float32 values, the scale being in them: the same adapter in two formats is the same digest."""
    content = hashlib.sha256()
    for module, pair in sorted(pairs.items()):
        parts = (pair.a, pair.b, *([] if pair.magnitude is None else [pair.magnitude]))
        content.update(msgspec.json.encode((module, *(values.shape for values in parts))))  # all of them: no value passes for a name
        for values in parts:
            content.update(values.reshape(-1).view(np.uint8).data)
    return f"sha256:{content.hexdigest()}"
