"""The learning rate of each step."""

import pytest

from adapters.train.learner.schedule import find_learning_rate
from adapters.train.settings import Schedule, TrainingSettings


def rates(schedule: Schedule, *, num_steps: int, warmup: int = 0) -> list[float]:
    settings = TrainingSettings(num_steps=num_steps, num_layers=1, learning_rate=1.0, schedule=schedule, warmup=warmup)
    return [find_learning_rate(settings, number) for number in range(1, num_steps + 1)]


def test_the_warm_up_rises_from_zero_to_the_rate() -> None:
    assert rates("constant", num_steps=6, warmup=4) == pytest.approx([0.25, 0.5, 0.75, 1, 1, 1])


def test_a_falling_rate_would_be_zero_at_the_step_after_the_last() -> None:
    assert rates("linear", num_steps=4) == pytest.approx([1, 0.75, 0.5, 0.25])
    assert rates("linear", num_steps=5, warmup=2) == pytest.approx([0.5, 1, 0.75, 0.5, 0.25])
    assert rates("cosine", num_steps=3) == pytest.approx([1, 0.75, 0.25])


@pytest.mark.parametrize("schedule", ["constant", "linear", "cosine"])
@pytest.mark.parametrize(("num_steps", "warmup"), [(1, 0), (1, 1), (1, 5), (3, 3), (3, 2), (4, 100)])
def test_no_step_is_for_nothing(schedule: Schedule, num_steps: int, warmup: int) -> None:
    assert all(0 < rate <= 1 for rate in rates(schedule, num_steps=num_steps, warmup=warmup))
