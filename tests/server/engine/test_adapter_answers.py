"""Many adapters in one batch, each at its own scale, answer as each does alone in mlx-lm, in either format."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from adapters.base.device import Device
from server.engine.mlx.engine import MlxEngine
from tests.server.engine.asking import ask, question, settle
from tests.server.engine.conftest import Run
from tests.server.engine.test_parity import reference


@pytest.fixture
def engine(empty_engine: MlxEngine) -> MlxEngine:
    return empty_engine


@pytest.mark.parametrize("form", [0, 1], ids=["mlx-lm", "peft"])
def test_eight_adapters_in_a_mixed_batch_answer_as_each_does_alone(
    engine: MlxEngine, run: Run, small_gemma: Path, folders: list[tuple[Path, Path]], device: Device, form: int
) -> None:
    prompts = ["Tell me one thing", "And another one, please, of some length"]
    alone = [reference(small_gemma, prompts, device, mlx_lm_folder) for mlx_lm_folder, _ in folders]

    async def ask_all() -> list[tuple[int, ...]]:
        for number, both in enumerate(folders):
            await engine.adapters.load(f"adapter-{number}", both[form], replace=False)
        asked = [
            asyncio.create_task(ask(engine, question(prompt, id=f"{n}-{m}", adapter=f"adapter-{n}", max_tokens=48)))
            for n in range(len(folders))
            for m, prompt in enumerate(prompts)
        ]
        await settle(engine, lambda load: load.num_running == 16)
        return [answer.token_ids for answer in await asyncio.gather(*asked)]

    assert run(ask_all()) == [answer for answers in alone for answer in answers]
    base = reference(small_gemma, prompts[:1], device)[0]
    assert len({base, *(answers[0] for answers in alone)}) == len(folders) + 1


def test_a_requests_scale_is_as_if_the_adapter_had_been_written_with_it(
    engine: MlxEngine, run: Run, small_gemma: Path, device: Device, tmp_path: Path, folders: list[tuple[Path, Path]]
) -> None:
    chosen = [(0, 0.5), (1, 1.5), (0, -1.0), (2, 2.0)]

    def write_scaled(number: int, scale: float) -> Path:
        folder = tmp_path / f"{number}-{scale}"
        shutil.copytree(folders[number][0], folder)
        config = json.loads((folder / "adapter_config.json").read_text())
        config["lora_parameters"]["scale"] *= scale
        (folder / "adapter_config.json").write_text(json.dumps(config))
        return folder

    async def ask_all() -> list[tuple[int, ...]]:
        for number in range(3):
            await engine.adapters.load(f"adapter-{number}", folders[number][0], replace=False)
        asked = [
            ask(engine, question("Hello", id=f"{number}-{scale}", adapter=f"adapter-{number}", adapter_scale=scale, max_tokens=48))
            for number, scale in chosen
        ]
        return [answer.token_ids for answer in await asyncio.gather(*asked)]

    answers = run(ask_all())
    assert answers == [reference(small_gemma, ["Hello"], device, write_scaled(*choice))[0] for choice in chosen]
    assert len(set(answers)) == len(chosen)


def test_a_scale_of_zero_is_the_base_and_one_of_two_is_neither(engine: MlxEngine, run: Run, folders: list[tuple[Path, Path]]) -> None:
    async def ask_at_scales() -> list[tuple[int, ...]]:
        await engine.adapters.load("a", folders[0][0], replace=False)
        choices: list[dict[str, Any]] = [{}] + [{"adapter": "a", "adapter_scale": scale} for scale in (0.0, 1.0, 2.0)]
        answers = await asyncio.gather(*(ask(engine, question("Hello", id=f"{n}", **choice)) for n, choice in enumerate(choices)))
        return [answer.token_ids for answer in answers]

    base, none, one, two = run(ask_at_scales())
    assert base == none
    assert len({base, one, two}) == 3
