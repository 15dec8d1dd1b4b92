"""What an engine promises: right ends, bounded queues, freed rows, and a failing row that fails alone."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from adapters.base.device import Device
from server.engine.errors import EngineUnavailable, InvalidGeneration, QueueFull, UnknownAdapter
from server.engine.mlx.engine import MlxEngine
from server.engine.protocol import Engine, Sampling
from server.settings.settings import Settings
from tests.server.engine.asking import Answer, ask, question, settle, to_answer
from tests.server.engine.conftest import Adapters, Run


def test_it_is_an_engine_and_lists_the_base_first(engine: MlxEngine, small_adapters: Adapters) -> None:
    assert isinstance(engine, Engine)
    base, *adapters = engine.models()
    assert (base.id, base.parent) == ("small-gemma", None)
    assert [(one.id, one.parent, one.root) for one in adapters] == [(name, "small-gemma", str(path)) for name, path in small_adapters]
    assert len({one.digest for one in adapters}) == len(adapters)
    assert {"<end_of_turn>", "<pad>"} <= engine.special_tokens


def test_max_tokens_ends_with_length_and_counts_are_right(engine: MlxEngine, run: Run) -> None:
    answer: Answer = run(ask(engine, question("Hello", max_tokens=5)))
    assert answer.finish.reason == "length"
    assert answer.finish.num_completion_tokens == len(answer.token_ids) == 5
    assert answer.finish.num_prompt_tokens > 5


@pytest.mark.parametrize("max_tokens", [1, 2])
def test_the_shortest_answers_come_whole(engine: MlxEngine, run: Run, max_tokens: int) -> None:
    assert len(run(ask(engine, question("Hello", max_tokens=max_tokens))).token_ids) == max_tokens


def test_stop_string_ends_with_stop_and_is_not_shown(engine: MlxEngine, run: Run) -> None:
    whole: Answer = run(ask(engine, question("Hello")))
    stop = whole.text[8:11]
    answer: Answer = run(ask(engine, question("Hello", stop=(stop,))))
    assert answer.finish.reason == "stop"
    assert answer.text == whole.text[: whole.text.index(stop)]
    assert answer.finish.num_completion_tokens < whole.finish.num_completion_tokens


def test_an_answer_that_is_stopped_ends_with_what_it_has_drawn_and_says_by_what(engine: MlxEngine, run: Run) -> None:
    whole: Answer = run(ask(engine, question("Hello", max_tokens=400)))

    async def stop_after(num_events: int) -> Answer:
        events = []
        async for event in engine.generate(question("Hello", max_tokens=400)):
            events.append(event)
            if len(events) == num_events:
                engine.stop("row-0", reason="token_loop")
        return to_answer(events)

    answer: Answer = run(stop_after(3))
    finish = answer.finish
    assert (finish.reason, finish.stopped_by) == ("stop", "token_loop")
    assert 3 <= finish.num_completion_tokens == len(answer.token_ids) < 400
    assert finish.num_tokens_left == 400 - finish.num_completion_tokens
    assert answer.token_ids == whole.token_ids[: len(answer.token_ids)]
    assert whole.text.startswith(answer.text.rstrip("\ufffd"))
    assert (engine.load().num_running, engine.load().num_waiting) == (0, 0)


def test_what_was_held_back_for_a_stop_string_is_shown_when_the_answer_is_stopped(engine: MlxEngine, run: Run) -> None:
    whole: Answer = run(ask(engine, question("Hello", max_tokens=400)))
    stop = whole.text[1:300] + "☃"  # everything from the second character on may begin it

    async def stop_at_once() -> Answer:
        events = []
        async for event in engine.generate(question("Hello", max_tokens=400, stop=(stop,))):
            events.append(event)
            engine.stop("row-0", reason="case_loop")
        return to_answer(events)

    answer: Answer = run(stop_at_once())
    assert answer.finish.stopped_by == "case_loop"
    assert len(answer.text) > 1
    assert whole.text.startswith(answer.text.rstrip("\ufffd"))


def test_presence_penalty_keeps_tokens_from_coming_again(engine: MlxEngine, run: Run) -> None:
    answer: Answer = run(ask(engine, question("Hello", sampling=Sampling(temperature=0, presence_penalty=1e6), max_tokens=60)))
    assert len(set(answer.token_ids)) == len(answer.token_ids)


@pytest.mark.parametrize("top_k", [1024, 1025, 2**40])
def test_top_k_of_the_whole_vocabulary_and_more_does_no_harm(engine: MlxEngine, run: Run, top_k: int) -> None:
    unfiltered = run(ask(engine, question("Hello", sampling=Sampling(seed=3))))
    assert run(ask(engine, question("Hello", sampling=Sampling(seed=3, top_k=top_k)))).token_ids == unfiltered.token_ids


def test_a_prompt_that_continues_an_earlier_answer_does_no_harm(engine: MlxEngine, run: Run) -> None:
    first: Answer = run(ask(engine, question("Hello")))
    assert run(ask(engine, question("Hello"))).token_ids == first.token_ids
    assert run(ask(engine, question("Hello" + first.text))).token_ids


def test_unknown_adapter_is_refused(engine: MlxEngine, run: Run) -> None:
    with pytest.raises(UnknownAdapter, match="nobody"):
        run(ask(engine, question("Hello", adapter="nobody")))


def test_a_prompt_longer_than_the_context_is_refused_and_one_just_fitting_is_cut_short(engine: MlxEngine, run: Run) -> None:
    with pytest.raises(InvalidGeneration) as refused:
        run(ask(engine, question("a " * 40_000)))
    assert (refused.value.param, refused.value.code) == ("messages", "context_length_exceeded")


def test_abandoned_answers_free_their_rows(engine: MlxEngine, run: Run) -> None:
    async def abandon(num_events: int) -> None:
        events = engine.generate(question("Hello", max_tokens=20_000))
        for _ in range(num_events):
            await anext(events)
        await events.aclose()
        await settle(engine, lambda load: (load.num_running, load.num_waiting) == (0, 0))

    run(abandon(1))
    run(abandon(5))
    assert run(ask(engine, question("Hello"))).finish.reason == "length"


def test_requests_past_the_batch_wait_and_past_the_queue_are_refused(engine: MlxEngine, run: Run) -> None:
    async def fill() -> tuple[int, int, int]:
        asked = [asyncio.create_task(ask(engine, question("Hello", id=f"row-{n}", max_tokens=3000))) for n in range(16)]
        await settle(engine, lambda load: load.num_running == 8)
        num_waiting = engine.load().num_waiting
        with pytest.raises(QueueFull) as full:
            await ask(engine, question("one too many", id="row-17"))
        for task in asked[:8]:
            task.cancel()
        await settle(engine, lambda load: (load.num_running, load.num_waiting) == (8, 0))
        for task in asked[8:]:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
        return num_waiting, full.value.retry_after_s, engine.load().num_running

    num_waiting, retry_after_s, num_running = run(fill())
    assert (num_waiting, num_running) == (8, 0)
    assert retry_after_s >= 1


def test_an_answer_that_waits_can_be_stopped_too(engine: MlxEngine, run: Run) -> None:
    async def stop_a_waiting_one() -> Answer:
        running = [asyncio.create_task(ask(engine, question("Hello", id=f"row-{n}", max_tokens=3000))) for n in range(8)]
        await settle(engine, lambda load: load.num_running == 8)
        waiting = asyncio.create_task(ask(engine, question("Hello", id="row-8")))
        await settle(engine, lambda load: load.num_waiting == 1)
        while not waiting.done():  # its order may be under way before it has been queued
            engine.stop("row-8", reason="token_loop")
            await asyncio.sleep(0.001)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        return await waiting

    answer: Answer = run(stop_a_waiting_one())
    assert (answer.text, answer.finish.stopped_by, answer.finish.num_completion_tokens) == ("", "token_loop", 0)


def test_stopping_an_answer_that_has_ended_does_nothing(engine: MlxEngine, run: Run) -> None:
    run(ask(engine, question("Hello")))
    engine.stop("row-0", reason="token_loop")
    for id in ("row-1", "row-0"):
        finish = run(ask(engine, question("Hello", id=id, max_tokens=5))).finish
        assert (finish.reason, finish.stopped_by, finish.num_completion_tokens) == ("length", None, 5)


def test_closing_lets_running_rows_end_and_refuses_new_ones(small_gemma: Path, device: Device, run: Run) -> None:
    async def close_while_running(grace_s: float) -> tuple[Any, Any]:
        engine = MlxEngine.open(model=str(small_gemma), device=device, limits=Settings(max_batch_size=4, max_queue=4).limits)
        running = asyncio.create_task(ask(engine, question("Hello", max_tokens=200)))
        await settle(engine, lambda load: load.num_running == 1)
        closing = asyncio.create_task(engine.close(grace_s))
        await asyncio.sleep(0)
        assert not engine.is_ready()
        with pytest.raises(EngineUnavailable):
            await ask(engine, question("too late", id="late"))
        await closing
        return (await asyncio.gather(running, return_exceptions=True))[0], engine

    finished, _ = run(close_while_running(30.0))
    assert finished.finish.num_completion_tokens == 200
    cut, _ = run(close_while_running(0.0))
    assert isinstance(cut, EngineUnavailable)
