"""What mlx-lm 0.32.2's own trainer does to a training, and candor's does not: each trap once, on both.

A test that begins to pass on mlx-lm fails here: the trap is mended there, and docs/training.md has to say so.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
import pytest

from adapters.base.vocabulary import load_vocabulary
from tests.adapters.train.trainers import Asked, Candor, MlxLm, Trained, Trainer, read_weights
from tools.random_gemma3 import Shape, write_random_gemma3

SHAPE = Shape(hidden=32, layers=2, intermediate=64, heads=2, head_dim=16, vocabulary=512, window=64, pattern=2, dtype="float32")
TRAPPED = pytest.mark.xfail(strict=True, reason="mlx-lm 0.32.2", raises=AssertionError)
WORDS = ("for", "import", "return", "self", "class", "None", "raise", "while", "yield", "pass")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random Gemma 3 of two layers."""
    folder = tmp_path_factory.mktemp("models") / "base"
    write_random_gemma3(folder, SHAPE)
    return folder


both = pytest.mark.parametrize("trainer", [pytest.param(Candor(), id="candor"), pytest.param(MlxLm(), id="mlx-lm", marks=TRAPPED)])


def pair(asked: str, said: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": asked}, {"role": "assistant", "content": said}]}


def write_pairs(count: int) -> list[dict[str, Any]]:
    """Write conversations of different lengths."""
    return [pair(f"{WORDS[place]}?", " ".join(WORDS[: place + 1]) + ".") for place in range(count)]


def are_equal(one: Trained, other: Trained) -> bool:
    """Say whether two adapters are the same to the bit."""
    return one.weights.keys() == other.weights.keys() and all((one.weights[name] == other.weights[name]).all() for name in one.weights)


def change_one(rows: list[dict[str, Any]], place: int) -> list[dict[str, Any]]:
    """Have one row say something else of the same length."""
    said = rows[place]["messages"][1]["content"]
    return [*rows[:place], pair(rows[place]["messages"][0]["content"], said.replace(WORDS[0], WORDS[9])), *rows[place + 1 :]]


@both
def test_a_key_that_says_nothing_changes_nothing(trainer: Trainer, model: Path, tmp_path: Path) -> None:
    rows = write_pairs(4)
    more: list[Mapping[str, Any]] = [row | ({"id": place} if place % 2 else {}) for place, row in enumerate(rows)]
    plain = trainer.train(model, Asked(rows, epochs=1, batch_size=2), tmp_path / "plain")
    assert are_equal(plain, trainer.train(model, Asked(more, epochs=1, batch_size=2), tmp_path / "more"))


@both
def test_every_row_of_an_epoch_is_learnt(trainer: Trainer, model: Path, tmp_path: Path) -> None:
    rows = write_pairs(3)
    asked = Asked(rows, epochs=1, batch_size=2)
    trained = trainer.train(model, asked, tmp_path / "all")
    for place in range(3):
        changed = trainer.train(model, asked._replace(rows=change_one(rows, place)), tmp_path / f"changed-{place}")
        assert not are_equal(trained, changed), f"row {place} is not learnt"


@both
def test_an_accumulation_that_is_cut_short_is_a_step(trainer: Trainer, model: Path, tmp_path: Path) -> None:
    rows = write_pairs(3)
    asked = Asked(rows, epochs=1, accumulation=2)
    trained = trainer.train(model, asked, tmp_path / "all")
    for place in range(3):
        changed = trainer.train(model, asked._replace(rows=change_one(rows, place)), tmp_path / f"changed-{place}")
        assert not are_equal(trained, changed), f"row {place} is not learnt"


@both
def test_validation_changes_nothing(trainer: Trainer, model: Path, tmp_path: Path) -> None:
    rows = write_pairs(6)
    asked = Asked(rows, epochs=2)
    alone = trainer.train(model, asked, tmp_path / "alone")
    assert are_equal(alone, trainer.train(model, asked._replace(validation=rows[:2]), tmp_path / "validated"))


@both
def test_padding_is_never_learnt(trainer: Trainer, model: Path, tmp_path: Path) -> None:
    rows = write_pairs(4)
    vocabulary = load_vocabulary(model)
    texts = [vocabulary.template.render(row["messages"], add_generation_prompt=False) for row in rows]
    num_learnt = sum(len(vocabulary.tokenizer.encode(text)) - 1 for text in texts)  # all but the first of each
    trained = trainer.train(model, Asked(rows, epochs=1, batch_size=4, learns_answers=False), tmp_path / "adapter")
    assert trained.tokens == num_learnt


@both
def test_a_prompt_that_leaves_no_room_for_its_answer_breaks_nothing(trainer: Trainer, model: Path, tmp_path: Path) -> None:
    rows = [*write_pairs(2), pair("for " * 200, "pass.")]
    trained = trainer.train(model, Asked(rows, epochs=1, max_seq_length=64), tmp_path / "adapter")
    assert all(np.isfinite(tensor).all() for tensor in trained.weights.values())


@both
def test_a_step_is_a_step_of_the_optimiser(trainer: Trainer, model: Path, tmp_path: Path) -> None:
    trained = trainer.train(model, Asked(write_pairs(4), steps=1, accumulation=4), tmp_path / "adapter")
    assert any(tensor.any() for name, tensor in trained.weights.items() if name.endswith("lora_b"))


@both
def test_a_training_that_is_gone_on_with_ends_as_if_it_had_not_been_cut(trainer: Trainer, model: Path, tmp_path: Path) -> None:
    asked = Asked(write_pairs(4), steps=6)
    whole = trainer.train(model, asked, tmp_path / "whole")
    trainer.train(model, asked._replace(steps=3), tmp_path / "cut")
    rest = asked if isinstance(trainer, Candor) else asked._replace(steps=3)  # it counts anew
    assert are_equal(whole, trainer.train(model, rest, tmp_path / "cut", resumes=True))


@both
def test_a_checkpoint_without_all_its_tensors_is_not_gone_on_with(trainer: Trainer, model: Path, tmp_path: Path) -> None:
    asked = Asked(write_pairs(4), steps=4)
    whole = trainer.train(model, asked, tmp_path / "whole")
    trainer.train(model, asked._replace(steps=2), tmp_path / "cut")
    newest = trainer.find_newest(tmp_path / "cut")
    _, *others = sorted(read_weights(newest).items())
    mx.save_safetensors(str(newest), {name: mx.array(tensor) for name, tensor in others})
    rest = asked if isinstance(trainer, Candor) else asked._replace(steps=2)
    assert are_equal(whole, trainer.train(model, rest, tmp_path / "cut", resumes=True))


@both
def test_the_record_has_what_was_done(trainer: Trainer, model: Path, tmp_path: Path) -> None:
    trained = trainer.train(model, Asked(write_pairs(4), steps=20, ends_at=2), tmp_path / "adapter")
    assert trained.steps == 2
