"""Updates of modules, brought together by layer and as a whole."""

import numpy as np
import pytest

from adapters.compare.spectrum import Norms
from adapters.compare.updates import WeightNorms, measure_updates
from adapters.files.pairing import LowRankPair


def pair(size: float, *, magnitude: float | None = None) -> LowRankPair:
    """An update of rank one, with this norm."""
    a, b = np.zeros((4, 2), np.float32), np.zeros((2, 3), np.float32)
    a[0, 0], b[0, 0] = size, 1
    return LowRankPair(a, b, None if magnitude is None else np.full(3, magnitude, np.float32))


PAIRS = {
    "model.layers.1.mlp.up_proj": pair(3),
    "model.layers.1.self_attn.q_proj": pair(4),
    "model.layers.3.mlp.up_proj": pair(12),
    "model.layers.2.mlp.up_proj": pair(0),
}


def test_sizes_add_up_in_squares_and_layers_without_an_update_are_not_touched() -> None:
    measured = measure_updates(PAIRS)
    assert [(one.layer, one.size.frobenius) for one in measured.layers] == [(1, 5), (3, 12)]
    assert measured.num_layers_touched == 2
    assert (measured.whole.frobenius, measured.whole.spectral) == (13, 12)
    assert measured.effective_rank == pytest.approx(1)
    assert measured.whole.relative is None and measured.relative_to_base is None


def test_with_a_base_sizes_are_of_its_weights() -> None:
    def beside(size: float) -> WeightNorms:
        return WeightNorms(weight=Norms(frobenius=10, spectral=2), update=Norms(frobenius=size, spectral=size))

    base = {name: beside(measure_updates({name: one}).whole.frobenius) for name, one in PAIRS.items()}
    measured = measure_updates(PAIRS, base, base_frobenius=130)
    assert measured.relative_to_base == pytest.approx(0.1)
    assert measured.layers[0].size.relative == pytest.approx(5 / np.sqrt(200))
    assert measured.layers[1].size.relative == pytest.approx(1.2)
    assert measured.whole.relative_spectral == pytest.approx(6)


def test_magnitudes_touch_a_layer_whose_factors_do_nothing() -> None:
    measured = measure_updates({"model.layers.0.mlp.up_proj": pair(0, magnitude=2.5)})
    assert measured.num_layers_touched == 1
    assert measured.modules[0].magnitude == pytest.approx(2.5)
