"""Compared adapters of any numbers, for rules, tables and pages."""

from typing import Any

import numpy as np

from adapters.compare.comparison import Compared
from adapters.compare.divergence import Divergence, PositionDivergence
from adapters.compare.loss_curve import LossCurve, read_curve
from adapters.compare.pressure import find_pressure
from adapters.compare.scores import Scores
from adapters.compare.spectrum import Norms
from adapters.compare.updates import UpdateMeasure, WeightNorms, measure_updates
from adapters.files.pairing import LowRankPair
from adapters.files.training import TrainingRecord

NOTHING_SAID = TrainingRecord()


def update(relative: float | None, *, layers: range = range(18, 26), rank: int = 8) -> UpdateMeasure:
    """An update that has this norm relative to the weights; without a base, this Frobenius norm is 1 a layer."""
    pairs = {
        f"model.layers.{layer}.self_attn.q_proj": LowRankPair(np.eye(rank, dtype=np.float32), np.eye(rank, dtype=np.float32))
        for layer in layers
    }
    if relative is None:
        return measure_updates(pairs)
    norms = WeightNorms(weight=Norms(frobenius=100, spectral=10), update=Norms(frobenius=100 * relative, spectral=10 * relative))
    return measure_updates(pairs, dict.fromkeys(pairs, norms), base_frobenius=1000)


def divergence(mean_kl: float, *, changed: float = 0.1, entropy: tuple[float, float] = (1.0, 1.0)) -> Divergence:
    return Divergence(
        mean_kl=mean_kl,
        median_kl=mean_kl,
        worst_kl=3 * mean_kl,
        worst_row=2,
        worst_position=1,
        share_changed=changed,
        base_entropy=entropy[0],
        entropy_change=entropy[1] - entropy[0],
        num_positions=2,
        by_position=tuple(PositionDivergence(position=place, mean_kl=mean_kl, num_rows=1) for place in (1, 2)),
    )


def scores(mean: float, *, base: float | None = 5.0, flagged: int = 0, is_own: bool | None = True) -> Scores:
    return Scores(
        subject="x",
        mean=mean,
        base_mean=base,
        replies=6,
        hard_flagged=flagged,
        base_replies=6,
        base_hard_flagged=1,
        is_of_these_weights=is_own,
    )


def record(rate: float, iterations: int, batch: int, **changes: Any) -> TrainingRecord:
    """A training that was done as it was set."""
    told: dict[str, Any] = {"basis": "done", "state": "finished", "effective_updates": iterations, "examples_seen": iterations * batch}
    return TrainingRecord(learning_rate=rate, iterations=iterations, batch_size=batch, **told | changes)


def compared(
    name: str,
    *,
    relative: float | None = 0.02,
    layers: range = range(18, 26),
    base_layers: int | None = 26,
    training: TrainingRecord = NOTHING_SAID,
    curve: LossCurve | None = None,
    **changes: Any,
) -> Compared:
    """An adapter that nothing is wrong with, but for what is said otherwise."""
    measured = update(relative, layers=layers)
    told: dict[str, Any] = {
        "format": "mlx-lm",
        "kind": "lora",
        "digest": f"sha256:{name}",
        "targets": ("self_attn.q_proj",),
        "rows_of_file": None,
        "step": None,
        "divergence": None,
        "breaks": False,
        "scores": None,
        "ratios": None,
        "notes": (),
    }
    return Compared(
        name=name,
        record=training,
        base_layers=base_layers,
        pressure=find_pressure(training, rank=8, scale=20.0, num_layers=len(layers), base_layers=base_layers),
        update=measured,
        curve=curve,
        reading=read_curve(curve) if curve else None,
        **told | changes,
    )
