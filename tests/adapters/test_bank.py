"""The bank checks an adapter against the model, and its layers add each row's own update."""

from pathlib import Path
from typing import NamedTuple

import mlx.core as mx
import mlx.nn as nn
import pytest

from adapters.bank import AdapterBank
from adapters.errors import MismatchedAdapter, UnsupportedAdapter
from adapters.files import AdapterWeights, LowRankPair
from adapters.rider import Rider

IN, OUT = 6, 4


class Row(NamedTuple):
    """A row of a batch, as routing sees it."""

    slot: int


class TwoLayers(nn.Module):
    """Stands for a model: two linear layers, one of them quantised."""

    def __init__(self) -> None:
        super().__init__()
        self.up = nn.Linear(IN, OUT, bias=False)
        self.deep = [nn.QuantizedLinear(64, 32, bias=False)]

    def __call__(self, x: mx.array, cache: list[object]) -> mx.array:
        y: mx.array = self.up(x)
        return y


def adapter(pairs: dict[str, tuple[mx.array, mx.array]], scale: float = 2.0) -> AdapterWeights:
    return AdapterWeights(
        path=Path("somewhere"), pairs={name: LowRankPair(*pair) for name, pair in pairs.items()}, scale=scale, digest="sha256:0"
    )


def noise(*shape: int) -> mx.array:
    return mx.random.normal(shape)


def test_rows_of_a_mixed_batch_get_their_own_update_and_the_base_none() -> None:
    mx.random.seed(1)
    model = TwoLayers()
    weight = model.up.weight
    bank = AdapterBank(model, mx.float32)
    factors = {1: (noise(IN, 2), noise(2, OUT)), 2: (noise(IN, 5), noise(5, OUT))}
    for slot, pair in factors.items():
        bank.install(slot, adapter({"up": pair}))
    x = noise(4, 3, IN)

    def run(slots: list[int]) -> mx.array:
        output: mx.array = bank.routed_model(x, [Rider([Row(slot) for slot in slots])])
        return output

    def expected(slots: list[int]) -> mx.array:
        updates = [2.0 * x[n] @ factors[slot][0] @ factors[slot][1] if slot else mx.zeros((3, OUT)) for n, slot in enumerate(slots)]
        output: mx.array = x @ weight.T + mx.stack(updates)
        return output

    for slots in ([0, 1, 2, 1], [2, 2, 2, 2], [0, 0, 0, 0], [1, 0, 0, 2]):
        assert mx.allclose(run(slots), expected(slots), atol=1e-5), slots


def test_layers_no_adapter_touches_stay_bare() -> None:
    model = TwoLayers()
    bank = AdapterBank(model, mx.float32)
    bank.install(1, adapter({"up": (noise(IN, 2), noise(2, OUT))}))
    assert isinstance(model.deep[0], nn.QuantizedLinear)
    bank.install(2, adapter({"deep.0": (noise(64, 2), noise(2, 32))}))
    assert not isinstance(model.deep[0], nn.QuantizedLinear)


def test_every_mismatch_is_listed_in_one_error() -> None:
    bank = AdapterBank(TwoLayers(), mx.float32)
    bad = adapter(
        {
            "up": (noise(IN, 2), noise(3, OUT)),
            "deep.0": (noise(63, 2), noise(2, 32)),
            "down": (noise(1, 1), noise(1, 1)),
            "norm": (mx.array([[mx.nan]]), noise(1, 1)),
        }
    )
    with pytest.raises(MismatchedAdapter) as refused:
        bank.install(1, bad)
    assert refused.value.mismatches == (
        "up.lora_b: expected shape (2, 4), came (3, 4)",
        "deep.0.lora_a: expected shape (64, rank), came (63, 2)",
        "down: no such linear layer in the base",
        "norm: no such linear layer in the base",
    )


def test_values_that_are_not_finite_are_refused() -> None:
    bank = AdapterBank(TwoLayers(), mx.float32)
    with pytest.raises(MismatchedAdapter, match=r"up\.lora_a: holds values that are not finite"):
        bank.install(1, adapter({"up": (mx.full((IN, 2), mx.inf), noise(2, OUT))}))


@pytest.mark.parametrize(("b", "scale"), [(mx.zeros((2, OUT)), 2.0), (mx.ones((2, OUT)), 0.0)])
def test_an_adapter_that_changes_nothing_is_refused(b: mx.array, scale: float) -> None:
    bank = AdapterBank(TwoLayers(), mx.float32)
    with pytest.raises(UnsupportedAdapter, match="changes nothing"):
        bank.install(1, adapter({"up": (noise(IN, 2), b)}, scale))
