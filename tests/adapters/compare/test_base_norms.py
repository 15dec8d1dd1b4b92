"""Norms of weights that come in pieces, held against numpy's of the whole."""

from collections.abc import Iterator

import mlx.core as mx
import mlx.nn as nn
import numpy as np
import pytest

from adapters.compare import base_norms
from adapters.compare.base_norms import BaseNorms, measure_norms
from adapters.files.pairing import LowRankPair

IN, OUT = 64, 48
NAME = "model.layers.0.mlp.up_proj"


class OneLayer(nn.Module):  # type: ignore[misc]  # MLX has no types that mypy can follow
    """Stands for a model with one linear layer."""

    def __init__(self, linear: nn.Module) -> None:
        super().__init__()
        self.model = Trunk(linear)


class Trunk(nn.Module):  # type: ignore[misc]  # MLX has no types that mypy can follow
    def __init__(self, linear: nn.Module) -> None:
        super().__init__()
        self.layers = [Layer(linear)]


class Layer(nn.Module):  # type: ignore[misc]  # MLX has no types that mypy can follow
    def __init__(self, linear: nn.Module) -> None:
        super().__init__()
        self.mlp = Mlp(linear)


class Mlp(nn.Module):  # type: ignore[misc]  # MLX has no types that mypy can follow
    def __init__(self, linear: nn.Module) -> None:
        super().__init__()
        self.up_proj = linear


def noise(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def linear(weight: np.ndarray) -> nn.Linear:
    made = nn.Linear(weight.shape[1], weight.shape[0], bias=False)
    made.weight = mx.array(weight)
    return made


@pytest.fixture(autouse=True)
def in_small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base_norms, "WEIGHTS_AT_ONCE", 7 * IN)


@pytest.mark.parametrize("shape", [(OUT, IN), (IN, OUT), (1, 9), (9, 1), (5, 5)])
def test_norms_of_pieces_are_those_of_the_whole(shape: tuple[int, int]) -> None:
    weight = noise(*shape)

    def pieces() -> Iterator[mx.array]:
        return (mx.array(weight[start : start + 7]) for start in range(0, len(weight), 7))

    norms = measure_norms(pieces)
    assert norms.frobenius == pytest.approx(float(np.linalg.norm(weight)), rel=1e-5)
    exact = float(np.linalg.norm(weight, 2))
    assert 0.999 * exact <= norms.spectral <= exact * (1 + 1e-5)


def test_nothing_has_no_norm() -> None:
    norms = measure_norms(lambda: iter([mx.zeros((4, 3))]))
    assert (norms.frobenius, norms.spectral) == (0, 0)


@pytest.mark.parametrize("bits", [0, 4, 8])
def test_update_beside_the_weight_that_the_layer_multiplies_by(bits: int) -> None:
    layer = linear(noise(OUT, IN))
    if bits:
        layer = nn.QuantizedLinear.from_linear(layer, group_size=64, bits=bits)
    weight = np.array(layer(mx.eye(IN)).T)
    pair = LowRankPair(noise(IN, 3, seed=1), noise(3, OUT, seed=2))
    beside = BaseNorms(OneLayer(layer)).beside({NAME: pair})[NAME]
    assert beside.weight.frobenius == pytest.approx(float(np.linalg.norm(weight)), rel=1e-3)
    assert beside.weight.spectral == pytest.approx(float(np.linalg.norm(weight, 2)), rel=2e-3)
    assert beside.update.spectral == pytest.approx(float(np.linalg.norm(pair.a @ pair.b, 2)), rel=1e-5)


def test_dora_changes_what_its_magnitudes_change_too() -> None:
    weight = noise(OUT, IN)
    pair = LowRankPair(noise(IN, 3, seed=1), noise(3, OUT, seed=2), np.abs(noise(OUT, seed=3)) * 8)
    assert pair.magnitude is not None
    updated = weight + (pair.a @ pair.b).T
    update = updated * (pair.magnitude / np.linalg.norm(updated, axis=1))[:, None] - weight
    found = BaseNorms(OneLayer(linear(weight))).beside({NAME: pair})[NAME].update
    assert found.frobenius == pytest.approx(float(np.linalg.norm(update)), rel=1e-4)
    assert found.spectral == pytest.approx(float(np.linalg.norm(update, 2)), rel=2e-3)


def test_all_linear_layers_count_for_the_whole_base() -> None:
    weight = noise(OUT, IN)
    assert BaseNorms(OneLayer(linear(weight))).frobenius() == pytest.approx(float(np.linalg.norm(weight)), rel=1e-5)
