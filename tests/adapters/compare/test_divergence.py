"""Divergence from the base, held against a plain softmax over a model with the adapter merged into its weights."""

from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest

from adapters.base.device import Device
from adapters.base.loading import LoadedModel, load
from adapters.compare import divergence
from adapters.compare.divergence import Distributions, Diverger, compare_logits, summarise
from adapters.compare.held_text import HeldRow
from adapters.files.reading import read_adapter
from tests.adapters.merged_model import MergedModel
from tools.random_adapter import write_random_adapter
from tools.random_gemma3 import Shape, write_random_gemma3

ROWS = (
    HeldRow(np.array([2, 40, 77, 300, 21, 9, 500], np.int32), np.array([2, 3, 4, 6], np.int32)),
    HeldRow(np.arange(10, 60, dtype=np.int32), np.arange(30, 50, dtype=np.int32)),
)


@pytest.fixture(scope="module")
def plain_gemma(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plain") / "model"
    shape = Shape(hidden=32, layers=3, intermediate=64, heads=2, head_dim=16, vocabulary=1024, window=16, pattern=3, dtype="float32")
    write_random_gemma3(folder, shape)
    return folder


@pytest.fixture
def loaded(plain_gemma: Path, device: Device) -> LoadedModel:
    return load(plain_gemma, device)


def softmax(logits: np.ndarray) -> np.ndarray:
    shifted = np.exp(logits.astype(np.float64) - logits.max(axis=-1, keepdims=True))
    whole: np.ndarray = shifted / shifted.sum(axis=-1, keepdims=True)
    return whole


def expect(base: np.ndarray, adapted: np.ndarray) -> Distributions:
    p, q = softmax(base), softmax(adapted)
    return Distributions(
        (p * np.log(p / q)).sum(axis=1), p.argmax(axis=1) != q.argmax(axis=1), -(p * np.log(p)).sum(axis=1), -(q * np.log(q)).sum(axis=1)
    )


@pytest.mark.parametrize("is_dora", [False, True])
def test_divergence_is_that_of_the_merged_weights(plain_gemma: Path, loaded: LoadedModel, tmp_path: Path, is_dora: bool) -> None:
    write_random_adapter(tmp_path, base=plain_gemma, rank=4, seed=1, scale=4.0, size=0.3, is_dora=is_dora)
    adapter = read_adapter(tmp_path)
    found = Diverger(loaded, ROWS).measure(adapter.pairs)
    assert found is not None

    base, merged = MergedModel(plain_gemma), MergedModel(plain_gemma)
    merged.merge(adapter)
    rows = [expect(base.logits(ids)[row.places], merged.logits(ids)[row.places]) for row in ROWS for ids in [row.token_ids.tolist()]]
    kl = np.concatenate([row.kl for row in rows])
    assert kl.mean() > 0.01
    assert found.mean_kl == pytest.approx(kl.mean(), rel=1e-3)
    assert found.median_kl == pytest.approx(np.median(kl), rel=1e-3)
    assert found.worst_kl == pytest.approx(kl.max(), rel=1e-3)
    assert rows[found.worst_row - 1].kl.argmax() + 1 == found.worst_position
    assert found.share_changed == pytest.approx(np.concatenate([row.is_changed for row in rows]).mean())
    assert found.entropy_change == pytest.approx(np.concatenate([row.entropy - row.base_entropy for row in rows]).mean(), abs=1e-4)
    assert found.num_positions == 24
    assert [at.num_rows for at in found.by_position] == [2] * 4 + [1] * 16
    assert found.by_position[2].mean_kl == pytest.approx((rows[0].kl[2] + rows[1].kl[2]) / 2, rel=1e-3)


def test_adapters_measured_one_after_the_other_leave_nothing_behind(plain_gemma: Path, loaded: LoadedModel, tmp_path: Path) -> None:
    for name, is_dora, keys in (("a", False, ["mlp.up_proj"]), ("b", True, ["self_attn.q_proj"])):
        write_random_adapter(tmp_path / name, base=plain_gemma, rank=2, seed=3, scale=4.0, size=0.3, is_dora=is_dora, keys=keys)
    first, second = (read_adapter(tmp_path / name).pairs for name in "ab")
    diverger = Diverger(loaded, ROWS)
    alone = diverger.measure(first)
    assert alone is not None
    diverger.measure(second)
    assert diverger.measure(first) == alone


def test_chunks_of_logits_change_nothing(plain_gemma: Path, device: Device, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_random_adapter(tmp_path, base=plain_gemma, rank=2, seed=3, scale=4.0, size=0.3)
    pairs = read_adapter(tmp_path).pairs
    whole = Diverger(load(plain_gemma, device), ROWS).measure(pairs)
    assert whole is not None
    monkeypatch.setattr(divergence, "LOGITS_AT_ONCE", 3 * 1024)
    cut = Diverger(load(plain_gemma, device), ROWS).measure(pairs)
    assert cut is not None
    assert cut.mean_kl == pytest.approx(whole.mean_kl, rel=1e-5)


def test_a_distribution_does_not_diverge_from_itself_and_a_certain_one_has_a_finite_entropy() -> None:
    logits = mx.array([[0.0, 1.0, 2.0], [0.0, 5e4, -5e4]])
    same = compare_logits(logits, logits)
    assert same.kl.tolist() == [0, 0] and not same.is_changed.any()
    assert np.isfinite(same.entropy).all() and same.entropy[1] == 0


def test_the_worst_position_is_named_in_its_row() -> None:
    def row(*kl: float) -> Distributions:
        return Distributions(np.array(kl), np.zeros(len(kl), np.bool_), np.ones(len(kl)), np.ones(len(kl)))

    found = summarise([row(0.1, 0.2), row(0.3, 0.1, 7.0), row(0.5)])
    assert (found.worst_row, found.worst_position, found.worst_kl) == (2, 3, 7.0)


def test_numbers_that_are_not_finite_are_no_divergence(plain_gemma: Path, loaded: LoadedModel, tmp_path: Path) -> None:
    write_random_adapter(tmp_path, base=plain_gemma, rank=2, seed=3, scale=1e30, size=1.0)
    assert Diverger(loaded, ROWS).measure(read_adapter(tmp_path).pairs) is None
