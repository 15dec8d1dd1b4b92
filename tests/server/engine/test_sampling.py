"""Each filter keeps what it says, whatever the other rows ask for."""

from collections import Counter
from typing import Any

import mlx.core as mx
import pytest

from server.engine.mlx.row import Row
from server.engine.mlx.sampling import RowSampler
from server.engine.mlx.text import AnswerText
from server.engine.protocol import Sampling
from tests.server.engine.test_text import WordDetokenizer

PROBABILITIES = [0.5, 0.25, 0.15, 0.07, 0.03]


def row(sampling: Sampling, seed: int) -> Row:
    text = AnswerText(WordDetokenizer([]), ())
    return Row(id="row", prompt_ids=[1], max_tokens=9, sampling=sampling, seed=seed, slot=0, text=text, arrived_s=0.0)


def draw(samplings: list[Sampling], num_draws: int = 400) -> list[Counter[int]]:
    """Draw many times from PROBABILITIES for a batch of rows; counts a row."""
    sampler = RowSampler(len(PROBABILITIES))
    sampler.rows = [row(sampling, seed) for seed, sampling in enumerate(samplings)]
    logprobs = mx.log(mx.array([PROBABILITIES] * len(samplings)))
    draws: list[Any] = [sampler(logprobs).tolist() for _ in range(num_draws)]
    return [Counter(column) for column in zip(*draws, strict=True)]


@pytest.mark.parametrize(
    ("sampling", "kept"),
    [
        (Sampling(temperature=0), {0}),
        (Sampling(temperature=1e-9), {0}),
        (Sampling(), {0, 1, 2, 3, 4}),
        (Sampling(top_k=1), {0}),
        (Sampling(top_k=3), {0, 1, 2}),
        (Sampling(top_k=10**9), {0, 1, 2, 3, 4}),
        (Sampling(top_p=0.6), {0, 1}),
        (Sampling(top_p=1e-6), {0}),
        (Sampling(min_p=0.25), {0, 1, 2}),
        (Sampling(min_p=1.0), {0}),
        (Sampling(top_p=0.95, top_k=4, min_p=0.4), {0, 1}),
    ],
)
def test_filter_keeps_what_it_says_among_rows_with_others(sampling: Sampling, kept: set[int]) -> None:
    alone, mixed = draw([sampling])[0], draw([sampling, Sampling(top_k=2), Sampling(temperature=0), Sampling()])[0]
    assert set(alone) == kept
    assert mixed == alone


def test_draws_follow_the_probabilities_and_the_temperature() -> None:
    plain, hot = draw([Sampling(), Sampling(temperature=3.0)], num_draws=2000)
    assert plain[0] / 2000 == pytest.approx(0.5, abs=0.05)
    assert plain[1] / 2000 == pytest.approx(0.25, abs=0.05)
    assert hot[4] > 2 * plain[4]
