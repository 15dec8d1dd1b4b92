"""Adapters in both formats on every kind of Gemma 3: nested or not, quantised or not, dequantised for the CPU or left as stored."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adapters.base.device import Device
from server.engine.mlx.engine import MlxEngine
from server.settings.settings import Settings
from tests.server.engine.asking import ask, question
from tests.server.engine.conftest import Run
from tests.server.engine.test_parity import NUM_TOKENS, reference
from tools.random_adapter import write_as_peft, write_random_adapter
from tools.random_gemma3 import Shape, write_random_gemma3

TINY = Shape(hidden=64, layers=2, intermediate=128, heads=2, head_dim=32, vocabulary=512, window=32, pattern=2)
PROMPTS = ["Tell me one thing", "And another"]
STORED = {"dtype": "float32"}  # what mlx-lm and we can compute alike without a cast; 16-bit rounding differs with the batch


@pytest.mark.parametrize(
    ("changes", "is_cast"),
    [
        ({"nested": True}, True),
        ({"nested": True, "bits": 4}, True),
        ({"bits": 3}, True),
        ({"bits": 6}, True),
        ({"nested": True, "bits": 4} | STORED, False),
        ({"bits": 3} | STORED, False),
        ({"bits": 6} | STORED, False),
    ],
)
def test_an_adapter_in_either_format_answers_as_in_mlx_lm_and_not_as_the_base(
    tmp_path: Path, device: Device, run: Run, changes: dict[str, Any], is_cast: bool
) -> None:
    device = device if is_cast else msgspec.structs.replace(device, weights_dtype=None)
    base, mlx_lm_folder, peft_folder = (tmp_path / name for name in ("base", "mlx-lm", "peft"))
    write_random_gemma3(base, msgspec.structs.replace(TINY, **changes))
    write_random_adapter(mlx_lm_folder, base=base, rank=5, seed=1, size=0.1)
    write_as_peft(peft_folder, adapter=mlx_lm_folder, infix=".default", use_rslora=True)
    limits = Settings(max_batch_size=8, max_queue=8).limits
    engine = MlxEngine.open(model=str(base), adapters=[("a", mlx_lm_folder), ("b", peft_folder)], device=device, limits=limits)

    async def ask_all() -> list[list[tuple[int, ...]]]:
        names = (None, "a", "b")
        asked = [
            [ask(engine, question(prompt, id=f"{name}-{prompt}", adapter=name, max_tokens=NUM_TOKENS)) for prompt in PROMPTS]
            for name in names
        ]
        answers = await asyncio.gather(*(asyncio.gather(*of_one) for of_one in asked))
        await engine.close(grace_s=5)
        return [[answer.token_ids for answer in of_one] for of_one in answers]

    of_base, of_mlx_lm, of_peft = run(ask_all())
    assert [of_base, of_mlx_lm] == [reference(base, PROMPTS, device, adapter) for adapter in (None, mlx_lm_folder)]
    assert of_peft == of_mlx_lm != of_base
