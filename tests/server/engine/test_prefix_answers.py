"""Prompts that begin like earlier ones: answered the same, read from where they part, and never with other weights."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.base.device import Device
from server.engine.mlx.engine import MlxEngine
from server.engine.protocol import Generation, Message, Sampling
from server.settings.settings import Settings
from tests.server.engine.asking import GREEDY, Answer, ask, question, use
from tests.server.engine.conftest import Adapters, Run

SYSTEM = " ".join(f"Rule {number}: be clear, be kind and say what is so." for number in range(60))  # hundreds of tokens


def under_rules(content: str, *, id: str = "row-0", adapter: str | None = None, max_tokens: int = 24, scale: float = 1.0) -> Generation:
    messages = (Message(role="system", content=SYSTEM), Message(role="user", content=content))
    return Generation(id=id, messages=messages, sampling=GREEDY, max_tokens=max_tokens, adapters=use(adapter, scale))


@pytest.fixture
def cold(small_gemma: Path, small_adapters: Adapters, device: Device, run: Run) -> Iterator[MlxEngine]:
    """An engine that keeps nothing."""
    limits = Settings(max_batch_size=16, max_queue=200, prefix_cache_bytes=0).limits
    engine = MlxEngine.open(model=str(small_gemma), adapters=small_adapters, device=device, limits=limits)
    yield engine
    run(engine.close(grace_s=5))


@pytest.fixture
def warm(small_gemma: Path, small_adapters: Adapters, device: Device, run: Run) -> Iterator[MlxEngine]:
    """An engine with a prefix cache, still empty."""
    limits = Settings(max_batch_size=16, max_queue=200, prefix_cache_bytes=64 << 20).limits
    engine = MlxEngine.open(model=str(small_gemma), adapters=small_adapters, device=device, limits=limits)
    yield engine
    run(engine.close(grace_s=5))


def test_a_system_prompt_is_read_once_and_answers_are_the_same_with_and_without_the_cache(
    warm: MlxEngine, cold: MlxEngine, run: Run
) -> None:
    questions = [f"Question {number}?" for number in range(6)]
    expected: list[Answer] = [run(ask(cold, under_rules(text))) for text in questions]
    answers: list[Answer] = [run(ask(warm, under_rules(text))) for text in questions]
    assert [answer.token_ids for answer in answers] == [answer.token_ids for answer in expected]
    assert [answer.finish.num_cached_tokens for answer in expected] == [0] * 6
    first, *later = (answer.finish for answer in answers)
    assert first.num_cached_tokens == 0
    assert all(finish.num_prompt_tokens - finish.num_cached_tokens < 30 for finish in later)


def test_a_hundred_requests_with_one_system_prompt_read_it_once_though_they_come_together(warm: MlxEngine, run: Run) -> None:
    async def ask_all() -> list[Answer]:
        return await asyncio.gather(*(ask(warm, under_rules(f"Question {n}?", id=f"row-{n}", max_tokens=4)) for n in range(100)))

    finishes = [answer.finish for answer in run(ask_all())]
    num_read = sum(finish.num_prompt_tokens - finish.num_cached_tokens for finish in finishes)
    assert sum(finish.num_cached_tokens == 0 for finish in finishes) == 1
    assert num_read < finishes[0].num_prompt_tokens + 100 * 30


def test_a_conversation_reads_each_turn_once(warm: MlxEngine, cold: MlxEngine, run: Run) -> None:
    messages: list[Message] = [Message(role="system", content=SYSTEM)]
    num_read, num_prompt = 0, 0
    for turn in range(5):
        messages.append(Message(role="user", content=f"And what of number {turn}, if one may ask?"))
        generation = Generation(id="row-0", messages=tuple(messages), sampling=GREEDY, max_tokens=24)
        answer: Answer = run(ask(warm, generation))
        assert answer.token_ids == run(ask(cold, generation)).token_ids
        finish = answer.finish
        num_read += finish.num_prompt_tokens - finish.num_cached_tokens
        num_prompt = finish.num_prompt_tokens
        messages.append(Message(role="assistant", content=answer.text))
    # A random model's answer is seldom spelt with the tokens it was drawn as: its turn may be read again, what lies before it may not.
    assert num_read <= num_prompt + 5 * 40


def test_the_same_question_again_leaves_only_the_opened_turn_to_read(warm: MlxEngine, run: Run) -> None:
    text = "What is there to be said of rivers, of hills and of the sea?"
    first, again = (run(ask(warm, question(text, sampling=Sampling(temperature=1, seed=seed)))) for seed in (1, 2))
    assert first.finish.num_cached_tokens == 0
    assert 0 < again.finish.num_prompt_tokens - again.finish.num_cached_tokens <= 6  # <start_of_turn>model and a line break
    assert first.token_ids != again.token_ids


def test_what_one_adapter_read_is_never_found_by_another_nor_at_another_scale(warm: MlxEngine, cold: MlxEngine, run: Run) -> None:
    asked = [(None, 1.0), ("adapter-0", 1.0), ("adapter-1", 1.0), ("adapter-0", 0.5), ("adapter-0", 0.0)]
    for adapter, scale in asked:
        answer: Answer = run(ask(warm, under_rules("What is so?", adapter=adapter, scale=scale)))
        assert answer.token_ids == run(ask(cold, under_rules("What is so?", adapter=adapter, scale=scale))).token_ids
        assert (answer.finish.num_cached_tokens > 0) == (scale == 0.0)  # at 0 it is the base


def test_a_replaced_adapter_never_hits_what_its_forerunner_read(
    warm: MlxEngine, cold: MlxEngine, run: Run, small_adapters: Adapters
) -> None:
    async def replace(engine: MlxEngine) -> None:
        await engine.adapters.load("adapter-0", small_adapters[1][1], replace=True)

    before: Answer = run(ask(warm, under_rules("What is so?", adapter="adapter-0")))
    run(replace(warm))
    run(replace(cold))
    after: Answer = run(ask(warm, under_rules("What is so?", adapter="adapter-0")))
    assert after.finish.num_cached_tokens == 0
    assert after.token_ids == run(ask(cold, under_rules("What is so?", adapter="adapter-0"))).token_ids
    assert after.finish.adapter_digest != before.finish.adapter_digest


def test_what_the_cache_holds_is_counted_and_gives_way_to_rows(small_gemma: Path, device: Device, run: Run) -> None:
    limits = Settings(max_batch_size=4, max_queue=4, memory_bytes=3 << 20, prefix_cache_bytes=3 << 20).limits
    engine = MlxEngine.open(model=str(small_gemma), device=device, limits=limits)

    async def ask_long() -> tuple[int, int]:
        running = asyncio.create_task(ask(engine, question("Go on", max_tokens=6000)))
        while not engine.load().num_running:  # noqa: ASYNC110 (an engine has no event to wait for)
            await asyncio.sleep(0.001)
        memory = engine.load().memory
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return memory.kv_bytes, memory.prefix_cache_bytes

    try:
        for number in range(12):
            run(ask(engine, under_rules(f"Question {number}?", id=f"row-{number}")))
        full = engine.load().memory
        assert 0 < full.prefix_cache_bytes <= full.prefix_cache_budget_bytes
        assert (full.num_prefix_lookups, full.num_prefix_hits) == (12, 11)
        kv_bytes, kept_bytes = run(ask_long())
        assert kv_bytes + kept_bytes <= full.kv_budget_bytes
        assert kept_bytes < full.prefix_cache_bytes
        assert engine.load().memory.num_prefix_evictions > 0
    finally:
        run(engine.close(grace_s=5))
