"""DoRA in a batch with LoRA and the base answers as mlx-lm's own does alone, and is refused by name where its formula has no answer."""

import asyncio
from pathlib import Path

import pytest

from adapters.base.device import Device
from server.engine.errors import InvalidGeneration
from server.engine.mlx.engine import MlxEngine
from server.engine.protocol import AdapterUse
from tests.server.engine.asking import ask, question, settle
from tests.server.engine.conftest import Run
from tests.server.engine.test_parity import reference
from tools.random_adapter import write_random_adapter


@pytest.fixture
def engine(empty_engine: MlxEngine) -> MlxEngine:
    return empty_engine


@pytest.fixture(scope="session")
def doras(small_gemma: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two DoRA adapters: on all layers, and on two kinds of them."""
    root = tmp_path_factory.mktemp("dora")
    write_random_adapter(root / "all", base=small_gemma, rank=4, seed=1, scale=2.0, size=0.05, is_dora=True)
    write_random_adapter(
        root / "some", base=small_gemma, rank=7, seed=2, scale=2.0, size=0.05, is_dora=True, keys=["self_attn.v_proj", "mlp.down_proj"]
    )
    return [root / "all", root / "some"]


def test_dora_beside_lora_and_the_base_answers_as_mlx_lms_alone(
    engine: MlxEngine, run: Run, small_gemma: Path, device: Device, doras: list[Path], folders: list[tuple[Path, Path]]
) -> None:
    adapters: list[Path | None] = [doras[0], folders[2][0], None, doras[1], doras[0], folders[3][0]]
    prompts = ["Tell me one thing", "And another one, please, of some length"]

    async def ask_all() -> list[tuple[int, ...]]:
        for folder in dict.fromkeys(adapters):
            if folder:
                status = await engine.adapters.load(folder.name, folder, replace=False)
                assert status.kind == ("dora" if folder in doras else "lora")
        asked = [
            asyncio.create_task(ask(engine, question(prompt, id=f"{n}-{m}", adapter=folder and folder.name, max_tokens=48)))
            for n, folder in enumerate(adapters)
            for m, prompt in enumerate(prompts)
        ]
        await settle(engine, lambda load: load.num_running == len(asked))
        return [answer.token_ids for answer in await asyncio.gather(*asked)]

    alone = {folder: reference(small_gemma, prompts, device, folder) for folder in dict.fromkeys(adapters)}
    assert run(ask_all()) == [answer for folder in adapters for answer in alone[folder]]
    assert len({answers[0] for answers in alone.values()}) == len(alone)


def test_dora_is_served_at_scale_0_and_1_alone_and_refused_by_name_otherwise(
    engine: MlxEngine, run: Run, doras: list[Path], folders: list[tuple[Path, Path]]
) -> None:
    async def load() -> None:
        await engine.adapters.load("dora", doras[0], replace=False)
        await engine.adapters.load("lora", folders[0][0], replace=False)

    def answer(*uses: tuple[str, float]) -> tuple[int, ...]:
        named = tuple(AdapterUse(name=name, scale=scale) for name, scale in uses)
        tokens: tuple[int, ...] = run(ask(engine, question("Hello", adapters=named))).token_ids
        return tokens

    run(load())
    base, dora, lora = answer(), answer(("dora", 1.0)), answer(("lora", 0.5))
    assert len({base, dora, lora}) == 3
    assert answer(("dora", 0.0)) == base
    assert answer(("lora", 0.5), ("dora", 0.0)) == lora
    assert answer(("lora", 0.0), ("dora", 1.0)) == dora
    for uses, param in [
        ([("dora", 0.5)], "lora[0].scale"),
        ([("dora", -1.0)], "lora[0].scale"),
        ([("lora", 0.0), ("dora", 2.0)], "lora[1].scale"),
        ([("lora", 1.0), ("dora", 1.0)], "lora[1].name"),
        ([("dora", 1.0), ("lora", 0.5)], "lora[0].name"),
    ]:
        with pytest.raises(InvalidGeneration, match="'dora' is a DoRA adapter, whose norm is not linear") as raised:
            answer(*uses)
        assert raised.value.param == param
    assert all(status.num_running == 0 for status in engine.adapters.statuses())
