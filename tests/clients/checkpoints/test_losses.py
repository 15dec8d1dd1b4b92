"""Losses and records, as trainings leave them."""

import json
from pathlib import Path

import pytest

from clients.checkpoints.losses import MOST_POINTS, LossPoint, read_losses
from clients.checkpoints.training_record import read_record
from tests.clients.checkpoints.runs import write_record


def test_losses_are_those_of_whole_lines_and_finite(tmp_path: Path) -> None:
    lines = [
        '{"step": 1, "loss": 2.5, "targets": 9}',
        '{"step": 1, "validation_loss": 2.25}',
        '{"step": 2, "loss": null}',
        "[]",
        '{"step": 3, "lo',
    ]
    (tmp_path / "losses.jsonl").write_text("\n".join(lines))
    losses = read_losses(tmp_path)
    assert losses.training == (LossPoint(step=1, loss=2.5),)
    assert losses.validation == (LossPoint(step=1, loss=2.25),)
    assert read_losses(tmp_path / "none").training == ()


def test_many_losses_become_the_means_of_stretches(tmp_path: Path) -> None:
    lines = (json.dumps({"step": step, "loss": step % 2}) for step in range(1, 1001))
    (tmp_path / "losses.jsonl").write_text("\n".join(lines))
    training = read_losses(tmp_path).training
    assert MOST_POINTS / 2 < len(training) <= MOST_POINTS
    assert training[-1].step == 1000
    assert training[0] == LossPoint(step=4, loss=0.5)


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"state": 3}', '{"loss": 1}', "[" * 10_000, '{"state": "running", "optimizer_steps": "many"}']
)
def test_record_that_is_none_of_ours_is_taken_for_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "training.json").write_text(content)
    assert read_record(tmp_path) is None


def test_record_says_whether_more_will_come(tmp_path: Path) -> None:
    for state, has_ended in (("running", False), ("finished", True), ("stopped", True), ("interrupted", True), ("failed", True)):
        write_record(tmp_path, state=state)
        record = read_record(tmp_path)
        assert record is not None
        assert record.has_ended == has_ended
