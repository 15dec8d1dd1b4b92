"""What losses say: when the gain ended, and when over-fitting began."""

import json
import math
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.compare.loss_curve import LossCurve, find_losses, read_curve

STEPS = range(1, 201)


def curve(
    loss: Callable[[int], float], validation: tuple[tuple[int, float], ...] = (), *, noise: float = 0.0, steps: range = STEPS
) -> LossCurve:
    jumps = random.Random(1)
    return LossCurve(training=tuple((step, loss(step) + jumps.gauss(0, noise)) for step in steps), validation=validation)


def decay(length: float) -> Callable[[int], float]:
    return lambda step: 1 + 2 * math.exp(-step / length)


@pytest.mark.parametrize("noise", [0.0, 0.02])
def test_a_gain_that_ended_long_before_the_end_was_flat(noise: float) -> None:
    reading = read_curve(curve(decay(20), noise=noise))
    assert reading.trend == "flat"
    assert reading.flat_from is not None and 40 <= reading.flat_from <= 90


@pytest.mark.parametrize(
    ("loss", "trend"),
    [
        (lambda step: 3 - step / 100, "falling"),
        (decay(100), "falling"),
        (lambda step: 2.0, "unmoved"),
        (lambda step: 2.0 - step * 1e-5, "unmoved"),
        (lambda step: 2 + step / 100, "rising"),
        (lambda step: 1 + abs(step - 100) / 100, "rising"),
    ],
)
def test_other_curves_have_no_flat_end(loss: Callable[[int], float], trend: str) -> None:
    reading = read_curve(curve(loss))
    assert (reading.trend, reading.flat_from) == (trend, None)


def test_a_curve_of_few_steps_says_nothing_but_its_losses() -> None:
    reading = read_curve(curve(decay(3), steps=range(1, 12)))
    assert reading.trend is None and reading.flat_from is None
    assert reading.first_loss == pytest.approx(decay(3)(1))


def test_validation_up_while_training_goes_down_is_over_fitting_from_its_lowest() -> None:
    validation = ((0, 3.0), (50, 2.0), (100, 1.8), (150, 1.9), (200, 2.1))
    reading = read_curve(curve(decay(100), validation))
    assert (reading.overfit_from, reading.best_validation_loss, reading.last_validation_loss) == (100, 1.8, 2.1)


@pytest.mark.parametrize(
    ("loss", "validation"),
    [
        (decay(100), ((0, 3.0), (50, 2.0), (100, 1.8), (200, 1.805))),  # hardly up
        (decay(100), ((0, 3.0), (100, 1.8), (200, 1.7))),
        (decay(100), ((100, 1.8), (200, 2.0))),  # too few to say
        (lambda step: 1 + step / 100, ((0, 2.0), (100, 1.8), (200, 2.5))),  # training went up too: it diverged
    ],
)
def test_what_is_no_over_fitting(loss: Callable[[int], float], validation: tuple[tuple[int, float], ...]) -> None:
    assert read_curve(curve(loss, validation)).overfit_from is None


def write(file: Path, *lines: object) -> None:
    file.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))


def test_lines_are_read_by_what_they_hold_and_half_a_line_is_passed_over(tmp_path: Path) -> None:
    write(
        tmp_path / "losses.jsonl",
        {"step": 0, "validation_loss": 3.0, "targets": 9},
        {"step": 1, "loss": 2.5, "targets": 4},
        {"step": 2, "loss": 9.0, "targets": 4},
        {"step": 2, "loss": 2.0, "targets": 4},
        {"step": True, "loss": 1.0},
        {"step": 3, "loss": None},
        [],
        '{"step": 4, "lo',
    )
    assert find_losses(tmp_path) == LossCurve(training=((1, 2.5), (2, 2.0)), validation=((0, 3.0),))


def test_of_a_checkpoint_the_losses_end_at_its_step(tmp_path: Path) -> None:
    write(tmp_path / "losses.jsonl", *({"step": step, "loss": 1.0} for step in range(1, 9)))
    folder = tmp_path / "checkpoints" / "5"
    folder.mkdir(parents=True)
    found = find_losses(folder)
    assert found is not None
    assert [step for step, _ in found.training] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00", b"[" * 5000])
def test_without_losses_there_is_no_curve(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "losses.jsonl").write_bytes(content)
    assert find_losses(tmp_path) is None
