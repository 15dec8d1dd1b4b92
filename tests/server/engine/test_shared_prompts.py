"""Requests with the same prompt that come together: it is read once, and each is answered as it would be alone."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from adapters.base.device import Device
from server.engine.mlx.engine import MlxEngine
from server.engine.mlx.prefix.bundle import Bundle
from server.engine.mlx.prompt_piece import PromptPiece
from server.engine.mlx.reading import PromptReader
from server.engine.protocol import Generation, Sampling
from server.settings.settings import Settings
from tests.server.engine.asking import Answer, ask, completion, question
from tests.server.engine.conftest import Adapters, Run
from tests.server.engine.test_prompt_logprobs import make_prompt, read

NUM_CHOICES = 8


@pytest.fixture
def num_read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The tokens of prompts that each pass computes, from now on."""
    counts: list[int] = []
    note = PromptReader.note_read

    def count(self: PromptReader, pieces: Sequence[PromptPiece]) -> list[Bundle]:
        counts.append(sum(piece.num_tokens for piece in pieces))
        return note(self, pieces)

    monkeypatch.setattr(PromptReader, "note_read", count)
    return counts


@pytest.fixture(scope="module", params=[0, 64 << 20], ids=["no cache", "cache"])
def roomy(request: pytest.FixtureRequest, small_gemma: Path, small_adapters: Adapters, device: Device, run: Run) -> Iterator[MlxEngine]:
    """Room for sixteen rows, without a prefix cache and with one."""
    limits = Settings(max_batch_size=16, max_queue=16, prefix_cache_bytes=request.param).limits
    engine = MlxEngine.open(model=str(small_gemma), adapters=small_adapters, device=device, limits=limits)
    yield engine
    run(engine.close(grace_s=5))


async def ask_all(engine: MlxEngine, generations: Sequence[Generation]) -> list[Answer]:
    return await asyncio.gather(*(ask(engine, one) for one in generations))


@pytest.mark.parametrize("num_tokens", [2, 20, 100, 700])
def test_eight_choices_read_their_prompt_once_and_answer_as_a_lone_request_of_their_seed(
    roomy: MlxEngine, run: Run, num_read: list[int], num_tokens: int
) -> None:
    prompt = make_prompt(num_tokens, seed=100 + num_tokens)
    choices = [completion(prompt, id=f"row-{n}", sampling=Sampling(seed=n), max_tokens=48) for n in range(NUM_CHOICES)]
    answers: list[Answer] = run(ask_all(roomy, choices))
    assert sum(num_read) == num_tokens
    assert [answer.finish.num_cached_tokens for answer in answers] == [0, *[num_tokens] * (NUM_CHOICES - 1)]
    alone = [run(ask(roomy, choice)).token_ids for choice in choices]
    assert [answer.token_ids for answer in answers] == alone
    assert len(set(alone)) == NUM_CHOICES


def test_messages_are_shared_like_prompts(roomy: MlxEngine, run: Run, num_read: list[int]) -> None:
    choices = [question("What is shared? " * 20, id=f"row-{n}", sampling=Sampling(seed=n)) for n in range(NUM_CHOICES)]
    answers: list[Answer] = run(ask_all(roomy, choices))
    assert sum(num_read) == answers[0].finish.num_prompt_tokens
    assert [answer.token_ids for answer in answers] == [run(ask(roomy, choice)).token_ids for choice in choices]


def test_several_prompts_and_adapters_at_once_share_with_their_own_alone(roomy: MlxEngine, run: Run, num_read: list[int]) -> None:
    prompts = [make_prompt(50, seed=7), make_prompt(300, seed=8)]
    asked = [
        completion(prompt, id=f"{place}-{adapter}-{n}", sampling=Sampling(seed=n), adapter=adapter)
        for n in range(4)
        for place, prompt in enumerate(prompts)
        for adapter in (None, "adapter-1")
    ]
    answers: list[Answer] = run(ask_all(roomy, asked))
    assert sum(num_read) == 2 * (50 + 300)
    assert sum(answer.finish.num_cached_tokens == 0 for answer in answers) == 4
    assert [answer.token_ids for answer in answers] == [run(ask(roomy, one)).token_ids for one in asked]


def test_one_choice_finds_log_probabilities_for_all_and_the_others_share_what_it_reads(
    roomy: MlxEngine, run: Run, num_read: list[int]
) -> None:
    prompt = make_prompt(200, seed=31)

    async def ask_mixed() -> tuple[int, list[Answer]]:
        first = read(roomy, completion(prompt, id="first", num_prompt_logprobs=1))
        others = [completion(prompt, id=f"row-{n}", sampling=Sampling(seed=n)) for n in range(3)]
        (told, _), answers = await asyncio.gather(first, ask_all(roomy, others))
        return len(told.logprobs), answers

    num_logprobs, answers = run(ask_mixed())
    assert num_logprobs == 200
    assert sum(num_read) == 200
    assert [answer.finish.num_cached_tokens for answer in answers] == [200] * 3


def test_choices_with_penalties_and_log_probabilities_are_those_of_a_lone_request(roomy: MlxEngine, run: Run) -> None:
    sampling = Sampling(seed=3, repetition_penalty=1.3, presence_penalty=0.5)
    choices = [completion(make_prompt(90, seed=77), id=f"row-{n}", sampling=sampling, num_top_logprobs=2) for n in range(3)]
    answers: list[Answer] = run(ask_all(roomy, choices))
    assert {answer.token_ids for answer in answers} == {run(ask(roomy, choices[0])).token_ids}


def test_those_who_wait_go_on_where_the_one_that_reads_leaves(roomy: MlxEngine, run: Run) -> None:
    prompt = make_prompt(4000, seed=55)
    choices = [completion(prompt, id=f"row-{n}", sampling=Sampling(seed=n)) for n in range(3)]

    async def leave() -> list[Answer]:
        first, *others = [asyncio.create_task(ask(roomy, one)) for one in choices]
        while not roomy.load().num_running:  # noqa: ASYNC110 (an engine has no event to wait for)
            await asyncio.sleep(0.001)
        first.cancel()
        return await asyncio.gather(*others)

    answers: list[Answer] = run(leave())
    assert [answer.token_ids for answer in answers] == [run(ask(roomy, one)).token_ids for one in choices[1:]]


def test_choices_past_the_batch_wait_and_answer_all_the_same(small_gemma: Path, device: Device, run: Run) -> None:
    limits = Settings(max_batch_size=3, max_queue=16, prefix_cache_bytes=0).limits
    engine = MlxEngine.open(model=str(small_gemma), device=device, limits=limits)
    choices = [completion(make_prompt(100, seed=2), id=f"row-{n}", sampling=Sampling(seed=n)) for n in range(NUM_CHOICES)]
    try:
        answers: list[Answer] = run(ask_all(engine, choices))
        assert [answer.token_ids for answer in answers] == [run(ask(engine, choice)).token_ids for choice in choices]
    finally:
        run(engine.close(grace_s=5))
