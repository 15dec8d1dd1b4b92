"""The same tokens as mlx-lm itself, for the base and for every adapter, alone and in company."""

import asyncio
from pathlib import Path

import mlx.core as mx
import mlx_lm
import pytest
from mlx_lm.utils import dequantize_model

from adapters.base.device import Device
from server.engine.mlx.engine import MlxEngine
from server.engine.protocol import Sampling
from tests.server.engine.asking import ask, question
from tests.server.engine.conftest import Adapters, Run

PROMPTS = [f"Question {number}: " + "what of it? " * (number % 7) for number in range(20)]
NUM_TOKENS = 48  # past the small model's window of 32


def reference(folder: Path, prompts: list[str], device: Device, adapter: Path | None = None) -> list[tuple[int, ...]]:
    """Greedy tokens of mlx_lm on the same weights and dtype."""
    model, tokenizer = mlx_lm.load(str(folder), adapter_path=str(adapter) if adapter else None)
    if device.weights_dtype:
        dequantize_model(model)
        model.set_dtype(getattr(mx, device.weights_dtype))
    answers = []
    for prompt in prompts:
        ids = tokenizer.apply_chat_template([{"role": "user", "content": prompt}], add_generation_prompt=True)
        stream = mlx_lm.stream_generate(model, tokenizer, ids, max_tokens=NUM_TOKENS)
        answers.append(tuple(one.token for one in stream if one.token not in tokenizer.eos_token_ids))
    return answers


@pytest.fixture(scope="module")
def expected(small_gemma: Path, device: Device) -> list[tuple[int, ...]]:
    """What mlx_lm answers."""
    return reference(small_gemma, PROMPTS, device)


def test_greedy_tokens_alone_equal_those_of_mlx_lm(engine: MlxEngine, run: Run, expected: list[tuple[int, ...]]) -> None:
    answers = [run(ask(engine, question(prompt, max_tokens=NUM_TOKENS))) for prompt in PROMPTS]
    assert [answer.token_ids for answer in answers] == expected


def test_greedy_tokens_in_a_mixed_batch_equal_those_of_mlx_lm(engine: MlxEngine, run: Run, expected: list[tuple[int, ...]]) -> None:
    async def ask_eight(prompts: list[str]) -> list[tuple[int, ...]]:
        asked = [ask(engine, question(prompt, id=f"row-{n}", max_tokens=NUM_TOKENS)) for n, prompt in enumerate(prompts)]
        return [answer.token_ids for answer in await asyncio.gather(*asked)]

    batches = [PROMPTS[:8], PROMPTS[8:16], PROMPTS[12:]]
    assert [run(ask_eight(batch)) for batch in batches] == [expected[:8], expected[8:16], expected[12:]]


def test_adapters_mixed_in_one_batch_answer_as_each_does_alone_in_mlx_lm(
    engine: MlxEngine,
    run: Run,
    small_gemma: Path,
    small_adapters: Adapters,
    device: Device,
    expected: list[tuple[int, ...]],
) -> None:
    prompts = PROMPTS[:3]
    alone = {name: reference(small_gemma, prompts, device, path) for name, path in small_adapters[:2]} | {None: expected[:3]}
    mixed = [(name, prompt) for name in alone for prompt in range(2)]

    async def ask_mixed() -> list[tuple[int, ...]]:
        asked = [
            ask(engine, question(prompts[prompt], id=f"row-{name}-{prompt}", adapter=name, max_tokens=NUM_TOKENS)) for name, prompt in mixed
        ]
        return [answer.token_ids for answer in await asyncio.gather(*asked)]

    assert run(ask_mixed()) == [alone[name][prompt] for name, prompt in mixed]
    assert len({alone[name][0] for name in alone}) == len(alone)  # the adapters do differ from the base and from each other


@pytest.mark.parametrize(
    "sampling",
    [
        Sampling(temperature=1.0, seed=7),
        Sampling(temperature=1.3, seed=7, top_p=0.8),
        Sampling(temperature=0.7, seed=7, top_k=40, min_p=0.01),
        Sampling(temperature=0.9, seed=7, repetition_penalty=1.2, presence_penalty=0.5, frequency_penalty=0.5),
    ],
)
def test_a_seed_gives_the_same_answer_alone_and_in_a_batch(engine: MlxEngine, run: Run, sampling: Sampling) -> None:
    async def ask_among_others() -> tuple[int, ...]:
        others = [ask(engine, question("other " * n, id=f"other-{n}", sampling=Sampling(seed=n))) for n in range(1, 7)]
        mine, *_ = await asyncio.gather(ask(engine, question("mine", id="mine", sampling=sampling)), *others)
        return mine.token_ids

    alone = run(ask(engine, question("mine", sampling=sampling))).token_ids
    assert run(ask_among_others()) == alone
    assert run(ask(engine, question("mine", sampling=sampling))).token_ids == alone


def test_different_seeds_and_no_seed_give_different_answers(engine: MlxEngine, run: Run) -> None:
    samplings = [Sampling(seed=1), Sampling(seed=2), Sampling(), Sampling()]
    answers = {run(ask(engine, question("mine", sampling=sampling))).token_ids for sampling in samplings}
    assert len(answers) == 4
