"""What the model says is what it says in transformers, as that was written down (record_transformers.py)."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from server.engine.mlx.engine import MlxEngine
from server.engine.protocol import Event, PromptRead, TokenLogprobs
from tests.outside.real.asking import asked, collect, prompt_of, tokens_of
from tests.outside.real.conversations import ALL
from tests.server.engine.conftest import Run

RECORD = Path(__file__).with_name("transformers.json")
ENDS = (1, 106)
NUM_TOP = 3
ROUNDING = 2e-4  # nats, in float32


@pytest.fixture(scope="module")
def recorded() -> dict[str, Any]:
    conversations: dict[str, Any] = json.loads(RECORD.read_text())["conversations"]
    return conversations


@pytest.mark.parametrize("name", ALL)
def test_tokens_and_log_probabilities_are_those_of_transformers(engine: MlxEngine, run: Run, recorded: dict[str, Any], name: str) -> None:
    expected = recorded[name]
    events: list[Event] = run(
        collect(
            engine,
            asked(ALL[name], max_tokens=len(expected["answer"]), num_top_logprobs=NUM_TOP, num_prompt_logprobs=NUM_TOP),
        )
    )
    read, (ids, logprobs) = prompt_of(events), tokens_of(events)
    assert list(read.token_ids) == expected["prompt"]
    num_before_end = next((place for place, token in enumerate(expected["answer"]) if token in ENDS), len(expected["answer"]))
    assert ids == expected["answer"][:num_before_end]
    assert len(ids) > 0
    compare(told_last(read, logprobs, len(expected["logprobs"]) - len(expected["answer"])), expected["logprobs"])


def told_last(read: PromptRead, logprobs: Sequence[TokenLogprobs], num_of_prompt: int) -> list[TokenLogprobs]:
    """Give those of the prompt's last tokens and of the answer's."""
    of_prompt = [one for one in read.logprobs[-num_of_prompt:] if one is not None]
    assert len(of_prompt) == num_of_prompt
    return [*of_prompt, *logprobs]


def compare(told: Sequence[TokenLogprobs], expected: Sequence[tuple[float, list[float]]]) -> None:
    for found, (logprob, best) in zip(told, expected, strict=False):
        assert found.logprob == pytest.approx(logprob, abs=ROUNDING)
        assert [one for _, one in found.top[:NUM_TOP]] == pytest.approx(best, abs=ROUNDING)
