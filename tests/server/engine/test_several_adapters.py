"""Adapters that answer together: as one whose update is the sum of theirs, beside rows of one and of none, each with prompts of its own."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import mlx.core as mx
import pytest

from adapters.base.device import Device
from server.engine.errors import AdapterWithdrawn, UnknownAdapter
from server.engine.mlx.engine import MlxEngine
from server.engine.protocol import AdapterUse
from server.settings.settings import Settings
from tests.server.engine.asking import Answer, ask, question, settle
from tests.server.engine.conftest import Run
from tests.server.engine.test_parity import reference

Parts = list[tuple[int, float]]  # number of an adapter, and its scale

PARTS: Parts = [(0, 1.0), (1, 0.5), (2, -1.0)]


@pytest.fixture
def engine(empty_engine: MlxEngine) -> MlxEngine:
    return empty_engine


def together(*parts: tuple[int, float]) -> tuple[AdapterUse, ...]:
    return tuple(AdapterUse(name=f"adapter-{number}", scale=scale) for number, scale in parts)


async def load(engine: MlxEngine, folders: Sequence[tuple[Path, Path]], number: int = 4) -> None:
    for n in range(number):
        await engine.adapters.load(f"adapter-{n}", folders[n][0], replace=False)


def load_tensors(folder: Path) -> dict[str, mx.array]:
    tensors = mx.load(str(folder / "adapters.safetensors"))
    assert isinstance(tensors, dict)
    return tensors


def write_sum(folder: Path, *, of: Sequence[tuple[Path, float]]) -> Path:
    """Write an adapter whose update is the sum of others', each times its scale: their factors side by side."""
    parts = [(load_tensors(one), scale) for one, scale in of]
    tensors: dict[str, mx.array] = {}
    for name in parts[0][0]:
        is_a = name.endswith("lora_a")
        tensors[name] = mx.concatenate([one[name] * (1.0 if is_a else scale) for one, scale in parts], axis=1 if is_a else 0)
    folder.mkdir(parents=True)
    mx.save_safetensors(str(folder / "adapters.safetensors"), tensors)
    config = json.loads((of[0][0] / "adapter_config.json").read_text())
    config["lora_parameters"]["rank"] = next(one.shape[1] for name, one in tensors.items() if name.endswith("lora_a"))
    (folder / "adapter_config.json").write_text(json.dumps(config))
    return folder


def test_adapters_together_answer_as_the_sum_of_their_updates_beside_rows_of_one_and_none(
    engine: MlxEngine, run: Run, small_gemma: Path, device: Device, tmp_path: Path, folders: list[tuple[Path, Path]]
) -> None:
    combinations: list[Parts] = [PARTS, PARTS[:2], PARTS[:1], [], [(3, 1.0), (1, 2.0)], PARTS]
    prompts = ["Hello", "Tell me one thing, and then another one, please"]

    async def ask_all() -> list[Answer]:
        await load(engine, folders)
        asked = [
            asyncio.create_task(ask(engine, question(prompt, id=f"{n}-{m}", adapters=together(*parts), max_tokens=48)))
            for n, parts in enumerate(combinations)
            for m, prompt in enumerate(prompts)
        ]
        await settle(engine, lambda load: load.num_running == len(combinations) * len(prompts))
        return await asyncio.gather(*asked)

    answers = run(ask_all())
    expected: list[tuple[int, ...]] = []
    for n, parts in enumerate(combinations):
        merged = write_sum(tmp_path / f"{n}", of=[(folders[number][0], scale) for number, scale in parts]) if parts else None
        expected += reference(small_gemma, prompts, device, *([merged] if merged else []))
    assert [answer.token_ids for answer in answers] == expected
    assert len(set(expected)) == len(expected) - len(prompts)  # but for the combination that was asked for twice
    digests = {status.name: status.digest for status in engine.adapters.statuses()}
    assert answers[0].finish.adapter_digest == ",".join(digests[f"adapter-{number}"] for number, _ in PARTS)


def test_one_at_scale_0_has_no_part(engine: MlxEngine, run: Run, folders: list[tuple[Path, Path]]) -> None:
    async def ask_all() -> list[Answer]:
        await load(engine, folders)
        choices = [together((0, 1.0)), together((1, 0.0), (0, 1.0)), together((0, 0.0), (1, 0.0)), ()]
        return await asyncio.gather(*(ask(engine, question("Hello", id=f"{n}", adapters=one)) for n, one in enumerate(choices)))

    alone, beside, none, base = (answer.token_ids for answer in run(ask_all()))
    assert (alone, none) == (beside, base)
    assert alone != base


def test_a_prompt_read_by_one_combination_is_never_anothers(
    run: Run, small_gemma: Path, device: Device, folders: list[tuple[Path, Path]]
) -> None:
    engine = MlxEngine.open(model=str(small_gemma), device=device, limits=Settings(max_batch_size=16).limits)
    prompt = "Be clear and kind. " * 20

    async def ask_in_turn() -> list[int]:
        await load(engine, folders)
        pairs: list[Parts] = [[(0, 1.0), (1, 1.0)], [(1, 1.0), (0, 1.0)], [(0, 1.0), (1, 0.5)]]
        wanted: list[Parts] = [[(0, 1.0)], *pairs, [], pairs[0], [(0, 1.0), (2, 0.0)]]
        answers = [await ask(engine, question(prompt, id=f"{n}", adapters=together(*one))) for n, one in enumerate(wanted)]
        return [answer.finish.num_cached_tokens for answer in answers]

    *first, again, without_part = run(ask_in_turn())
    run(engine.close(grace_s=5))
    assert first == [0] * 5
    assert again > 0 and without_part > 0


def test_unloading_one_by_force_fails_what_it_has_a_part_in_and_frees_all(
    engine: MlxEngine, run: Run, folders: list[tuple[Path, Path]]
) -> None:
    async def unload_beside() -> list[int]:
        await load(engine, folders)
        both = asyncio.create_task(ask(engine, question("Hello", id="both", adapters=together((0, 1.0), (1, 1.0)), max_tokens=4000)))
        other = asyncio.create_task(ask(engine, question("Hello", id="other", adapters=together((2, 1.0)), max_tokens=100)))
        await settle(engine, lambda load: load.num_running == 2)
        await engine.adapters.unload("adapter-1", force=True)
        with pytest.raises(AdapterWithdrawn):
            await both
        await other
        with pytest.raises(UnknownAdapter):
            await ask(engine, question("Hello", id="late", adapters=together((0, 1.0), (1, 1.0))))
        return [status.num_running for status in engine.adapters.statuses()]

    assert run(unload_beside()) == [0, 0, 0]
