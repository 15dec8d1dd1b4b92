"""Log-probabilities of prompts: those of a whole forward pass of mlx-lm, however the prompt is read and whoever else runs."""

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import mlx.core as mx
import mlx_lm
import numpy as np
import pytest
from mlx_lm.utils import dequantize_model

import server.engine.mlx.prompt_logprobs as prompt_logprobs
from adapters.base.device import Device
from server.engine.mlx.engine import MlxEngine
from server.engine.protocol import Event, Finish, Generation, Piece, PromptRead, TokenLogprobs
from server.settings.settings import Settings
from tests.adapters.base.folders import DEMO
from tests.server.engine.asking import ask, completion, question, to_answer
from tests.server.engine.conftest import Adapters, Run

TOLERANCE = 1e-4


def make_prompt(num_tokens: int, *, seed: int, num_ids: int = 1024) -> tuple[int, ...]:
    rng = random.Random(seed)
    return tuple(rng.randrange(10, num_ids) for _ in range(num_tokens))


def reference(folder: Path, device: Device, prompt: tuple[int, ...], adapter: Path | None = None) -> np.ndarray:
    """The model's own log-probabilities behind each token but the last, by mlx_lm: (tokens - 1, V)."""
    model, _ = mlx_lm.load(str(folder), adapter_path=str(adapter) if adapter else None)
    if device.weights_dtype:
        dequantize_model(model)
        model.set_dtype(getattr(mx, device.weights_dtype))
    logits = model(mx.array([prompt]))[0, :-1].astype(mx.float32)
    logprobs: np.ndarray = np.array(logits - mx.logsumexp(logits, axis=-1, keepdims=True))
    return logprobs


async def collect(engine: MlxEngine, generation: Generation) -> list[Event]:
    return [event async for event in engine.generate(generation)]


async def read(engine: MlxEngine, generation: Generation) -> tuple[PromptRead, list[Event]]:
    """Give what is told of the prompt, which comes first and once, and what follows."""
    first, *events = await collect(engine, generation)
    assert isinstance(first, PromptRead)
    assert not any(isinstance(event, PromptRead) for event in events)
    return first, events


def assert_equal(told: PromptRead, expected: np.ndarray, prompt: tuple[int, ...], num_top: int) -> None:
    assert told.token_ids == prompt
    assert told.logprobs[0] is None
    known: list[TokenLogprobs] = [one for one in told.logprobs if one is not None]
    assert len(known) == len(prompt) - 1
    places = np.arange(len(known))
    np.testing.assert_allclose([one.logprob for one in known], expected[places, prompt[1:]], atol=TOLERANCE)
    likeliest = -np.sort(-expected, axis=-1)[:, :num_top]
    np.testing.assert_allclose([[value for _, value in one.top] for one in known], likeliest, atol=TOLERANCE)
    for place, one in enumerate(known):
        np.testing.assert_allclose([expected[place, token] for token, _ in one.top], likeliest[place], atol=TOLERANCE)


@pytest.mark.parametrize("num_tokens", [2, 31, 40, 700])  # the window is 32, a fresh prompt's at most; the last takes several passes
@pytest.mark.parametrize("num_top", [0, 3])
def test_they_are_those_of_mlx_lm(engine: MlxEngine, run: Run, small_gemma: Path, device: Device, num_tokens: int, num_top: int) -> None:
    prompt = make_prompt(num_tokens, seed=num_tokens)
    told, events = run(read(engine, completion(prompt, num_prompt_logprobs=num_top)))
    assert_equal(told, reference(small_gemma, device, prompt), prompt, num_top)
    plain = run(ask(engine, completion(prompt)))
    answer = to_answer(events)
    assert (answer.token_ids, answer.text) == (plain.token_ids, plain.text)
    assert answer.finish.num_cached_tokens == 0


def test_slices_of_a_few_logits_give_the_same(
    engine: MlxEngine, run: Run, small_gemma: Path, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prompt_logprobs, "SLICE_SIZE", 5 * 1024)
    prompt = make_prompt(123, seed=5)
    told, _ = run(read(engine, completion(prompt, num_prompt_logprobs=2)))
    assert_equal(told, reference(small_gemma, device, prompt), prompt, 2)


def test_a_prompt_of_one_token_has_none(engine: MlxEngine, run: Run) -> None:
    told, events = run(read(engine, completion((7,), num_prompt_logprobs=2)))
    assert told == PromptRead(token_ids=(7,), logprobs=(None,))
    assert isinstance(events[-1], Finish)


def test_what_the_cache_has_is_read_anew_and_may_be_kept(engine: MlxEngine, run: Run, small_gemma: Path, device: Device) -> None:
    prompt = make_prompt(300, seed=9)
    for _ in range(2):
        run(ask(engine, completion(prompt)))
    told, events = run(read(engine, completion(prompt, num_prompt_logprobs=1)))
    assert_equal(told, reference(small_gemma, device, prompt), prompt, 1)
    assert to_answer(events).finish.num_cached_tokens == 0
    follower = run(ask(engine, completion((*prompt, 11, 12))))
    assert follower.finish.num_cached_tokens >= 256


def test_adapters_and_other_rows_in_one_batch_change_nothing(
    engine: MlxEngine, run: Run, small_gemma: Path, small_adapters: Adapters, device: Device
) -> None:
    adapters: list[tuple[str | None, Path | None]] = [(None, None), *small_adapters]
    prompts = [make_prompt(60 + 150 * number, seed=number) for number in range(len(adapters))]
    alone = [run(ask(engine, question(f"Question {number}", max_tokens=40))) for number in range(3)]

    async def read_all() -> tuple[list[tuple[PromptRead, list[Event]]], list[tuple[int, ...]]]:
        others = [asyncio.create_task(ask(engine, question(f"Question {n}", id=f"other-{n}", max_tokens=40))) for n in range(3)]
        await asyncio.sleep(0.01)  # so that they decode when the prompts come
        asked = [
            completion(prompt, id=f"row-{n}", num_prompt_logprobs=n, adapter=adapters[n][0], max_tokens=4)
            for n, prompt in enumerate(prompts)
        ]
        told = await asyncio.gather(*(read(engine, one) for one in asked))
        return told, [answer.token_ids for answer in await asyncio.gather(*others)]

    told, others = run(read_all())
    assert others == [answer.token_ids for answer in alone]
    for number, (prompt, (_, adapter)) in enumerate(zip(prompts, adapters, strict=True)):
        assert_equal(told[number][0], reference(small_gemma, device, prompt, adapter), prompt, number)


def test_on_the_demo_model_a_text_is_as_likely_as_mlx_lm_finds_it(device: Device, run: Run) -> None:
    engine = MlxEngine.open(model=str(DEMO), device=device, limits=Settings(max_batch_size=4, max_queue=4).limits)
    text = "What is the capital of France? The capital of France is Paris. " * 30
    try:
        told, _ = run(read(engine, completion(text, num_prompt_logprobs=5)))
        assert_equal(told, reference(DEMO, device, told.token_ids), told.token_ids, 5)
        assert told.token_ids[0] == 2
    finally:
        run(engine.close(grace_s=5))


def test_a_row_that_goes_while_it_reads_holds_nobody_up(engine: MlxEngine, run: Run) -> None:
    async def leave() -> None:
        task = asyncio.create_task(read(engine, completion(make_prompt(4000, seed=3), id="long", num_prompt_logprobs=20)))
        answer = await ask(engine, question("Hello", id="other"))
        assert answer.token_ids
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert (await ask(engine, question("Hello", id="again"))).token_ids == answer.token_ids

    run(leave())


@pytest.fixture
def one_row(small_gemma: Path, device: Device, run: Run) -> Iterator[MlxEngine]:
    engine = MlxEngine.open(model=str(small_gemma), device=device, limits=Settings(max_batch_size=1, max_queue=4).limits)
    yield engine
    run(engine.close(grace_s=5))


def test_a_row_that_is_stopped_before_its_first_token_has_only_a_finish(one_row: MlxEngine, run: Run) -> None:
    async def stop() -> list[Event]:
        running = asyncio.create_task(ask(one_row, question("Hello", id="running", max_tokens=3000)))
        task = asyncio.create_task(collect(one_row, completion((5, 6, 7), id="waiting", num_prompt_logprobs=1)))
        await asyncio.sleep(0.05)
        one_row.stop("waiting", reason="enough")
        events = await task
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return events

    events = run(stop())
    assert [type(event) for event in events] == [Finish]


def test_a_step_that_fails_while_it_reads_is_told_once_when_it_is_read_anew(
    engine: MlxEngine, run: Run, small_gemma: Path, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompt = make_prompt(600, seed=21)
    find = prompt_logprobs.PromptLogprobs._find_some
    num_calls = 0

    def fail_once(self: prompt_logprobs.PromptLogprobs, hidden: mx.array, tokens: list[prompt_logprobs.PromptToken]) -> int:
        nonlocal num_calls
        num_calls += 1
        if num_calls == 2:
            raise RuntimeError("a step that fails")
        return find(self, hidden, tokens)

    monkeypatch.setattr(prompt_logprobs, "SLICE_SIZE", 100 * 1024)
    monkeypatch.setattr(prompt_logprobs.PromptLogprobs, "_find_some", fail_once)
    told, events = run(read(engine, completion(prompt, num_prompt_logprobs=1)))
    assert num_calls > 3
    assert_equal(told, reference(small_gemma, device, prompt), prompt, 1)
    assert sum(isinstance(event, Piece) for event in events) > 0
