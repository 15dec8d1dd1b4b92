"""An adapter that PEFT made, read by candor, against what PEFT's own forward pass made of it."""

from pathlib import Path

import msgspec
import numpy as np

from adapters.errors import AdapterError
from adapters.files.reading import read_adapter
from tests.adapters.merged_model import MergedModel

TOLERANCE = 1e-4  # of a logit, in float32
LEAST_EFFECT = 0.05  # an adapter that moves no logit by more proves nothing


class Case(msgspec.Struct, frozen=True):
    """`case.json`, as recipes/make.py writes it."""

    base: str
    refused: str | None
    left_out: tuple[str, ...]
    failed: str | None = None


class Outcome(msgspec.Struct, frozen=True):
    """How a case went."""

    fault: str | None
    seen: str


def compare(folder: Path, bases: Path, tokens: list[int]) -> Outcome:
    """Hold candor against one case."""
    case = msgspec.json.decode((folder / "case.json").read_bytes(), type=Case)
    if case.failed:
        return Outcome(f"PEFT did not make it: {case.failed}", "")
    model = MergedModel(bases / case.base)
    try:
        adapter = read_adapter(folder / "adapter", base=model.base_shape)
    except AdapterError as exc:
        said = str(exc)
        is_due = case.refused is not None and case.refused in said and "\n" not in said
        return Outcome(None if is_due else f"refused: {said[:1500]}", f"refused: {said[-150:]}")
    if case.refused:
        return Outcome(f"read, and should have been refused: {case.refused}", "")
    if adapter.left_out != case.left_out:
        return Outcome(f"left out {adapter.left_out}, expected {case.left_out}", "")
    before = model.logits(tokens)
    model.merge(adapter)
    theirs = np.load(folder / "logits.npy")
    difference, effect = (float(np.abs(theirs - ours).max()) for ours in (model.logits(tokens), before))
    if not difference <= TOLERANCE or not effect >= LEAST_EFFECT:
        return Outcome(f"logits differ by {difference:.2g}, the adapter's effect is {effect:.2g}", "")
    left_out = f", left out: {', '.join(adapter.left_out)}" if adapter.left_out else ""
    return Outcome(None, f"{adapter.kind}, logits differ by {difference:.1e}, effect {effect:.2f}{left_out}")
