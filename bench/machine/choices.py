"""What the device's choices are worth here: candor's engine in process, as chosen and with one choice at a time the other way.

    python -m bench.machine.choices FOLDER ROUNDS TOKENS

Each round opens an engine for every variant, one after the other and another one first each time, and closes it before the next: no two
lie in memory together. Prints one line of JSON a trial. Greedy; new prompts, no prefix cache; the first waves of an engine only warm up,
and of the others the fastest counts, as whatever else the machine does only slows one down. Decoding is timed from when every row has its
first token, and reading, of long prompts, until then.
"""

import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from adapters.base.device import prepare_device
from adapters.base.errors import ModelLoadError

DEVICE = prepare_device()

import mlx.core as mx  # noqa: E402
import msgspec  # noqa: E402

from bench.machine.report import Trial, Variant  # noqa: E402
from bench.prompts import PromptTag, even_prompts, long_text, new_run  # noqa: E402
from bench.rounds import turned  # noqa: E402
from server.engine.errors import EngineError  # noqa: E402
from server.engine.mlx.engine import MlxEngine  # noqa: E402
from server.engine.protocol import Finish, Generation, Message, Piece, Sampling  # noqa: E402
from server.settings.settings import Settings  # noqa: E402

NUM_WAVES = 3
NUM_LONG = 4  # rows
LONG_WORDS = 700

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
    except (ModelLoadError, EngineError, RuntimeError, ValueError, TypeError, ArithmeticError, LookupError) as exc:
        return Trial(variant=variant, round_number=tag.round_number, fault=type(exc).__name__)
    return Trial(
        variant=variant,
        round_number=tag.round_number,
        tokens_per_s=rates,
        loaded_bytes=loaded_bytes,
        peak_bytes=mx.get_peak_memory(),
    )


async def _measure(engine: MlxEngine, tag: PromptTag, max_tokens: int) -> dict[str, float]:
    try:
        for num_rows in (1, 8):
            await _wave(engine, even_prompts(msgspec.structs.replace(tag, part=f"{tag.part} warm {num_rows}"), num_rows), 8)
        rates = {}
        for num_rows, case in ((1, "1 row"), (8, "8 rows")):
            tags = [msgspec.structs.replace(tag, part=f"{tag.part} {num_rows} {number}") for number in range(NUM_WAVES)]
            waves = [await _wave(engine, even_prompts(each, num_rows), max_tokens) for each in tags]
            rates[case] = max(wave.decoded_per_s for wave in waves)
        long = await _wave(engine, [long_text(tag, number, LONG_WORDS) for number in range(NUM_LONG)], max_tokens)
        return rates | {f"{NUM_LONG} rows behind long prompts": long.decoded_per_s, "reading the long prompts": long.read_per_s}
    finally:
        await engine.close(0)


class Wave(NamedTuple):
    """What one wave comes to."""

    read_per_s: float  # prompt tokens, until every row has its first token
    decoded_per_s: float  # tokens from then on


async def _wave(engine: MlxEngine, prompts: Sequence[str], max_tokens: int) -> Wave:
    """Answer all at once."""
    began_s = time.perf_counter()
    answers = await asyncio.gather(*(_answer(engine, prompt, max_tokens) for prompt in prompts))
    first_s = max(answer.arrivals[0][0] for answer in answers)
    end_s = max(answer.arrivals[-1][0] for answer in answers)
    num_later = sum(num_tokens for answer in answers for arrived_s, num_tokens in answer.arrivals if arrived_s > first_s)
    num_read = sum(answer.num_prompt_tokens for answer in answers)
    return Wave(read_per_s=num_read / (first_s - began_s), decoded_per_s=num_later / (end_s - first_s))


class Answer(NamedTuple):
    """When its tokens came, and how many at a time."""

    num_prompt_tokens: int
    arrivals: list[tuple[float, int]]


async def _answer(engine: MlxEngine, prompt: str, max_tokens: int) -> Answer:
    messages = (Message(role="user", content=prompt),)
    generation = Generation(id=prompt, messages=messages, sampling=Sampling(temperature=0), max_tokens=max_tokens)
    arrivals = []
    num_prompt_tokens = 0
    async for event in engine.generate(generation):
        match event:
            case Piece():
                arrivals.append((time.perf_counter(), len(event.token_ids)))
            case Finish():
                num_prompt_tokens = event.num_prompt_tokens
    return Answer(num_prompt_tokens, arrivals)


if __name__ == "__main__":
    main()
