"""Sixteen adapters of mixed kinds in one batch of 32 rows answer as each does alone: the bank's gate."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.base.device import Device
from server.engine.mlx.engine import MlxEngine
from server.engine.protocol import AdapterUse
from server.settings.settings import Settings
from tests.server.engine.asking import ask, question, settle
from tests.server.engine.conftest import Run
from tools.random_adapter import write_as_peft, write_random_adapter

LORA_RANKS = (2, 3, 5, 8, 8, 12, 16, 16, 24, 32)
RSLORA_RANKS = (4, 9, 16)
DORA_RANKS = (2, 8, 16)
SUMS = ((0, 9), (3, 10), (5, 6), (12, 1))  # pairs that answer together
NUM_ROWS = 32


@pytest.fixture(scope="module")
def kinds(small_gemma: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    root = tmp_path_factory.mktemp("kinds")
    folders = []
    for number, rank in enumerate((*LORA_RANKS, *RSLORA_RANKS, *DORA_RANKS)):
        is_dora = number >= len(LORA_RANKS) + len(RSLORA_RANKS)
        folder = root / f"adapter-{number}"
        write_random_adapter(folder, base=small_gemma, rank=rank, seed=number, scale=2.0, size=0.15, is_dora=is_dora)
        if len(LORA_RANKS) <= number and not is_dora:
            write_as_peft(root / f"rslora-{number}", adapter=folder, use_rslora=True)
            folder = root / f"rslora-{number}"
        folders.append(folder)
    return folders


@pytest.fixture
def engine(small_gemma: Path, device: Device, run: Run) -> Iterator[MlxEngine]:
    limits = Settings(max_batch_size=NUM_ROWS, max_queue=NUM_ROWS, max_adapters=16, prefix_cache_bytes=0).limits
    engine = MlxEngine.open(model=str(small_gemma), device=device, limits=limits)
    yield engine
    run(engine.close(grace_s=5))


def test_sixteen_adapters_of_mixed_kinds_in_32_rows_answer_as_each_does_alone(engine: MlxEngine, run: Run, kinds: list[Path]) -> None:
    wanted: list[tuple[AdapterUse, ...]] = [(AdapterUse(name=f"{number}"),) for number in range(len(kinds))]
    wanted += [(AdapterUse(name=f"{first}"), AdapterUse(name=f"{second}", scale=0.5)) for first, second in SUMS]
    wanted += [(AdapterUse(name=f"{number}"),) for number in (9, 9, 9, 4, 4, 15, 13, 2, 10)] + [()] * 3
    assert len(wanted) == NUM_ROWS

    async def load() -> None:
        for number, folder in enumerate(kinds):
            await engine.adapters.load(f"{number}", folder, replace=False)

    async def ask_together() -> list[tuple[int, ...]]:
        asked = [
            asyncio.create_task(ask(engine, question(f"Question {n}", id=f"{n}", adapters=uses, max_tokens=32)))
            for n, uses in enumerate(wanted)
        ]
        await settle(engine, lambda load: load.num_running == NUM_ROWS)
        return [answer.token_ids for answer in await asyncio.gather(*asked)]

    run(load())
    together = run(ask_together())
    alone = [run(ask(engine, question(f"Question {n}", adapters=uses, max_tokens=32))).token_ids for n, uses in enumerate(wanted)]
    assert together == alone
    same_question = [run(ask(engine, question("Hello", adapters=uses))).token_ids for uses in wanted[: len(kinds) + len(SUMS)]]
    assert len(set(same_question)) == len(same_question)  # each says something of its own
