"""Biases are added before anything else is done to the logits, each row's to its own."""

import mlx.core as mx
import numpy as np

from server.engine.mlx.drawing.drawer import Drawer
from server.engine.mlx.drawing.wishes import Wishes
from server.engine.protocol import Sampling
from tests.server.engine.drawing.reference import FakeRow, draw_steps

NUM_IDS = 40


def biased(*biases: tuple[int, float], sampling: Sampling = Sampling(temperature=0)) -> FakeRow:  # noqa: B008 (frozen)
    return FakeRow(sampling, processors=Wishes(logit_bias=biases).make_processors(sampling))


def test_each_rows_biases_choose_its_own_token_and_nobody_elses() -> None:
    logits = np.random.default_rng(0).normal(size=(4, NUM_IDS)).astype(np.float32)
    likeliest = logits.argmax(axis=-1)
    rows = [biased((7, 100.0)), biased(), biased((int(likeliest[2]), -100.0)), biased((3, 50.0), (4, 60.0))]
    drawn = draw_steps(rows, logits, 3)
    without = np.delete(logits[2], likeliest[2])
    expected = [7, likeliest[1], int(np.flatnonzero(logits[2] == without.max())[0]), 4]
    assert drawn.tolist() == [[one] * 3 for one in expected]


def test_biases_come_before_the_temperature_and_before_penalties() -> None:
    sampling = Sampling(temperature=0, repetition_penalty=2.0)
    row = FakeRow(sampling, prompt_ids=[1], processors=Wishes(logit_bias=((1, 3.0),)).make_processors(sampling))
    # 1 + 3 halved is less than 2.5; were it halved first, 0.5 + 3 would be more.
    assert draw_steps([row], np.array([[0.0, 1.0, 2.5]], np.float32), 1).tolist() == [[2]]
    hot = Sampling(temperature=1000.0, seed=1)
    rows = [FakeRow(hot, seed=seed, processors=Wishes(logit_bias=((5, 100.0),)).make_processors(hot)) for seed in range(200)]
    share = (draw_steps(rows, np.zeros((200, NUM_IDS), np.float32), 20) == 5).mean()
    assert 0.01 < share < 0.06  # exp(0.1) times as often as another: a bias behind the temperature would take all


def test_the_models_own_logits_stay_what_they_are_in_half_precision_too() -> None:
    logits = mx.zeros((1, NUM_IDS), mx.bfloat16)
    row = biased((7, 0.001))
    row.num_top_logprobs = 0
    drawn = Drawer(num_rows_of_head=NUM_IDS, drawable=set(range(NUM_IDS))).draw(logits, [row], None).read()[0]
    assert drawn is not None and drawn.logprobs is not None
    assert drawn.token_id == 7
    assert abs(drawn.logprobs.logprob + np.log(NUM_IDS)) < 1e-3
