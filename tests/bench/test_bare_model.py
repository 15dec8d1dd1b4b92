"""The bare model in its process answers waves with as many times as there are tokens."""

from pathlib import Path

import pytest

from bench.bare_process import bare_process
from bench.load import Request
from bench.prompts import user

QUESTIONS = ("Why?", "What is it that makes the sky as blue as it is today?", "Who?")


def test_waves_of_prompts_of_several_lengths_are_answered(small_gemma: Path) -> None:
    greedy = [Request(messages=user(question), max_tokens=5) for question in QUESTIONS]
    drawn = [Request(messages=user(question), max_tokens=3, temperature=1, top_k=64, top_p=0.95, seed=1) for question in QUESTIONS]
    with bare_process(small_gemma) as bare:
        measured = [bare.measure(greedy), bare.measure(greedy, drawn), bare.measure(drawn[:1])]
    assert [each.num_tokens for each in measured] == [15, 24, 3]
    for each in measured:
        assert each.gap_s is not None and each.gap_p99_s is not None
        assert 0 < each.gap_s <= each.gap_p99_s
        assert 0 < each.first_token_s < each.num_tokens / each.tokens_per_s


def test_a_process_that_ends_is_an_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with bare_process(tmp_path) as bare, pytest.raises(RuntimeError, match="has ended"):
        bare.measure([Request(messages=user("Why?"), max_tokens=2)])
    assert "config.json" in capfd.readouterr().err
