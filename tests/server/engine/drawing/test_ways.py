"""What each row draws is what a full sort would, whatever its company."""

import mlx.core as mx
import numpy as np
import pytest

from server.engine.mlx.drawing.penalties import Penalties
from server.engine.protocol import Sampling
from tests.server.engine.drawing.reference import FakeRow, Floats, assert_as_expected, draw_steps

pytestmark = pytest.mark.slow  # many draws, compared
TEMPERATURE_OF_TWO = 1.4426950408889634  # log2(e): a logit of 1 less halves the weight exactly
SAMPLINGS = [
    Sampling(temperature=0),
    Sampling(top_k=64, top_p=0.95),
    Sampling(top_k=64, top_p=0.95, min_p=0.1, temperature=0.7),
    Sampling(top_k=1),
    Sampling(top_k=5, temperature=3),
    Sampling(top_k=500, top_p=0.6),
    Sampling(top_k=900, min_p=0.02),
    Sampling(top_k=3000, top_p=0.99),
    Sampling(),
    Sampling(temperature=0.3),
    Sampling(temperature=2.5, min_p=0.05),
    Sampling(min_p=1),
    Sampling(top_p=0.95),
    Sampling(top_p=0.1),
    Sampling(top_p=0.001),
    Sampling(top_p=0.8, temperature=2),
    Sampling(top_p=0.9, min_p=0.2),
    Sampling(top_p=0.5, min_p=0.001),
    Sampling(top_k=10**6, top_p=0.7),
]


def rows_of_all(num_rows: int) -> list[FakeRow]:
    return [FakeRow(SAMPLINGS[index % len(SAMPLINGS)], seed=index) for index in range(num_rows)]


def random_logits(num_rows: int, num_ids: int, deviation: float = 3) -> Floats:
    return (np.random.default_rng(num_ids).normal(size=(num_rows, num_ids)) * deviation).astype(np.float32)


@pytest.mark.parametrize(("deviation", "num_levels"), [(3, 0), (1, 2), (1, 1), (0.3, 10), (9, 0), (0, 0)], ids=str)
def test_draws_are_those_of_a_full_sort(deviation: float, num_levels: int) -> None:
    """10,800 draws, with heavy ties where logits are rounded to a few levels a unit."""
    logits = random_logits(108, 999, deviation)
    logits = np.round(logits * num_levels) / np.float32(num_levels) if num_levels else logits
    rows = rows_of_all(108)
    assert_as_expected(rows, logits, draw_steps(rows, logits, 100), most_unclear=0.002 if deviation else 0.04)  # equal: top_p ends on an id


@pytest.mark.parametrize("num_ids", [1, 2, 63, 65, 511, 513, 8191])
def test_draws_of_odd_vocabularies_are_those_of_a_full_sort(num_ids: int) -> None:
    rows = rows_of_all(36)
    for logits in (random_logits(36, num_ids), np.round(random_logits(36, num_ids, 1))):
        assert_as_expected(rows, logits, draw_steps(rows, logits, 20), most_unclear=0.002 if num_ids != 2 else 0.04)


@pytest.mark.parametrize("deviation", [3, 9])
def test_draws_of_gemmas_vocabulary_are_those_of_a_full_sort(deviation: float) -> None:
    rows = [FakeRow(sampling, seed=index) for index, sampling in enumerate(SAMPLINGS) if sampling.temperature <= 1]
    logits = random_logits(len(rows), 262145, deviation)
    assert_as_expected(rows, logits, draw_steps(rows, logits, 3))


@pytest.mark.parametrize("dtype", [mx.bfloat16, mx.float16], ids=str)
def test_half_precision_is_drawn_from_as_it_stands(dtype: mx.Dtype) -> None:
    rows = rows_of_all(36)
    halves = mx.array(random_logits(36, 8191)).astype(dtype)
    assert_as_expected(rows, np.array(halves.astype(mx.float32)), draw_steps(rows, halves, 20))


@pytest.mark.parametrize(
    ("sampling", "logits", "kept"),
    [
        (Sampling(top_p=0), [-1, 0, -1, 0], {1}),
        (Sampling(top_p=0, top_k=3), [-1, 0, -1, 0], {1}),
        (Sampling(top_p=0.5), [0] * 8, {0, 1, 2, 3}),
        (Sampling(top_p=0.625), [0] * 8, {0, 1, 2, 3, 4}),
        (Sampling(top_p=0.501), [0] * 8, {0, 1, 2, 3, 4}),
        (Sampling(top_p=0.5), [-1, -1, 0, -1, -1], {0, 2}),  # 1 of 3, and half of the next
        (Sampling(top_p=0.5), [0, -1, -1], {0}),  # the boundary reached exactly
        (Sampling(top_p=0.5, top_k=7), [0] * 8, {0, 1, 2, 3}),
        (Sampling(top_p=0.75, top_k=3), [0, -1, -1, -1], {0, 1}),  # over what top_k leaves
        (Sampling(top_p=0.75), [0, -1, -1, -1], {0, 1, 2}),
        (Sampling(top_k=2), [-1, 0, -1, -1, 0, 0], {1, 4}),
        (Sampling(top_k=3), [-1, 0, -1, -1, 0, -1], {0, 1, 4}),
        (Sampling(min_p=0.5), [0, -1, -1, -2], {0, 1, 2}),
        (Sampling(min_p=0.51), [0, -1, -1, -2], {0}),
        (Sampling(min_p=0.5, top_k=3), [0, -1, -1, -2], {0, 1, 2}),
        (Sampling(min_p=0.51, top_k=3), [0, -1, -1, -2], {0}),
        (Sampling(min_p=0.25, top_p=0.9), [0, -1, -1, -2, -2, -3], {0, 1, 2, 3, 4}),
        (Sampling(min_p=0.5, top_p=0.9), [0, -1, -1, -2, -2, -3], {0, 1, 2}),
        (Sampling(), [-np.inf, 0, -np.inf, 0], {1, 3}),
        (Sampling(top_p=0.999), [-np.inf, 0, -np.inf, 0], {1, 3}),
        (Sampling(top_k=3), [-np.inf, 0, -np.inf, 0], {1, 3}),
    ],
)
@pytest.mark.parametrize("num_more", [0, 2000])
def test_boundaries_fall_where_they_are_said_to(sampling: Sampling, logits: list[float], kept: set[int], num_more: int) -> None:
    """All masses are exact in float32; and the same where the vocabulary goes on with tokens that cannot be drawn."""
    exact = Sampling(top_p=sampling.top_p, top_k=sampling.top_k, min_p=sampling.min_p, temperature=TEMPERATURE_OF_TWO)
    padded = np.array([[*logits, *[-np.inf] * num_more]], dtype=np.float32)
    assert set(draw_steps([FakeRow(exact)], padded, 200)[0].tolist()) == kept


def test_nucleus_of_many_equals_ends_at_the_right_id() -> None:
    """4,096 equal tokens among others: halving meets the same weight on both sides."""
    logits = np.full((1, 8192), -1, dtype=np.float32)
    logits[0, ::2] = 0
    rows = [FakeRow(Sampling(top_p=0.5, temperature=TEMPERATURE_OF_TWO), seed=seed) for seed in range(100)]
    drawn = draw_steps(rows, np.repeat(logits, 100, axis=0), 30)
    last = 2 * (0.5 * (4096 + 2048) - 1)  # half the mass is in the first 3,072 of the heavier ones
    assert set((drawn % 2).ravel().tolist()) == {0}
    assert last - 40 < drawn.max() <= last


def test_rows_draw_alone_what_they_draw_in_company() -> None:
    rows = rows_of_all(36)
    for row in rows[::3]:
        row.num_top_logprobs = 2
    logits = random_logits(36, 5000)
    together = draw_steps(rows, logits, 12)
    reversed_order = draw_steps(rows[::-1], np.ascontiguousarray(logits[::-1]), 12)[::-1]
    alone = np.concatenate([draw_steps([row], logits[index : index + 1], 12) for index, row in enumerate(rows)])
    assert (together == alone).all()
    assert (together == reversed_order).all()


def test_company_with_penalties_changes_no_draw() -> None:
    rows = rows_of_all(18)
    logits = random_logits(18, 5000)
    before = draw_steps(rows, logits, 1)
    for row in rows[::2]:
        row.processors, row.prompt_ids = [Penalties()], [1, 2, 3]  # of neutral strength
    assert (draw_steps(rows, logits, 1) == before).all()


@pytest.mark.parametrize("sampling", [Sampling(), Sampling(min_p=0.01), Sampling(top_p=0.95), Sampling(top_k=64)], ids=str)
def test_rounding_moves_hardly_any_draw_of_a_flat_vocabulary(sampling: Sampling) -> None:
    """400 draws. One number for tokens that lie side by side moved 3 to 18 % of them where there was no top_k."""
    logits = np.repeat(random_logits(1, 262144, 1), 8, axis=0)
    rounded = logits * (1 + 1e-6 * np.random.default_rng(0).normal(size=262144)).astype(np.float32)
    rows = [FakeRow(sampling, seed=seed) for seed in range(8)]
    assert (draw_steps(rows, logits, 50) != draw_steps(rows, rounded, 50)).sum() <= 1
