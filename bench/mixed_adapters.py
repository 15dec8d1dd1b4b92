"""What it costs that every row of a batch wants another kind of adapter: sixteen of them against one of rank 8.

    python -m bench.mixed_adapters --model FOLDER [--max-tokens 48] [--rounds 6]

LoRA of ranks 2 to 32, rslora, DoRA, and rows that two adapters answer together, in 32 rows, unequally many of each. Both batches are asked
in turn in one process; medians over the rounds.
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from adapters.base.device import prepare_device

DEVICE = prepare_device()

from bench.prompts import prompts  # noqa: E402
from bench.rounds import ratios, spell, turned  # noqa: E402
from server.engine.mlx.engine import MlxEngine  # noqa: E402
from server.engine.protocol import AdapterUse, Finish, Generation, Message, Piece, Sampling  # noqa: E402
from server.settings.settings import Settings  # noqa: E402
from tools.random_adapter import write_as_peft, write_random_adapter  # noqa: E402

NUM_ROWS = 32
RANKS = (2, 3, 4, 5, 8, 8, 8, 12, 16, 16, 24, 32)
RSLORA_RANKS = (4, 16)
DORA_RANKS = (8, 8)
NUM_SUMS = 6  # rows of two adapters

Uses = tuple[AdapterUse, ...]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--max-tokens", type=int, default=48)
    parser.add_argument("--rounds", type=int, default=6)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        asyncio.run(_measure(options, write_mixed(Path(scratch), base=options.model)))


def write_mixed(root: Path, *, base: Path) -> list[Path]:
    """Write sixteen adapters of mixed kinds, those of DoRA last."""
    folders = [root / f"adapter-{number}" for number in range(len(RANKS) + len(RSLORA_RANKS) + len(DORA_RANKS))]
    for number, (folder, rank) in enumerate(zip(folders, (*RANKS, *RSLORA_RANKS, *DORA_RANKS), strict=True)):
        is_dora = number >= len(RANKS) + len(RSLORA_RANKS)
        is_rslora = number >= len(RANKS) and not is_dora
        plain = root / f"plain-{number}" if is_rslora else folder
        write_random_adapter(plain, base=base, rank=rank, seed=number, scale=2.0, size=0.02, is_dora=is_dora)
        if is_rslora:
            write_as_peft(folder, adapter=plain, use_rslora=True)
    return folders


def mix(names: Sequence[str]) -> list[Uses]:
    """Give what each of 32 rows wants: every adapter once at least, the last six rows two that are not DoRA's."""
    rng = random.Random(0)
    summable = names[: -len(DORA_RANKS)]
    wanted: list[Uses] = [(AdapterUse(name=name),) for name in names]
    wanted += [(AdapterUse(name=rng.choice(names)),) for _ in range(NUM_ROWS - NUM_SUMS - len(names))]
    for _ in range(NUM_SUMS):
        first, second = rng.sample(summable, 2)
        wanted.append((AdapterUse(name=first), AdapterUse(name=second, scale=0.5)))
    return wanted


async def _measure(options: argparse.Namespace, folders: Sequence[Path]) -> None:
    engine = MlxEngine.open(model=str(options.model), device=DEVICE, limits=Settings(max_batch_size=NUM_ROWS).limits)
    plain = MlxEngine.open(model=str(options.model), device=DEVICE, limits=Settings(max_batch_size=NUM_ROWS).limits)
    for folder in folders:
        await engine.adapters.load(folder.name, folder, replace=False)
    one = folders[RANKS.index(8)]
    await plain.adapters.load(one.name, one, replace=False)
    subjects: dict[str, tuple[MlxEngine, list[Uses]]] = {
        "one adapter of rank 8": (plain, [(AdapterUse(name=one.name),)] * NUM_ROWS),
        "the same beside fifteen": (engine, [(AdapterUse(name=one.name),)] * NUM_ROWS),
        "sixteen of mixed kinds": (engine, mix([folder.name for folder in folders])),
    }
    speeds: dict[str, list[float]] = {name: [] for name in subjects}
    for round_number in range(-1, options.rounds):
        for name in turned(list(subjects), round_number):
            speed = await _speed(*subjects[name], round_number, options.max_tokens)
            if round_number >= 0:
                speeds[name].append(speed)
    print(f"{NUM_ROWS} rows, {options.max_tokens} tokens each, {options.rounds} rounds")
    for name, all_rounds in speeds.items():
        print(f"  {name:24} {statistics.median(all_rounds):8.1f} tokens/s")
    names = list(speeds)
    for other in names[1:]:
        print(f"  {other} over {names[0]}: {spell(ratios(speeds[other], speeds[names[0]]))}, median and range of the rounds' ratios")
    await plain.close(5)
    dora = folders[-1]
    for folder in (one, dora):
        print(
            f"  longest gap between tokens while {folder.name} was loaded again: {await _stall(engine, folder):.2f} median decoding steps"
        )
    await engine.close(5)


async def _speed(engine: MlxEngine, wanted: Sequence[Uses], round_number: int, max_tokens: int) -> float:
    texts = prompts(round_number, len(wanted))
    began_s = time.perf_counter()
    counts = await asyncio.gather(*(_count(engine, _ask(f"{row}", texts[row], uses, max_tokens)) for row, uses in enumerate(wanted)))
    return sum(counts) / (time.perf_counter() - began_s)


def _ask(id: str, prompt: str, uses: Uses, max_tokens: int) -> Generation:
    message = Message(role="user", content=prompt)
    sampling = Sampling(temperature=0)
    return Generation(id=id, messages=(message,), sampling=sampling, max_tokens=max_tokens, adapters=uses, ignores_stop_ids=True)


async def _count(engine: MlxEngine, generation: Generation) -> int:
    return sum([event.num_completion_tokens async for event in engine.generate(generation) if isinstance(event, Finish)])


async def _stall(engine: MlxEngine, folder: Path) -> float:
    """Load an adapter under another name while sixteen rows of the base run; the longest gap between two tokens, in median gaps."""
    arrivals: list[list[float]] = [[] for _ in range(NUM_ROWS // 2)]

    async def watch(row: int) -> None:
        async for event in engine.generate(_ask(f"{row}", f"row {row}", (), 2000)):
            if isinstance(event, Piece):
                arrivals[row].append(time.perf_counter())

    await engine.adapters.unload(folder.name, force=True)
    watchers = [asyncio.create_task(watch(row)) for row in range(len(arrivals))]
    await asyncio.sleep(4)  # past the prefill of all rows
    for times in arrivals:
        times.clear()
    await asyncio.sleep(2)
    began_s = time.perf_counter()
    await engine.adapters.load(folder.name, folder, replace=False)
    ended_s = time.perf_counter()
    await asyncio.sleep(0.5)
    for watcher in watchers:
        watcher.cancel()
    await asyncio.gather(*watchers, return_exceptions=True)
    gaps = [(later - earlier, later) for times in arrivals for earlier, later in pairwise(times)]
    during = [gap for gap, later in gaps if began_s <= later <= ended_s + 0.4]
    return max(during) / statistics.median(gap for gap, _ in gaps)


if __name__ == "__main__":
    main()
