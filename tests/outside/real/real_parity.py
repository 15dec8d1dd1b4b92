"""What the model says is what it says in mlx-lm: prompts, log-probabilities, greedy tokens, alone, in company and after cache hits."""

import numpy as np
import pytest

from server.engine.mlx.engine import MlxEngine
from server.engine.protocol import Event
from tests.outside.real.asking import ask_together, asked, prompt_of, tokens_of
from tests.outside.real.conftest import NUM_TOKENS, NUM_TOP
from tests.outside.real.conversations import ALL, LONG, SHORT
from tests.outside.real.reference import Reference
from tests.server.engine.asking import ask
from tests.server.engine.conftest import Run

ROUNDING = 2e-4  # nats, in float32


@pytest.mark.parametrize("name", ALL)
def test_a_conversation_has_the_tokens_that_transformers_tokenizer_gives(
    told: dict[str, list[Event]], reference: Reference, name: str
) -> None:
    assert list(prompt_of(told[name]).token_ids) == reference.prompt_ids(ALL[name])


@pytest.mark.parametrize("name", ALL)
def test_log_probabilities_of_answers_are_those_of_mlx_lms_own_call(told: dict[str, list[Event]], reference: Reference, name: str) -> None:
    ids, logprobs = tokens_of(told[name])
    assert len(ids) == len(logprobs) > 0
    expected = reference.logprobs([*prompt_of(told[name]).token_ids, *ids], num_last=len(ids) + 1)[:-1]
    for token, found, row in zip(ids, logprobs, expected, strict=True):
        assert found.logprob == pytest.approx(row[token], abs=ROUNDING)
        assert [one for _, one in found.top] == pytest.approx([row[top] for top, _ in found.top], abs=ROUNDING)
        assert [one for _, one in found.top] == pytest.approx(np.sort(row)[: -NUM_TOP - 1 : -1].tolist(), abs=ROUNDING)


@pytest.mark.parametrize("name", ALL)
def test_log_probabilities_of_prompts_are_those_of_mlx_lms_own_call(told: dict[str, list[Event]], reference: Reference, name: str) -> None:
    read = prompt_of(told[name])
    num_last = min(200, len(read.token_ids) - 1)
    expected = reference.logprobs(read.token_ids[:-1], num_last=num_last)
    for token, found, row in zip(read.token_ids[-num_last:], read.logprobs[-num_last:], expected, strict=True):
        assert found is not None
        assert found.logprob == pytest.approx(row[token], abs=ROUNDING)
        assert found.top[0][1] == pytest.approx(row.max(), abs=ROUNDING)


@pytest.fixture(scope="module")
def greedy(reference: Reference) -> dict[str, tuple[int, ...]]:
    """What mlx-lm answers."""
    return {name: reference.greedy(reference.prompt_ids(messages), num_tokens=NUM_TOKENS) for name, messages in ALL.items()}


@pytest.mark.parametrize("time", ["first", "from the prefix cache"])
def test_greedy_tokens_alone_are_mlx_lms(engine: MlxEngine, run: Run, greedy: dict[str, tuple[int, ...]], time: str) -> None:
    answers = {name: run(ask(engine, asked(messages, max_tokens=NUM_TOKENS))) for name, messages in ALL.items()}
    assert {name: answer.token_ids for name, answer in answers.items()} == greedy
    if time != "first":
        assert all(answer.finish.num_cached_tokens > 0 for answer in answers.values())


def test_greedy_tokens_in_a_batch_are_mlx_lms(engine: MlxEngine, run: Run, greedy: dict[str, tuple[int, ...]]) -> None:
    names = [*SHORT, *LONG, *SHORT]
    answers = run(ask_together(engine, [asked(ALL[name], id=f"{n}", max_tokens=NUM_TOKENS) for n, name in enumerate(names)]))
    assert [answer.token_ids for answer in answers] == [greedy[name] for name in names]
