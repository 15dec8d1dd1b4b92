"""Adapters held against each other: all that was set, all that was measured, and what follows from it."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from adapters.compare.divergence import Divergence
from adapters.compare.entrant import Entrant
from adapters.compare.loss_curve import CurveReading, LossCurve, read_curve
from adapters.compare.pressure import Pressure, Ratios, find_pressure, find_ratio
from adapters.compare.scores import Scores
from adapters.compare.updates import UpdateMeasure
from adapters.files.module_names import PROJECTIONS, layer_of
from adapters.files.reading import AdapterWeights
from adapters.files.training import TrainingRecord


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One adapter: set, done, measured."""

    name: str
    format: str
    kind: Literal["lora", "dora"]
    digest: str
    targets: tuple[str, ...]  # kinds of layer, such as self_attn.q_proj
    step: int | None  # of the checkpoint that it is
    record: TrainingRecord
    rows_of_file: int | None  # of the data that it was trained on
    base_layers: int | None  # of the model that was given, if it fits it, else as its record or its own layers tell
    pressure: Pressure
    update: UpdateMeasure
    divergence: Divergence | None
    breaks: bool  # with it the model gives numbers that are not finite on the held text
    curve: LossCurve | None
    reading: CurveReading | None
    scores: Scores | None
    ratios: Ratios | None  # to the one that it is held against; None of that one itself
    notes: tuple[str, ...]

    @property
    def norm(self) -> float:
        """The size of the update: of the weights that it changes where they were at hand."""
        size = self.update.whole
        return size.frobenius if size.relative is None else size.relative


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of one adapter before it was held against others."""

    entrant: Entrant
    update: UpdateMeasure
    divergence: Divergence | None
    breaks: bool
    scores: Scores | None


def compare(measured: Sequence[Measured], *, base_layers: int | None, against: str | None) -> tuple[Compared, ...]:
    """Describe them, and hold them against one."""
    return hold([_describe(one, base_layers) for one in measured], against)


def hold(compared: Sequence[Compared], against: str | None = None) -> tuple[Compared, ...]:
    """Hold them against the one of that name, or the mildest, whose update is the smallest. Of one alone nothing is compared."""
    if len(compared) == 1:
        return tuple(compared)
    reference = choose_reference(compared, against)
    return tuple(one if one is reference else _hold(one, reference) for one in compared)


def choose_reference(compared: Sequence[Compared], against: str | None) -> Compared:
    """Give the one of this name; without one, the smallest update. Only sizes of one kind are compared."""
    named = {one.name: one for one in compared}
    if against is not None:
        return named[against]
    are_relative = all(one.update.whole.relative is not None for one in compared)
    return min(compared, key=lambda one: one.norm if are_relative else one.update.whole.frobenius)


def _describe(measured: Measured, base_layers: int | None) -> Compared:
    entrant, update = measured.entrant, measured.update
    weights, training = entrant.weights, entrant.training
    num_layers = base_layers if entrant.fits else training.base.num_layers if training else _count_layers(weights)
    return Compared(
        name=entrant.name,
        format=weights.format,
        kind=weights.kind,
        digest=weights.digest,
        targets=tuple(sorted({module.split(".", 3)[3] for module in weights.pairs}, key=_order)),
        step=entrant.step,
        record=weights.record,
        rows_of_file=training.train.rows if training else None,
        base_layers=num_layers,
        pressure=find_pressure(
            weights.record,
            rank=weights.rank,
            scale=weights.scale,
            num_layers=update.num_layers_touched,
            base_layers=num_layers,
        ),
        update=update,
        divergence=measured.divergence,
        breaks=measured.breaks,
        curve=entrant.curve,
        reading=read_curve(entrant.curve) if entrant.curve else None,
        scores=measured.scores,
        ratios=None,
        notes=entrant.notes,
    )


def _count_layers(weights: AdapterWeights) -> int | None:
    """Give the number of the base's layers where the adapter's own tell: mlx-lm's are always the last ones."""
    return max(map(layer_of, weights.pairs)) + 1 if weights.format == "mlx-lm" else None


def _order(target: str) -> tuple[int, str]:
    return (PROJECTIONS.index(target) if target in PROJECTIONS else len(PROJECTIONS), target)


def _hold(one: Compared, other: Compared) -> Compared:
    ours, theirs = one.pressure, other.pressure
    names = ("learning_rate", "iterations", "optimizer_steps", "batch_size", "effective_gradient", "reach", "rank", "scale")
    ratios: Mapping[str, float | None] = {name: find_ratio(getattr(ours, name), getattr(theirs, name)) for name in names}
    shares = find_ratio(ours.share_of_layers, theirs.share_of_layers)
    both_relative = one.update.whole.relative is not None and other.update.whole.relative is not None
    return msgspec.structs.replace(
        one,
        ratios=Ratios(
            **ratios,
            share_of_layers=find_ratio(ours.num_layers, theirs.num_layers) if shares is None else shares,
            num_layers=find_ratio(ours.num_layers, theirs.num_layers),
            are_relative=both_relative,
            update_norm=find_ratio(one.norm, other.norm)
            if both_relative
            else find_ratio(one.update.whole.frobenius, other.update.whole.frobenius),
            mean_kl=find_ratio(one.divergence.mean_kl, other.divergence.mean_kl) if one.divergence and other.divergence else None,
        ),
    )
