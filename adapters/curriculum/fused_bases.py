"""The models between stages, and the last: an adapter fused into the base that it was trained on.

Between stages the changed weights are stored in float32, so that a small update is not rounded away before the next stage adds to it. The
last model is stored as the first base is, quantised again where that was: then the updates of all fused stages are added to the first
base at once, and rounded once.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from adapters.base.identity import digest_model
from adapters.curriculum.record import Fused, Rounding
from adapters.files.digest import digest_pairs
from adapters.files.pairing import LowRankPair
from adapters.files.reading import AdapterWeights
from adapters.fuse.fusing import fuse
from adapters.fuse.report import FuseReport

FUSED, WORKING = "fused", "fused-float32"  # in a stage's folder; the second where the first is a model of the other form already


def fuse_for_next(base: Path, adapter: AdapterWeights, stage_folder: Path, name: str, *, is_quantized: bool) -> Fused:
    """Write the base of the next stage into the stage's folder, under this name."""
    report = fuse(base, adapter, stage_folder / name, dequantizes=is_quantized, dtype="float32", overwrites=True)
    return _describe(report, stage_folder, name, (adapter.digest,), is_as_first=False)


def fuse_as_first(first_base: Path, adapters: Sequence[AdapterWeights], stage_folder: Path, name: str) -> Fused:
    """Write the first base with all these adapters in it, which are no DoRA, stored as it is."""
    whole = adapters[0] if len(adapters) == 1 else _stack(adapters)
    report = fuse(first_base, whole, stage_folder / name, overwrites=True)
    return _describe(report, stage_folder, name, tuple(adapter.digest for adapter in adapters), is_as_first=True)


def _stack(adapters: Sequence[AdapterWeights]) -> AdapterWeights:
    """Give the one adapter whose update is the sum of all of theirs."""
    pairs: dict[str, LowRankPair] = {}
    for module in sorted({module for adapter in adapters for module in adapter.pairs}):
        found = [adapter.pairs[module] for adapter in adapters if module in adapter.pairs]
        pairs[module] = msgspec.structs.replace(
            found[0], a=np.concatenate([pair.a for pair in found], axis=1), b=np.concatenate([pair.b for pair in found], axis=0)
        )
    return msgspec.structs.replace(
        adapters[-1], pairs=pairs, rank=max(pair.a.shape[1] for pair in pairs.values()), scale=1.0, digest=digest_pairs(pairs)
    )


def _describe(report: FuseReport, stage_folder: Path, name: str, adapters: tuple[str, ...], *, is_as_first: bool) -> Fused:
    return Fused(
        folder=name,
        adapters=adapters,
        base_digest=report.base_digest,
        is_as_first=is_as_first,
        digest=digest_model(stage_folder / name),
        rounding=Rounding(
            stored=report.stored,
            error=report.overall.error,
            update_error=report.overall.update_error,
            update_kept=report.overall.update_kept,
        ),
    )
