"""The bank's layers add each row's own update, whatever has come and gone, or failed to, in between."""

from typing import NamedTuple

import mlx.core as mx
import mlx.nn as nn
import numpy as np
import pytest

from adapters.bank.bank import AdapterBank
from adapters.bank.routing import Route, Routing, Span
from adapters.base.shape import BaseShape
from adapters.errors import BankFull
from adapters.files.reading import LowRankPair

IN, OUT = 6, 4


class Row(NamedTuple):
    """A row of a batch, as routing sees it."""

    slot: int
    adapter_scale: float = 1.0

    @property
    def routes(self) -> tuple[Route, ...]:
        return ((self.slot, self.adapter_scale),) if self.slot and self.adapter_scale else ()


class TwoLayers(nn.Module):
    """Stands for a model: two linear layers, one of them quantised."""

    def __init__(self) -> None:
        super().__init__()
        self.up = nn.Linear(IN, OUT, bias=False)
        self.deep = [nn.QuantizedLinear(64, 32, bias=False)]

    @property
    def layers(self) -> list[nn.Module]:
        return self.deep

    def __call__(self, x: mx.array) -> mx.array:
        y: mx.array = self.up(x)
        return y


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).normal(size=shape).astype(np.float32)


def pair(in_dims: int, rank: int, out_dims: int) -> LowRankPair:
    return LowRankPair(noise(in_dims, rank), noise(rank, out_dims))


def run(bank: AdapterBank, x: np.ndarray, rows: list[Row], layer: nn.Module | None = None) -> np.ndarray:
    """Run rows x (B, L, in) through a layer, packed: the tokens of a row, then those of the next."""
    bank.routing.spans = tuple(Span(row, x.shape[1]) for row in rows)
    packed = (layer or bank._model)(mx.array(x.reshape(-1, x.shape[-1])))
    output: np.ndarray = np.array(packed).reshape(*x.shape[:2], -1)
    return output


def bank_bytes(bank: AdapterBank) -> int:
    return sum(routed.a.nbytes + routed.b.nbytes for routed in bank._routed.values())


@pytest.mark.parametrize("num_tokens", [1, 3], ids=["decoding", "reading prompts"])
def test_rows_of_a_mixed_batch_get_their_own_update_at_their_own_scale_and_the_base_none(num_tokens: int) -> None:
    model = TwoLayers()
    weight = np.array(model.up.weight)
    bank = AdapterBank(model, mx.float32, Routing())
    pairs = {1: pair(IN, 2, OUT), 2: pair(IN, 5, OUT)}
    for slot, one in pairs.items():
        bank.install(slot, {"up": one})
    x = noise(8, num_tokens, IN)

    def expected(rows: list[Row]) -> np.ndarray:
        updates = [
            row.adapter_scale * x[n] @ pairs[row.slot].a @ pairs[row.slot].b if row.slot else np.zeros((num_tokens, OUT))
            for n, row in enumerate(rows)
        ]
        output: np.ndarray = x[: len(rows)] @ weight.T + np.stack(updates)
        return output

    batches = [
        [Row(0), Row(1), Row(2), Row(1)],
        [Row(2)] * 4,
        [Row(0)] * 4,
        [Row(1, 0.5), Row(0), Row(2, 1.5), Row(2, 0.0)],
        [Row(1, 0.5)] * 4,
        [Row(1, 0.0)] * 4,
        [Row(1, -1.0), Row(1, 2.0), Row(1), Row(1, 0.0)],
        [Row(1), Row(1), Row(2), Row(2), Row(1, 0.5), Row(1, 0.5)],
        [Row(0)] * 4 + [Row(1), Row(2)] + [Row(1, 0.0)] * 2,
        [Row(1)] + [Row(0)] * 5 + [Row(2)] * 2,
        [Row(0)] * 2 + [Row(2)] * 4 + [Row(0)] * 2,
    ]
    for rows in batches:
        assert np.allclose(run(bank, x[: len(rows)], rows), expected(rows), atol=1e-4), rows


def test_a_cleared_slot_is_the_base_again_and_its_memory_is_free() -> None:
    model = TwoLayers()
    bank = AdapterBank(model, mx.float32, Routing())
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
    assert bank_bytes(bank) == mx.get_cache_memory() == 0


def test_layers_no_adapter_touches_stay_bare() -> None:
    model = TwoLayers()
    bank = AdapterBank(model, mx.float32, Routing())
    assert bank.base_shape == BaseShape(num_layers=1, linears={"up": (IN, OUT), "deep.0": (64, 32)})
    bank.install(1, {"up": pair(IN, 2, OUT)})
    assert isinstance(model.deep[0], nn.QuantizedLinear)
    bank.install(2, {"deep.0": pair(64, 2, 32)})
    assert not isinstance(model.deep[0], nn.QuantizedLinear)


def fail_to_rearrange(*_: object) -> None:
    raise RuntimeError("[malloc] Unable to allocate")


def mend(bank: AdapterBank) -> None:
    del bank._routed["deep.0"].__dict__["rearrange"]


@pytest.fixture
def half_broken_bank() -> AdapterBank:
    """Three adapters in it; whatever it does from now on fails at its second layer, when the first is done."""
    bank = AdapterBank(TwoLayers(), mx.float32, Routing())
    for slot in (1, 2, 3):
        bank.install(slot, {"up": pair(IN, slot, OUT), "deep.0": pair(64, slot, 32)})
    bank._routed["deep.0"].__dict__["rearrange"] = fail_to_rearrange
    return bank


def run_both(bank: AdapterBank, rows: list[Row]) -> list[np.ndarray]:
    """Run rows through each layer of the model."""
    outputs = []
    for name, in_dims in (("up", IN), ("deep.0", 64)):
        outputs.append(run(bank, noise(len(rows), 2, in_dims), rows, bank._routed[name]))
    return outputs


def test_an_adapter_there_is_no_memory_for_is_refused_and_changes_no_row(half_broken_bank: AdapterBank) -> None:
    bank = half_broken_bank
    rows = [Row(3), Row(0), Row(1), Row(2)]
    before, before_bytes = run_both(bank, rows), bank_bytes(bank)
    with pytest.raises(BankFull, match="Unable to allocate"):
        bank.install(4, {"up": pair(IN, 5, OUT), "deep.0": pair(64, 5, 32)})
    assert all(np.array_equal(*both) for both in zip(run_both(bank, rows), before, strict=True))
    assert bank_bytes(bank) == before_bytes
    mend(bank)
    bank.install(4, {"up": pair(IN, 5, OUT)})
    assert np.allclose(run_both(bank, [Row(4)])[0], run_both(bank, [Row(0)])[0] + noise(1, 2, IN) @ noise(IN, 5) @ noise(5, OUT), atol=1e-4)


def test_a_clearing_that_fails_halfway_changes_no_row_and_is_made_up_for(half_broken_bank: AdapterBank) -> None:
    bank = half_broken_bank
    rows = [Row(3), Row(0), Row(2)]
    before, before_bytes = run_both(bank, rows), bank_bytes(bank)
    with pytest.raises(RuntimeError):
        bank.clear(1)
    assert all(np.array_equal(*both) for both in zip(run_both(bank, rows), before, strict=True))
    mend(bank)
    bank.install(1, {"up": pair(IN, 1, OUT), "deep.0": pair(64, 1, 32)})
    assert all(np.array_equal(*both) for both in zip(run_both(bank, rows), before, strict=True))
    assert bank_bytes(bank) == before_bytes


def test_rows_run_between_the_turns_of_a_change_as_before_it(half_broken_bank: AdapterBank) -> None:
    bank = half_broken_bank
    mend(bank)
    rows = [Row(3), Row(0), Row(2)]
    before = run_both(bank, rows)
    num_turns = 0
    for change in (bank.install_in_turns(4, {"up": pair(IN, 5, OUT), "deep.0": pair(64, 5, 32)}, {}), bank.clear_in_turns(1)):
        for _ in change:
            num_turns += 1
            assert all(np.allclose(*both, atol=1e-5) for both in zip(run_both(bank, rows), before, strict=True))
    assert num_turns == 2  # each stops between its two layers


@pytest.mark.parametrize("order", ["icic", "iicc", "icci", "cici", "ciic", "ccii"])
def test_changes_whose_turns_alternate_end_as_one_after_the_other(half_broken_bank: AdapterBank, order: str) -> None:
    bank = half_broken_bank
    mend(bank)
    new = {"up": pair(IN, 5, OUT), "deep.0": pair(64, 4, 32)}
    changes = {"i": bank.install_in_turns(4, new, {}), "c": bank.clear_in_turns(2)}
    for name in order:
        next(changes[name], None)
    rows = [Row(1), Row(4), Row(0), Row(3), Row(4)]
    found, size = run_both(bank, rows), bank_bytes(bank)
    bank.clear(4)
    bank.install(4, new)
    assert all(np.array_equal(*both) for both in zip(run_both(bank, rows), found, strict=True))
    assert bank_bytes(bank) == size
    alone = [run(bank, noise(5, 2, in_dims), [Row(4)] * 5, bank._routed[name])[1] for name, in_dims in (("up", IN), ("deep.0", 64))]
    assert all(np.allclose(together[1], one, atol=1e-4) for together, one in zip(found, alone, strict=True))


def test_a_slot_whose_clearing_failed_is_the_bases_in_layers_that_its_next_adapter_leaves(half_broken_bank: AdapterBank) -> None:
    bank = half_broken_bank
    with pytest.raises(RuntimeError):
        bank.clear(1)
    mend(bank)
    bank.install(1, {"up": pair(IN, 1, OUT)})
    _, deep = run_both(bank, [Row(1), Row(0)])
    x = noise(2, 2, 64)
    assert np.array_equal(deep, run(bank, x, [Row(0), Row(0)], bank._routed["deep.0"]))


@pytest.mark.parametrize("slots", [[1, 1, 2, 2, 3, 3], [2, 3], [2, 2, 3, 3], [1, 2, 3, 1, 2, 3], [1, 3], [3, 3, 1, 1], [1, 2, 2]])
def test_adapters_of_one_rank_and_as_many_rows_each_are_updated_alike(slots: list[int]) -> None:
    bank = AdapterBank(TwoLayers(), mx.float32, Routing())
    rng = np.random.default_rng(0)
    pairs = {
        slot: LowRankPair(rng.normal(size=(IN, 3)).astype(np.float32), rng.normal(size=(3, OUT)).astype(np.float32)) for slot in (1, 2, 3)
    }
    for slot, one in pairs.items():
        bank.install(slot, {"up": one})
    x = noise(len(slots), 1, IN)
    weight = np.array(bank._linears["up"].weight)
    expected = np.stack([x[n] @ (weight.T + pairs[slot].a @ pairs[slot].b) for n, slot in enumerate(slots)])
    assert np.allclose(run(bank, x, [Row(slot) for slot in slots]), expected, atol=1e-4)
    [stretch] = bank._arrangement.split(bank.routing.spans)
    are_alike = slots in ([1, 1, 2, 2, 3, 3], [2, 3], [2, 2, 3, 3])
    assert (stretch.products[0].num_parts > 1) == are_alike
