"""Each filter keeps what it says, whatever the other rows ask for."""

from collections import Counter
from typing import Any

import mlx.core as mx
import pytest

from server.engine.mlx.penalties import Penalties
from server.engine.mlx.row import Row
from server.engine.mlx.sampling import RowSampler
from server.engine.mlx.text import AnswerText
from server.engine.protocol import Sampling
from tests.server.engine.test_text import WordDetokenizer

PROBABILITIES = [0.5, 0.25, 0.15, 0.07, 0.03]


def row(sampling: Sampling, seed: int) -> Row:
    text = AnswerText(WordDetokenizer([]), ())
    return Row(id="row", prompt_ids=[1], max_tokens=9, sampling=sampling, seed=seed, slot=0, adapter_scale=1.0, text=text, arrived_s=0.0)


def draw(samplings: list[Sampling], num_draws: int = 400) -> list[Counter[int]]:
    """Draw many times from PROBABILITIES for a batch of rows; counts a row."""
    sampler = RowSampler(len(PROBABILITIES))
    rows = [row(sampling, seed) for seed, sampling in enumerate(samplings)]
    draws: list[Any] = []
    for _ in range(num_draws):
        logits = mx.log(mx.array([PROBABILITIES] * len(samplings))) + 7  # any constant: logits need not be normalised
        sampler.show(rows, mx.zeros(len(rows), dtype=mx.int32), logits)
        draws.append(sampler(mx.zeros((len(rows), 1))).tolist())
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


def lowered(sampling: Sampling, *, prompt_ids: list[int], answer_ids: list[int], fed: list[int]) -> list[float]:
    """Logits [1, -1, 1, -1, 1] after a row's penalties, at the last of the steps fed with `fed`."""
    penalties = Penalties(sampling, prompt_ids=prompt_ids, answer_ids=answer_ids, vocabulary_size=5)
    for token in fed:
        logits: Any = penalties.apply(mx.array([1.0, -1.0, 1.0, -1.0, 1.0]), mx.array(token)).tolist()
    return [round(one, 6) for one in logits]


@pytest.mark.parametrize(
    ("sampling", "expected"),
    [
        (Sampling(presence_penalty=0.5), [1, -1, 0.5, -1.5, 1]),
        (Sampling(frequency_penalty=0.5), [1, -1, 0, -1.5, 1]),
        (Sampling(repetition_penalty=2.0), [0.5, -1, 0.5, -2, 1]),
    ],
)
def test_penalties_count_the_answer_and_repetition_the_prompt_too(sampling: Sampling, expected: list[float]) -> None:
    assert lowered(sampling, prompt_ids=[0, 0], answer_ids=[], fed=[0, 2, 3, 2]) == expected
    assert lowered(sampling, prompt_ids=[0, 0], answer_ids=[2, 3], fed=[3, 2]) == expected  # a row that goes on in a new batch
