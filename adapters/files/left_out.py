"""Tensors of an adapter's file that change nothing of a text: left alone, and said to be.

An adapter that was trained on "all linear layers" of a Gemma 3 that sees (4B and above) holds pairs for the vision tower, too.
"""

from collections import Counter
from collections.abc import Iterable

from adapters.files.tensor_file import StoredTensor

_VISION = {"vision_tower": "vision tower", "vision_model": "vision tower", "multi_modal_projector": "projector"}
_PARTS = {**_VISION, "lora_velora_embed": "VeLoRA's own, for training only"}


def leave_out(tensors: Iterable[StoredTensor]) -> tuple[tuple[StoredTensor, ...], tuple[str, ...]]:
    """Give the tensors that matter to a text, and a phrase for each part that does not, with the number of its tensors."""
    kept = []
    left_out: Counter[str] = Counter()
    for tensor in tensors:
        if part := next((_PARTS[word] for word in tensor.name.split(".") if word in _PARTS), None):
            left_out[part] += 1
        else:
            kept.append(tensor)
    phrases = (f"{part}: {number} tensor{'s' if number > 1 else ''}" for part, number in left_out.items())
    return tuple(kept), tuple(phrases)


def is_of_vision(module: str) -> bool:
    """Say whether a module, as a configuration names it, is a part of what looks at images."""
    return not _VISION.keys().isdisjoint(module.split("."))
