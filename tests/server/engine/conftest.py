"""Engines for the tests: one on a small random model, with two adapters of different rank."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.base.device import Device
from server.engine.mlx.engine import MlxEngine
from server.settings.settings import Settings
from tools.random_adapter import write_random_adapter

Adapters = tuple[tuple[str, Path], ...]  # name and folder of each
Run = Callable[[Coroutine[Any, Any, Any]], Any]
RANKS = (2, 4, 8, 32, 3, 16, 5, 24)


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Run coroutines on one event loop a module, as a server has one."""
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture(scope="session")
def small_adapters(small_gemma: Path, tmp_path_factory: pytest.TempPathFactory) -> Adapters:
    """Four adapters of mixed rank and targets on the small model."""
    folder = tmp_path_factory.mktemp("adapters")
    targets = (["self_attn.q_proj", "self_attn.v_proj"], ["mlp.down_proj"], ["self_attn.o_proj", "mlp.up_proj"], ["self_attn.k_proj"])
    for number, (rank, keys) in enumerate(zip((2, 8, 3, 16), targets, strict=True)):
        write_random_adapter(folder / f"adapter-{number}", base=small_gemma, rank=rank, seed=number, size=0.2, keys=keys)
    return tuple((f"adapter-{number}", folder / f"adapter-{number}") for number in range(4))


@pytest.fixture(scope="module")
def engine(small_gemma: Path, small_adapters: Adapters, device: Device, run: Run) -> Iterator[MlxEngine]:
    """The small model with its adapters, eight rows and eight in the queue."""
    engine = MlxEngine.open(
        model=str(small_gemma), adapters=small_adapters, device=device, limits=Settings(max_batch_size=8, max_queue=8).limits
    )
    yield engine
    run(engine.close(grace_s=5))


@pytest.fixture(scope="session")
def folders(small_gemma: Path, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, Path]]:
    """Eight adapters of mixed rank, each in mlx-lm's format and in PEFT's."""
    root = tmp_path_factory.mktemp("both-formats")
    made = []
    for seed, rank in enumerate(RANKS):
        mlx_lm_folder, peft_folder = root / f"mlx-lm-{seed}", root / f"peft-{seed}"
        write_random_adapter(mlx_lm_folder, base=small_gemma, rank=rank, seed=seed, size=0.05, peft_folder=peft_folder)
        made.append((mlx_lm_folder, peft_folder))
    return made


@pytest.fixture
def empty_engine(small_gemma: Path, device: Device, run: Run) -> Iterator[MlxEngine]:
    """The small model without adapters and without a prefix cache: room for eight, ranks up to 32."""
    limits = Settings(max_batch_size=16, max_queue=16, max_adapters=8, max_adapter_rank=32, prefix_cache_bytes=0).limits
    engine = MlxEngine.open(model=str(small_gemma), device=device, limits=limits)
    yield engine
    run(engine.close(grace_s=5))
