"""Penalties over an answer are those of a dense count, though the host learns each token some steps late."""

from collections.abc import Sequence

import mlx.core as mx
import numpy as np
import pytest

from server.engine.mlx.drawing.drawer import Drawer
from server.engine.mlx.drawing.penalties import Penalties, has_penalties
from server.engine.mlx.drawing.processor import Seat
from server.engine.protocol import Sampling
from tests.server.engine.drawing.reference import FakeRow, Floats

NUM_IDS = 40  # few, so that a count that is wrong soon shows
NUM_BEHIND = 3  # tokens that the host knows later than they are drawn
SAMPLINGS = [
    Sampling(temperature=0, repetition_penalty=1.3),
    Sampling(temperature=0, presence_penalty=0.7),
    Sampling(temperature=0, frequency_penalty=0.4),
    Sampling(temperature=0, repetition_penalty=1.1, presence_penalty=-0.5, frequency_penalty=0.3),
    Sampling(temperature=0, repetition_penalty=0.8, frequency_penalty=1.0),
    Sampling(temperature=0),
]


def lowered(logits: Floats, sampling: Sampling, prompt_ids: Sequence[int], answer_ids: Sequence[int]) -> Floats:
    """Lower logits (V,) by counting over the whole vocabulary."""
    in_answer = np.bincount(answer_ids, minlength=len(logits)) if answer_ids else np.zeros(len(logits))
    seen = in_answer > 0
    seen[list(prompt_ids)] = True
    divided = np.where(logits < 0, logits * sampling.repetition_penalty, logits / sampling.repetition_penalty)
    return np.where(seen, divided, logits) - sampling.frequency_penalty * in_answer - sampling.presence_penalty * (in_answer > 0)


class Answers:
    """Rows that answer greedily, some steps ahead of what the host knows, beside a list of all that was really drawn."""

    def __init__(self, samplings: Sequence[Sampling], num_ids: int = NUM_IDS) -> None:
        self.num_ids = num_ids
        self._generator = np.random.default_rng(1)
        self.rows = [self.new_row(sampling) for sampling in samplings]
        self.drawn: dict[int, list[int]] = {}
        self._last: dict[int, mx.array] = {}
        self._drawer = Drawer(num_rows_of_head=num_ids, drawable=set(range(num_ids)))

    def new_row(self, sampling: Sampling) -> FakeRow:
        prompt_ids = self._generator.integers(0, self.num_ids, 20).tolist()
        return FakeRow(sampling, prompt_ids=prompt_ids, token_ids=[], processors=[Penalties()] if has_penalties(sampling) else [])

    def step(self, rows: Sequence[FakeRow]) -> None:
        """Draw once for these rows, and hold it against the dense count."""
        logits = self._generator.normal(size=(len(rows), self.num_ids)).astype(np.float32)
        last_tokens = mx.stack([self._last.get(id(row), mx.array(row.prompt_ids[-1], dtype=mx.uint32)) for row in rows])
        token_ids = self._drawer.draw(mx.array(logits), rows, last_tokens).token_ids
        for index, row in enumerate(rows):
            answer_ids = self.drawn.setdefault(id(row), [])
            expected = lowered(logits[index].astype(np.float64), row.sampling, row.prompt_ids, answer_ids)
            assert expected[int(token_ids[index])] == pytest.approx(expected.max(), abs=1e-5), (row.sampling, len(answer_ids))
            row.token_ids = answer_ids[: -NUM_BEHIND + 1]
            answer_ids.append(int(token_ids[index]))
            row.num_drawn += 1
            self._last[id(row)] = token_ids[index]


def test_penalties_of_a_long_answer_are_those_of_a_dense_count() -> None:
    answers = Answers(SAMPLINGS)
    for _ in range(150):  # the slots are doubled on the way
        answers.step(answers.rows)
    assert max(len(drawn) - len(set(drawn)) for drawn in answers.drawn.values()) > 100, "hardly a token came again"


def test_penalties_go_with_rows_that_come_and_go() -> None:
    answers = Answers(SAMPLINGS)
    generator = np.random.default_rng(2)
    rows = answers.rows
    for number in range(60):
        if number % 5 == 4:
            rows = [row for row in generator.permutation(np.array(rows, dtype=object)) if generator.random() < 0.8]  # others pause
            rows = rows or [answers.rows[0]]
        if number % 7 == 6:
            newcomer = answers.new_row(SAMPLINGS[number % len(SAMPLINGS)])
            answers.rows.append(newcomer)
            rows = [*rows, newcomer]
        if number % 20 == 19:
            rows = list(answers.rows)
        answers.step(rows)


@pytest.mark.parametrize("back", [0, 1, 2, 5])
@pytest.mark.parametrize("anew", [True, False])
def test_penalties_of_a_row_that_went_back_begin_with_what_the_host_knows(back: int, anew: bool) -> None:
    """After a step that failed, a row takes up what was delivered, in the same batch or a new one."""
    answers = Answers(SAMPLINGS[:4])
    for _ in range(10):
        answers.step(answers.rows)
    for row in answers.rows:
        answers.drawn[id(row)] = answers.drawn[id(row)][: 10 - back]
        row.token_ids = list(answers.drawn[id(row)])
        row.num_drawn = len(row.token_ids)
        answers._last[id(row)] = mx.array(row.token_ids[-1], dtype=mx.uint32)
    for _ in range(40):
        answers.step(answers.rows[::-1] if anew else answers.rows)


def test_repetition_counts_the_prompt_and_the_others_do_not() -> None:
    sampling = Sampling(temperature=0, repetition_penalty=2.0, presence_penalty=0.25, frequency_penalty=0.5)
    row = FakeRow(sampling, prompt_ids=[1, 2, 2], token_ids=[2, 3, 3], num_drawn=4, processors=[Penalties()])  # 3 again is on the device
    joint = row.processors[0].join([Seat(1, row, row.processors[0])])
    logits = mx.array([[5.0] * 5, [1.0, -1.0, 1.0, 1.0, 1.0]])
    changed = joint.apply(logits, mx.array([4, 3]))
    assert np.array(changed).tolist() == [[5.0] * 5, [1.0, -2.0, 0.5 - 0.5 - 0.25, 0.5 - 1.5 - 0.25, 1.0]]
    assert np.array(logits)[1].tolist() == [1.0, -1.0, 1.0, 1.0, 1.0], "the model's logits are wanted for log-probabilities"


def test_tokens_that_nobody_knows_are_an_error() -> None:
    row = FakeRow(SAMPLINGS[1], prompt_ids=[1], token_ids=[2], num_drawn=3, processors=[Penalties()])
    with pytest.raises(ValueError, match="of 3 they were given 1"):
        Drawer(num_rows_of_head=5, drawable=set(range(5))).draw(mx.zeros((1, 5)), [row], mx.array([2]))
