"""Answers of the demo model, asked for as a real one is."""

from pathlib import Path

import mlx.core as mx
import pytest

from bench.detectors.corpora.gemma.generating import Generator, draw_tokens
from bench.detectors.corpora.gemma.plan import Batch, Question, Setting

DEMO = Path(__file__).parents[5] / "server" / "demo" / "model"
CAPITAL = Question(kind="chat", prompt="What is the capital of France?")
SEA = Question(kind="raw", prompt="The sea is")


@pytest.fixture(scope="module")
def generator() -> Generator:
    return Generator(DEMO)


def batch(setting: Setting, *questions: Question, seed: int = 1) -> Batch:
    return Batch(number=3, seed=seed, setting=setting, questions=questions)


def test_answers_come_in_the_order_of_the_questions_and_end_at_a_turn_or_at_the_limit(generator: Generator) -> None:
    answers = generator.answer(batch(Setting(temperature=0.0, max_tokens=40), SEA, CAPITAL))
    assert [(answer.kind, answer.prompt, answer.batch) for answer in answers] == [("raw", SEA.prompt, 3), ("chat", CAPITAL.prompt, 3)]
    capital = answers[1]
    assert "Paris" in capital.text
    assert "<end_of_turn>" not in capital.text
    assert capital.finish_reason == "stop"
    assert 0 < capital.num_tokens < 40
    cut = generator.answer(batch(Setting(temperature=0.0, max_tokens=3), CAPITAL))[0]
    assert (cut.finish_reason, cut.num_tokens) == ("length", 3)
    assert capital.text.startswith(cut.text)


def test_a_seed_gives_the_same_answers_again(generator: Generator) -> None:
    setting = Setting(temperature=1.3, top_k=64, max_tokens=12)
    first = generator.answer(batch(setting, SEA, CAPITAL))
    assert generator.answer(batch(setting, SEA, CAPITAL)) == first
    assert generator.answer(batch(setting, SEA, CAPITAL, seed=2)) != first


def drawn(setting: Setting) -> set[int]:
    logprobs = mx.log(mx.array([[0.4, 0.3, 0.2, 0.1]] * 400))
    return {int(token) for token in draw_tokens(setting, logprobs)}


def test_only_the_likeliest_tokens_are_drawn() -> None:
    assert drawn(Setting(temperature=1.0, top_k=2, max_tokens=1)) == {0, 1}
    assert drawn(Setting(temperature=1.0, max_tokens=1)) == {0, 1, 2, 3}
    assert drawn(Setting(temperature=0.0, max_tokens=1)) == {0}
