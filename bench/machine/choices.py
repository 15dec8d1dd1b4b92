"""What the device's choices are worth here: candor's engine in process, as chosen and with one choice at a time the other way.

    python -m bench.machine.choices FOLDER ROUNDS TOKENS

Each round opens an engine for every variant, one after the other and another one first each time, and closes it before the next: no two
lie in memory together. Prints one line of JSON a trial. Greedy; new prompts, no prefix cache; the first wave of each engine only warms up,
and of the others the fastest counts, as whatever else the machine does only slows one down.
"""

import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from server.engine.mlx.device import prepare_device

DEVICE = prepare_device()

import mlx.core as mx  # noqa: E402
import msgspec  # noqa: E402

from bench.machine.report import Trial, Variant  # noqa: E402
from bench.prompts import PromptTag, even_prompts, new_run  # noqa: E402
from bench.rounds import turned  # noqa: E402
from server.engine.errors import EngineError  # noqa: E402
from server.engine.mlx.engine import MlxEngine  # noqa: E402
from server.engine.protocol import Finish, Generation, Message, Sampling  # noqa: E402
from server.settings.settings import Settings  # noqa: E402

NUM_ROWS = (1, 8)
NUM_WAVES = 3
VARIANTS = {
    "as chosen": DEVICE,
    "runs_ahead the other way": msgspec.structs.replace(DEVICE, runs_ahead=not DEVICE.runs_ahead),
    "has_no_kernels the other way": msgspec.structs.replace(DEVICE, has_no_kernels=not DEVICE.has_no_kernels),
}


def main() -> None:
    """Try every variant in every round."""
    folder, num_rounds, max_tokens = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    run = new_run()
    for round_number in range(num_rounds):
        for variant in turned(list(VARIANTS), round_number):
            tag = PromptTag(run=run, round_number=round_number, part=variant[:8])
            trial = _try(folder, msgspec.convert(variant, Variant), tag, max_tokens)
            sys.stdout.buffer.write(msgspec.json.encode(trial) + b"\n")
            sys.stdout.buffer.flush()


def _try(folder: Path, variant: Variant, tag: PromptTag, max_tokens: int) -> Trial:
    """Measure one engine; an error of any kind is what is found out about the variant, and the others go on."""
    try:
        engine = MlxEngine.open(model=str(folder), device=VARIANTS[variant], limits=Settings(prefix_cache_bytes=0).limits)
        loaded_bytes = mx.get_active_memory()
        mx.reset_peak_memory()
        rates = asyncio.run(_measure(engine, tag, max_tokens))
    except (EngineError, RuntimeError, ValueError, TypeError, MemoryError) as exc:
        return Trial(variant=variant, round_number=tag.round_number, fault=type(exc).__name__)
    return Trial(
        variant=variant,
        round_number=tag.round_number,
        tokens_per_s=rates,
        loaded_bytes=loaded_bytes,
        peak_bytes=mx.get_peak_memory(),
    )


async def _measure(engine: MlxEngine, tag: PromptTag, max_tokens: int) -> dict[int, float]:
    async def wave(part: str, num_rows: int, num_tokens: int) -> float:
        prompts = even_prompts(msgspec.structs.replace(tag, part=f"{tag.part} {part}"), num_rows)
        return await _wave(engine, prompts, num_tokens)

    try:
        for num_rows in NUM_ROWS:
            await wave(f"warm {num_rows}", num_rows, 8)
        return {
            num_rows: max([await wave(f"{number} of {num_rows}", num_rows, max_tokens) for number in range(NUM_WAVES)])
            for num_rows in NUM_ROWS
        }
    finally:
        await engine.close(0)


async def _wave(engine: MlxEngine, prompts: Sequence[str], max_tokens: int) -> float:
    """Answer all at once; tokens a second, the prompts' reading included."""
    began_s = time.perf_counter()
    counts = await asyncio.gather(*(_answer(engine, prompt, max_tokens) for prompt in prompts))
    return sum(counts) / (time.perf_counter() - began_s)


async def _answer(engine: MlxEngine, prompt: str, max_tokens: int) -> int:
    messages = (Message(role="user", content=prompt),)
    generation = Generation(id=prompt, messages=messages, sampling=Sampling(temperature=0), max_tokens=max_tokens)
    num_tokens = 0
    async for event in engine.generate(generation):
        if isinstance(event, Finish):
            num_tokens = event.num_completion_tokens
    return num_tokens


if __name__ == "__main__":
    main()
