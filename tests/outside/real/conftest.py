"""The real model, served once for all tests: by an engine in this process, by mlx-lm beside it, and by a server of its own."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from adapters.base.device import Device
from server.engine.mlx.engine import MlxEngine
from server.engine.protocol import Event, Sampling
from server.settings.settings import Settings
from tests.outside.real.asking import asked, collect
from tests.outside.real.conversations import ALL
from tests.outside.real.reference import Reference
from tests.server.engine.conftest import Run
from tests.server_process import Server

NUM_TOKENS, NUM_TOP = 8, 5  # of an answer that is looked at closely
HOT = Sampling(temperature=1.0, top_k=1000, seed=11)  # so that unlikely tokens are looked at too
DTYPE = "float32"  # on every backend: in bfloat16 rounding alone parts answers


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the model's folder."""
    parser.addoption("--real-gemma", type=Path, required=True, metavar="FOLDER")


@pytest.fixture(scope="session")
def real_gemma(request: pytest.FixtureRequest) -> Path:
    """The folder of the real Gemma 3 270M."""
    folder: Path = request.config.getoption("--real-gemma")
    return folder


@pytest.fixture(scope="session")
def run() -> Iterator[Run]:
    """Run coroutines on one event loop, as a server has one."""
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture(scope="session")
def engine(real_gemma: Path, device: Device, run: Run) -> Iterator[MlxEngine]:
    """The model without adapters, 32 rows at once."""
    engine = MlxEngine.open(
        model=str(real_gemma), device=msgspec.structs.replace(device, weights_dtype=DTYPE), limits=Settings(max_batch_size=32).limits
    )
    yield engine
    run(engine.close(grace_s=5))


@pytest.fixture(scope="session")
def reference(real_gemma: Path) -> Reference:
    """The same weights in mlx-lm's own hands."""
    return Reference(real_gemma, dtype=DTYPE)


@pytest.fixture(scope="session")
def server(real_gemma: Path) -> Iterator[Server]:
    """`python -m server`, with a prefix cache that is soon full."""
    with Server("--model", str(real_gemma), "--prefix-cache-bytes", str(32 << 20)) as server:
        yield server


@pytest.fixture(scope="session")
def told(engine: MlxEngine, run: Run) -> dict[str, list[Event]]:
    """Answers to all conversations, drawn in one batch, with all that is told of them and of their prompts."""

    async def ask_all() -> list[list[Event]]:
        rows = [
            asked(messages, id=name, sampling=HOT, max_tokens=NUM_TOKENS, num_top_logprobs=NUM_TOP, num_prompt_logprobs=1)
            for name, messages in ALL.items()
        ]
        return await asyncio.gather(*(collect(engine, row) for row in rows))

    return dict(zip(ALL, run(ask_all()), strict=True))
