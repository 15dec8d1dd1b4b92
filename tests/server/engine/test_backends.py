"""What other backends run, run on a CPU: MLX's own kernels' stand-ins, passes started ahead; the same tokens either way."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import mlx.core as mx
import msgspec
import pytest

from adapters.base.device import Device
from server.engine.mlx.engine import MlxEngine
from server.engine.protocol import Sampling
from server.settings.settings import Settings
from tests.server.engine.asking import Answer, ask, question
from tests.server.engine.conftest import Adapters, Run

NUM_ROWS = 12


@pytest.fixture(params=["kernels", "ahead", "together", "all"])
def other(request: pytest.FixtureRequest, small_gemma: Path, small_adapters: Adapters, device: Device, run: Run) -> Iterator[MlxEngine]:
    """An engine that makes the choices of a GPU."""
    choices = {"kernels": {"has_no_kernels": False}, "ahead": {"runs_ahead": True}, "together": {"keeps_prompts_apart": False}}
    choices["all"] = {name: value for choice in choices.values() for name, value in choice.items()}
    changed = msgspec.structs.replace(device, **choices[request.param])
    engine = MlxEngine.open(
        model=str(small_gemma), adapters=small_adapters, device=changed, limits=Settings(max_batch_size=8, max_queue=8).limits
    )
    yield engine
    run(engine.close(grace_s=5))


async def ask_many(engine: MlxEngine) -> list[Answer]:
    """Ask more than fit in a batch, of mixed length and adapters, past the window of 32 tokens."""
    adapters = (None, "adapter-0", "adapter-1", None)
    asked = [
        question(
            f"Number {n}: " + "and of the one before? " * (7 * (n % 3)),
            id=f"row-{n}",
            max_tokens=20 + 7 * (n % 5),
            adapter=adapters[n % 4],
            sampling=Sampling(temperature=0.8 * (n % 2), seed=n, frequency_penalty=0.2),
        )
        for n in range(NUM_ROWS)
    ]
    return await asyncio.gather(*(ask(engine, one) for one in asked))


def test_answers_are_the_same_by_other_backends_ways(engine: MlxEngine, other: MlxEngine, run: Run) -> None:
    expected, answers = run(ask_many(engine)), run(ask_many(other))
    assert [answer.token_ids for answer in answers] == [answer.token_ids for answer in expected]
    assert [answer.finish.reason for answer in answers] == [answer.finish.reason for answer in expected]


def test_where_the_c_library_keeps_what_is_freed_mlx_does_not(engine: MlxEngine, device: Device, run: Run) -> None:
    if device.freed_bytes is None:
        pytest.skip("MLX keeps what it likes")
    run(ask(engine, question("Who are you?", id="freed", max_tokens=5)))
    assert mx.get_cache_memory() <= device.freed_bytes
