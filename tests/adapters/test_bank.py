"""The bank checks an adapter against the model, and its layers add each row's own update."""

from typing import NamedTuple

import mlx.core as mx
import mlx.nn as nn
import numpy as np
import pytest

from adapters.bank import AdapterBank
from adapters.errors import MismatchedAdapter
from adapters.files import LowRankPair
from adapters.rider import Rider

IN, OUT = 6, 4


class Row(NamedTuple):
    """A row of a batch, as routing sees it."""

    slot: int
    adapter_scale: float = 1.0


class TwoLayers(nn.Module):
    """Stands for a model: two linear layers, one of them quantised."""

    def __init__(self) -> None:
        super().__init__()
        self.up = nn.Linear(IN, OUT, bias=False)
        self.deep = [nn.QuantizedLinear(64, 32, bias=False)]

    def __call__(self, x: mx.array, cache: list[object]) -> mx.array:
        y: mx.array = self.up(x)
        return y


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).normal(size=shape).astype(np.float32)


def pair(in_dims: int, rank: int, out_dims: int) -> LowRankPair:
    return LowRankPair(noise(in_dims, rank), noise(rank, out_dims))


def run(bank: AdapterBank, x: np.ndarray, rows: list[Row]) -> np.ndarray:
    output: np.ndarray = np.array(bank.routed_model(mx.array(x), [Rider(rows)]))
    return output


def bank_bytes(bank: AdapterBank) -> int:
    return sum(routed.a.nbytes + routed.b.nbytes for routed in bank._routed.values())


def test_rows_of_a_mixed_batch_get_their_own_update_at_their_own_scale_and_the_base_none() -> None:
    model = TwoLayers()
    weight = np.array(model.up.weight)
    bank = AdapterBank(model, mx.float32)
    pairs = {1: pair(IN, 2, OUT), 2: pair(IN, 5, OUT)}
    for slot, one in pairs.items():
        bank.install(slot, {"up": one})
    x = noise(4, 3, IN)

    def expected(rows: list[Row]) -> np.ndarray:
        updates = [
            row.adapter_scale * x[n] @ pairs[row.slot].a @ pairs[row.slot].b if row.slot else np.zeros((3, OUT))
            for n, row in enumerate(rows)
        ]
        output: np.ndarray = x @ weight.T + np.stack(updates)
        return output

    batches = [
        [Row(0), Row(1), Row(2), Row(1)],
        [Row(2)] * 4,
        [Row(0)] * 4,
        [Row(1, 0.5), Row(0), Row(2, 1.5), Row(2, 0.0)],
        [Row(1, 0.5)] * 4,
        [Row(1, 0.0)] * 4,
        [Row(1, -1.0), Row(1, 2.0), Row(1), Row(1, 0.0)],
    ]
    for rows in batches:
        assert np.allclose(run(bank, x, rows), expected(rows), atol=1e-4), rows


def test_a_cleared_slot_is_the_base_again_and_its_memory_is_free() -> None:
    model = TwoLayers()
    bank = AdapterBank(model, mx.float32)
    bank.install(1, {"up": pair(IN, 2, OUT)})
    x = noise(1, 1, IN)
    before, before_bytes = run(bank, x, [Row(1)]), bank_bytes(bank)
    bank.install(2, {"up": pair(IN, 5, OUT), "deep.0": pair(64, 5, 32)})
    bank.clear(2)
    assert np.allclose(run(bank, x, [Row(1)]), before)
    assert bank_bytes(bank) <= before_bytes + 2 * 2 * (64 + 32) * 4  # the second layer keeps a bank of the first's rank, all zeros
    bank.install(2, {"up": pair(IN, 1, OUT)})
    bank.clear(1)
    bank.clear(2)
    assert bank_bytes(bank) == 0


def test_layers_no_adapter_touches_stay_bare() -> None:
    model = TwoLayers()
    bank = AdapterBank(model, mx.float32)
    assert bank.num_layers == 2
    bank.install(1, {"up": pair(IN, 2, OUT)})
    assert isinstance(model.deep[0], nn.QuantizedLinear)
    bank.install(2, {"deep.0": pair(64, 2, 32)})
    assert not isinstance(model.deep[0], nn.QuantizedLinear)


def test_every_mismatch_is_listed_in_one_error_and_nothing_is_changed() -> None:
    bank = AdapterBank(TwoLayers(), mx.float32)
    with pytest.raises(MismatchedAdapter) as refused:
        bank.install(1, {"up": pair(IN, 2, OUT + 1), "deep.0": pair(63, 2, 32), "down": pair(1, 1, 1)})
    assert refused.value.mismatches == (
        "up: expected 4 outputs, the adapter has 5",
        "deep.0: expected 64 inputs, the adapter has 63",
        "down: no such linear layer in the base",
    )
    assert bank_bytes(bank) == 0
