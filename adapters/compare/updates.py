"""How large an adapter's update is, module by module and layer by layer: from its weights, and beside the base's where that is at hand."""

from collections.abc import Mapping, Sequence
from math import sqrt

import msgspec
import numpy as np

from adapters.compare.spectrum import Norms, Spectrum, measure_spectrum
from adapters.files.module_names import layer_of
from adapters.files.pairing import LowRankPair


class WeightNorms(msgspec.Struct, frozen=True, kw_only=True):
    """A module of the base beside what an adapter changes of it."""

    weight: Norms
    update: Norms  # of all that is changed: of DoRA's, its magnitudes too


class ModuleUpdate(msgspec.Struct, frozen=True, kw_only=True):
    """What is done to one linear layer."""

    module: str
    layer: int
    spectrum: Spectrum  # of the low-rank part
    magnitude: float | None  # DoRA's, their mean
    base: WeightNorms | None

    @property
    def norms(self) -> Norms:
        """The update as far as it could be measured."""
        return self.base.update if self.base else self.spectrum.norms


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """How large the updates of several modules are together."""

    frobenius: float
    spectral: float  # of the module in which it is largest
    relative: float | None = None  # Frobenius, of the weights of the same modules
    relative_spectral: float | None = None  # of the module in which it is largest


class LayerUpdate(msgspec.Struct, frozen=True, kw_only=True):
    """What is done to one decoder layer."""

    layer: int
    size: Size


class UpdateMeasure(msgspec.Struct, frozen=True, kw_only=True):
    """What an adapter does to the weights."""

    whole: Size
    layers: tuple[LayerUpdate, ...]  # those that are touched, ascending
    modules: tuple[ModuleUpdate, ...]
    effective_rank: float  # mean over modules that are changed
    stable_rank: float  # likewise
    relative_to_base: float | None = None  # Frobenius, of all linear layers of the base, touched or not

    @property
    def num_layers_touched(self) -> int:
        """Count the layers in which anything changes."""
        return len(self.layers)


def measure_updates(
    pairs: Mapping[str, LowRankPair], base: Mapping[str, WeightNorms] | None = None, *, base_frobenius: float | None = None
) -> UpdateMeasure:
    """Measure all pairs; `base` has the norms of every module that they touch, `base_frobenius` is that of all its linear layers."""
    modules = tuple(
        ModuleUpdate(
            module=name,
            layer=layer_of(name),
            spectrum=measure_spectrum(pair),
            magnitude=None if pair.magnitude is None else float(np.abs(pair.magnitude).mean()),
            base=base[name] if base else None,
        )
        for name, pair in pairs.items()
    )
    changed = [one for one in modules if one.norms.frobenius > 0 or one.magnitude is not None]
    by_layer: dict[int, list[ModuleUpdate]] = {}
    for one in changed:
        by_layer.setdefault(one.layer, []).append(one)
    ranked = [one.spectrum for one in changed if one.spectrum.norms.frobenius > 0]
    whole = _add_up(changed)
    return UpdateMeasure(
        whole=whole,
        layers=tuple(LayerUpdate(layer=layer, size=_add_up(by_layer[layer])) for layer in sorted(by_layer)),
        modules=modules,
        effective_rank=_mean([one.effective_rank for one in ranked]),
        stable_rank=_mean([one.stable_rank for one in ranked]),
        relative_to_base=whole.frobenius / base_frobenius if base_frobenius else None,
    )


def _add_up(modules: Sequence[ModuleUpdate]) -> Size:
    frobenius = _root_of_squares([one.norms.frobenius for one in modules])
    spectral = max((one.norms.spectral for one in modules), default=0.0)
    beside = [one.base for one in modules if one.base]
    weights = _root_of_squares([one.weight.frobenius for one in beside])
    ratios = [one.update.spectral / one.weight.spectral for one in beside if one.weight.spectral]
    return Size(
        frobenius=frobenius,
        spectral=spectral,
        relative=frobenius / weights if weights else None,
        relative_spectral=max(ratios, default=None),
    )


def _root_of_squares(values: Sequence[float]) -> float:
    return sqrt(sum(value * value for value in values))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
