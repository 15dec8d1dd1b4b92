"""An adapter that a trainer made, read by candor, against what the trainer's own software computed with it."""

from pathlib import Path
from typing import Any

import mlx.core as mx
import mlx.nn as nn
import msgspec
import numpy as np
from mlx_lm.utils import dequantize_model, load_model

from adapters.bank.bank import NESTED_PREFIX, AdapterBank
from adapters.bank.routing import Routing
from adapters.errors import AdapterError
from adapters.files.reading import AdapterWeights, LowRankPair, read_adapter
from tests.outside.mlx_trainers.harness.tokens import TOKENS

TOLERANCE = 1e-4  # of a logit, in float32
LEAST_EFFECT = 0.05  # an adapter that moves no logit by more proves nothing


class Case(msgspec.Struct, frozen=True):
    """`case.json`, as harness/artefact.py writes it."""

    base: str
    refused: str | None
    said: dict[str, Any]


class Outcome(msgspec.Struct, frozen=True):
    """How a case went."""

    fault: str | None
    what: str  # for people


def compare(folder: Path, bases: Path) -> Outcome:
    """Hold one case against its folder's record of it."""
    case = msgspec.json.decode((folder / "case.json").read_bytes(), type=Case)
    model, _ = load_model(bases / case.base)
    shape = AdapterBank(model, mx.float32, Routing()).base_shape
    try:
        adapter = read_adapter(folder / "adapter", base=shape)
    except AdapterError as exc:
        said = str(exc)
        return Outcome(None if case.refused and case.refused in said else f"refused: {said[:600]}", f"refused: {said[-160:]}")
    if case.refused:
        return Outcome(f"read, though it should be refused: {case.refused}", "")
    faults = _find_untrue(adapter, case.said)
    base_logits = _logits(model)
    theirs = np.load(folder / "logits.npy")
    difference = float(np.abs(_logits(_merged(model, adapter)) - theirs).max())
    effect = float(np.abs(theirs - base_logits).max())
    if not difference <= TOLERANCE:
        faults.append(f"logits differ by {difference:.2g}")
    if not effect >= LEAST_EFFECT:
        faults.append(f"the adapter's effect is {effect:.2g}")
    return Outcome(
        "; ".join(faults) or None, f"logits differ by {difference:.1e}, effect {effect:.2f}, {adapter.kind} of rank {adapter.rank}"
    )


def _find_untrue(adapter: AdapterWeights, said: dict[str, Any]) -> list[str]:
    """Compare what candor says of the adapter: fields, and fields of its record."""
    record = {f"record.{name}": value for name, value in said.get("record", {}).items()}
    expected = {name: value for name, value in said.items() if name != "record"} | record
    found = {name: getattr(adapter.record if name.startswith("record.") else adapter, name.rpartition(".")[2]) for name in expected}
    found = {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}  # as JSON has it
    return [f"{name} is {found[name]!r}, expected {value!r}" for name, value in expected.items() if found[name] != value]


def _logits(model: nn.Module) -> np.ndarray:
    logits: np.ndarray = np.array(model(mx.array([TOKENS])).astype(mx.float32))
    return logits


def _merged(model: nn.Module, adapter: AdapterWeights) -> nn.Module:
    """Put the updated weights into the model's layers: W + (x a b)ᵀ, of DoRA with rows of the length that its magnitude says."""
    dequantize_model(model)
    prefix = NESTED_PREFIX if hasattr(model, "language_model") else ""
    linears = dict(model.named_modules())
    for module, pair in adapter.pairs.items():
        linear = linears[prefix + module]
        linear.weight = mx.array(_updated(np.array(linear.weight.astype(mx.float32)), pair))
    return model


def _updated(weight: np.ndarray, pair: LowRankPair) -> np.ndarray:
    updated: np.ndarray = weight + (pair.a @ pair.b).T
    if pair.magnitude is None:
        return updated
    updated *= (pair.magnitude / np.linalg.norm(updated, axis=1))[:, None]
    return updated
