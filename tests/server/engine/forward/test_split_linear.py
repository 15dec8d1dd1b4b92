"""Products by two streams are those of one."""

import mlx.core as mx
import mlx.nn as nn
import pytest

from server.engine.mlx.forward.split_linear import (
    FEWEST_WEIGHTS,
    SecondStream,
    Share,
    SplitLinear,
    SplitProduct,
    is_worth_splitting,
    split_linears,
)


@pytest.mark.parametrize("takes_large", [True, False])
@pytest.mark.parametrize("share", list(Share))
@pytest.mark.parametrize("num_tokens", [1, 2, 8, 16, 32, 33])
@pytest.mark.parametrize("shape", [(2048, 640), (640, 2048), (262_208 // 64, 320), (1031, 1031)])
def test_products_of_few_tokens_are_those_of_one_stream(num_tokens: int, shape: tuple[int, int], share: Share, takes_large: bool) -> None:
    mx.random.seed(7)
    x, weight = mx.random.normal((num_tokens, shape[1])), mx.random.normal(shape)
    found, expected = SplitProduct(weight, share, SecondStream(takes_large=takes_large))(x), x @ weight.T
    assert found.shape == expected.shape
    assert mx.allclose(found, expected, rtol=1e-4, atol=1e-3).item()


class Model(nn.Module):
    """One large layer, one small, one with a bias."""

    def __init__(self) -> None:
        super().__init__()
        self.large = nn.Linear(1024, FEWEST_WEIGHTS // 1024, bias=False)
        self.small = nn.Linear(16, 16, bias=False)
        self.biased = nn.Linear(1024, FEWEST_WEIGHTS // 1024)


def test_only_large_plain_layers_are_split_and_keep_their_weights() -> None:
    model = Model()
    weight = model.large.weight
    split_linears(model, SecondStream(takes_large=True))
    assert type(model.large) is SplitLinear
    assert mx.array_equal(model.large.weight, weight).item()
    assert type(model.small) is type(model.biased) is nn.Linear
    assert not is_worth_splitting(model)
