"""Log-probabilities are the model's own, whatever is drawn and how."""

import mlx.core as mx
import numpy as np
import pytest

from server.engine.mlx.drawing.drawer import Drawer
from server.engine.mlx.drawing.penalties import Penalties
from server.engine.protocol import Sampling
from tests.server.engine.drawing.reference import FakeRow, order

ASKED = [5, None, 0, 20, None, 1]


@pytest.mark.parametrize(("num_ids", "deviation"), [(50, 3), (8191, 9), (262145, 3)])
def test_logprobs_are_those_of_the_raw_logits(num_ids: int, deviation: float) -> None:
    samplings = [
        Sampling(top_k=3),
        Sampling(),
        Sampling(temperature=3, repetition_penalty=3),
        Sampling(temperature=0),
        Sampling(),
        Sampling(),
    ]
    rows = [
        FakeRow(sampling, seed=seed, prompt_ids=[1, 2], processors=[Penalties()], num_top_logprobs=num_top)
        for seed, (sampling, num_top) in enumerate(zip(samplings, ASKED, strict=True))
    ]
    logits = (np.random.default_rng(0).normal(size=(6, num_ids)) * deviation).astype(np.float32)
    logits[:, 1] = 3 * deviation  # the penalised row's best, before
    tokens = Drawer(num_rows_of_head=num_ids, drawable=set(range(num_ids))).draw(mx.array(logits), rows, mx.zeros(6, mx.int32)).read()
    for one, token, num_top in zip(logits.astype(np.float64), tokens, ASKED, strict=True):
        assert token
        if num_top is None:
            assert token.logprobs is None
            continue
        expected = one - one.max() - np.log(np.exp(one - one.max()).sum())
        assert token.logprobs
        assert token.logprobs.logprob == pytest.approx(expected[token.token_id], abs=1e-5)
        assert [id for id, _ in token.logprobs.top] == order(one)[:num_top].tolist()
        assert [logprob for _, logprob in token.logprobs.top] == pytest.approx(expected[order(one)[:num_top]], abs=1e-5)


def test_nobody_asking_costs_no_array() -> None:
    drawn = Drawer(num_rows_of_head=9, drawable=set(range(9))).draw(mx.zeros((1, 9)), [FakeRow(Sampling())], None)
    assert drawn.logprobs is None
    assert len(drawn.arrays()) == 2
