"""DoRA in the bank: its formula on any base, beside others that it leaves as they are to the bit."""

import mlx.core as mx
import mlx.nn as nn
import numpy as np
import pytest
from mlx_lm.tuner.dora import DoRALinear

from adapters.bank.bank import AdapterBank
from adapters.bank.gains import NUM_TURNS, plan_turns
from adapters.bank.routing import Routing, Span
from adapters.base.shape import BaseShape
from adapters.errors import BankFull
from adapters.files.reading import LowRankPair
from tests.adapters.bank.test_bank import Row, noise, pair, run

IN, OUT, RANK = 128, 48, 3


class OneLayer(nn.Module):  # type: ignore[misc]
    """Stands for a model: one linear layer."""

    def __init__(self, linear: nn.Module) -> None:
        super().__init__()
        self.up = linear

    @property
    def layers(self) -> list[nn.Module]:
        return [self.up]

    def __call__(self, x: mx.array) -> mx.array:
        y: mx.array = self.up(x)
        return y


def make_linear(bits: int | None, dtype: mx.Dtype = mx.float32) -> nn.Module:
    linear = nn.Linear(IN, OUT, bias=False)
    linear.weight = (mx.array(noise(OUT, IN)) * mx.arange(1, OUT + 1)[:, None] / OUT).astype(dtype)  # rows of other lengths
    return linear if bits is None else nn.QuantizedLinear.from_linear(linear, group_size=32, bits=bits)


def read_weight(linear: nn.Module) -> np.ndarray:
    """Give the weight that a layer multiplies by: what it makes of a unit for each input."""
    weight: np.ndarray = np.array(linear(mx.eye(IN)).T)
    return weight


def dora(seed: int = 1) -> LowRankPair:
    magnitude = np.random.default_rng(seed).uniform(0.5, 2, OUT).astype(np.float32)
    return LowRankPair(noise(IN, RANK), noise(RANK, OUT) * np.float32(0.3), magnitude)


def expect(weight: np.ndarray, one: LowRankPair, x: np.ndarray) -> np.ndarray:
    """Give what the formula of the paper makes of x."""
    assert one.magnitude is not None
    updated = weight.astype(np.float64) + (one.a.astype(np.float64) @ one.b.astype(np.float64)).T
    output: np.ndarray = x @ (updated * (one.magnitude / np.linalg.norm(updated, axis=1))[:, None]).T
    return output


def is_close(found: np.ndarray, expected: np.ndarray) -> bool:
    return bool(np.abs(found - expected).max() < 1e-5 * np.abs(expected).max())


@pytest.mark.parametrize("bits", [None, 3, 4, 6, 8])
@pytest.mark.parametrize("num_tokens", [1, 3], ids=["decoding", "reading prompts"])
def test_dora_is_its_formula_on_any_base_and_others_are_as_without_it_to_the_bit(num_tokens: int, bits: int | None) -> None:
    linear = make_linear(bits)
    weight = read_weight(linear)
    bank = AdapterBank(OneLayer(linear), mx.float32, Routing())
    plain = {1: pair(IN, 2, OUT), 3: pair(IN, 5, OUT)}
    for slot, one in plain.items():
        bank.install(slot, {"up": one})
    x = noise(8, num_tokens, IN)
    rows = [Row(1), Row(0), Row(2), Row(3), Row(2), Row(2), Row(1), Row(0)]
    bank.install(2, {"up": dora()})
    after = run(bank, x, rows)
    gains, bank._routed["up"].gains = bank._routed["up"].gains, None
    without = run(bank, x, rows)
    bank._routed["up"].gains = gains
    for number, row in enumerate(rows):
        if row.slot != 2:
            assert np.array_equal(after[number], without[number]), number
            update = x[number] @ plain[row.slot].a @ plain[row.slot].b if row.slot else 0
            assert is_close(after[number], x[number] @ weight.T + update)
        else:
            assert is_close(after[number], expect(weight, dora(), x[number]))
    assert is_close(run(bank, x[:4], [Row(2)] * 4), expect(weight, dora(), x[:4]))


def test_dora_equals_mlx_lms() -> None:
    linear = make_linear(None)
    theirs = DoRALinear.from_base(linear, r=RANK, scale=1.0)
    one = dora()
    assert one.magnitude is not None
    theirs.lora_a, theirs.lora_b, theirs.m = mx.array(one.a), mx.array(one.b), mx.array(one.magnitude)
    bank = AdapterBank(OneLayer(linear), mx.float32, Routing())
    bank.install(1, {"up": one})
    x = noise(2, 3, IN)
    assert np.allclose(run(bank, x, [Row(1)] * 2), np.array(theirs(mx.array(x))), rtol=1e-5, atol=1e-5)


def test_in_bfloat16_dora_is_off_by_rounding_and_others_by_nothing() -> None:
    linear = make_linear(None, mx.bfloat16)
    weight = np.array(linear.weight.astype(mx.float32))
    bank = AdapterBank(OneLayer(linear), mx.bfloat16, Routing())
    bank.install(1, {"up": pair(IN, 2, OUT)})
    x = noise(4, 3, IN)  # prompts: a CPU gathers in float32 only
    rows = [Row(1), Row(2), Row(0), Row(1)]

    def run_rows(rows: list[Row]) -> np.ndarray:
        bank.routing.spans = tuple(Span(row, 3) for row in rows)
        packed = bank._model(mx.array(x.reshape(-1, IN)).astype(mx.bfloat16))
        output: np.ndarray = np.array(packed.astype(mx.float32)).reshape(4, 3, OUT)
        return output

    before = run_rows([Row(1), Row(0), Row(0), Row(1)])
    bank.install(2, {"up": dora()})
    after = run_rows(rows)
    assert all(np.array_equal(after[number], before[number]) for number in (0, 2, 3))
    expected = expect(weight, dora(), np.array(mx.array(x[1]).astype(mx.bfloat16).astype(mx.float32)))
    assert np.abs(after[1] - expected).max() < 2**-6 * np.abs(expected).max()


def test_gains_go_with_their_adapter_and_stay_through_what_comes_and_goes() -> None:
    linear = make_linear(None)
    weight = read_weight(linear)
    bank = AdapterBank(OneLayer(linear), mx.float32, Routing())
    bank.install(1, {"up": pair(IN, 2, OUT)})
    assert bank._routed["up"].gains is None
    bank.install(2, {"up": dora(1)})
    bank.install(3, {"up": dora(2)})
    x = noise(2, 1, IN)
    bank.clear(1)
    bank.install(4, {"up": pair(IN, 4, OUT)})
    bank.clear(2)
    assert is_close(run(bank, x, [Row(3)] * 2), expect(weight, dora(2), x))
    bank.clear(3)
    assert bank._routed["up"].gains is None


def test_an_installation_that_fails_leaves_no_gains_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    bank = AdapterBank(OneLayer(make_linear(None)), mx.float32, Routing())
    bank.install(1, {"up": pair(IN, 2, OUT)})
    x = noise(2, 1, IN)
    before = run(bank, x, [Row(1), Row(0)])

    def fail(*_: object) -> None:
        raise RuntimeError("[malloc] Unable to allocate")

    with monkeypatch.context() as patched:
        patched.setitem(bank._routed["up"].__dict__, "rearrange", fail)
        with pytest.raises(BankFull):
            bank.install(2, {"up": dora()})
    bank.install(2, {"up": pair(IN, 2, OUT)})
    assert bank._routed["up"].gains is None
    assert np.array_equal(run(bank, x, [Row(1), Row(0)]), before)


def test_turns_hold_every_pair_with_a_magnitude_once_and_none_is_large() -> None:
    shape = BaseShape(num_layers=40, linears={f"layer.{n}": (IN, OUT) for n in range(40)})
    pairs = {name: dora() if number % 2 else pair(IN, 2, OUT) for number, name in enumerate(shape.linears)}
    turns = plan_turns(pairs, shape)
    assert [name for turn in turns for name in turn] == [name for name, one in pairs.items() if one.magnitude is not None]
    assert max(len(turn) for turn in turns) <= 40 // NUM_TURNS
    assert plan_turns({"layer.0": pair(IN, 2, OUT)}, shape) == []
