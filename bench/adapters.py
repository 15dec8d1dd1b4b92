"""What adapters cost: many in one batch, one loaded beside running requests, and a reload in mlx_lm.server beside that.

    python -m bench.adapters [--model FOLDER] [--max-tokens 64] [--rounds 10]

Without --model it makes the random 8 M model of tools/random_gemma3.py. All figures of a round come from one process or from servers
asked in turn, so that a drift of the machine meets them alike; medians over the rounds.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from adapters.base.device import prepare_device

DEVICE = prepare_device()

from bench.endpoint import HOST, Endpoint, served  # noqa: E402
from bench.load import Request, measure  # noqa: E402
from bench.prompts import prompts, user  # noqa: E402
from bench.rounds import ratios, spell, turned  # noqa: E402
from server.engine.mlx.engine import MlxEngine  # noqa: E402
from server.engine.protocol import AdapterUse, Finish, Generation, Message, Piece, Sampling  # noqa: E402
from server.settings.settings import Settings  # noqa: E402
from tools.random_adapter import write_random_adapter  # noqa: E402
from tools.random_gemma3 import Shape, write_random_gemma3  # noqa: E402

NUM_ROWS = 16
NUM_ADAPTERS = 8
RANK = 8


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--max-tokens", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        folder = options.model or root / "random-gemma3"
        if not options.model:
            write_random_gemma3(folder, Shape())
        adapters = [root / f"adapter-{number}" for number in range(NUM_ADAPTERS + options.rounds)]
        for seed, adapter in enumerate(adapters):
            write_random_adapter(adapter, base=folder, rank=RANK, seed=seed, size=0.02)
        asyncio.run(_measure_batches(folder, adapters, options))
        _measure_reloads(folder, adapters[NUM_ADAPTERS:], root)


async def _measure_batches(folder: Path, adapters: Sequence[Path], options: argparse.Namespace) -> None:
    bare = MlxEngine.open(model=str(folder), device=DEVICE, limits=Settings(max_batch_size=NUM_ROWS).limits)
    engine = MlxEngine.open(model=str(folder), device=DEVICE, limits=Settings(max_batch_size=NUM_ROWS).limits)
    for number in range(NUM_ADAPTERS):
        await engine.adapters.load(f"adapter-{number}", adapters[number], replace=False)
    names: dict[str, tuple[MlxEngine, list[str | None]]] = {
        "base, no adapter layers": (bare, [None] * NUM_ROWS),
        "base beside 8 loaded": (engine, [None] * NUM_ROWS),
        "one adapter": (engine, ["adapter-0"] * NUM_ROWS),
        "eight adapters": (engine, [f"adapter-{row % NUM_ADAPTERS}" for row in range(NUM_ROWS)]),
        "eight and the base": (engine, [None if row % 2 else f"adapter-{row // 2}" for row in range(NUM_ROWS)]),
    }
    speeds: dict[str, list[float]] = {name: [] for name in names}
    for round_number in range(-1, options.rounds):
        for name in turned(list(names), round_number):
            speed = await _speed(*names[name], round_number, options.max_tokens)
            if round_number >= 0:
                speeds[name].append(speed)
    print(f"{NUM_ROWS} rows, {options.max_tokens} tokens each, rank {RANK}, {options.rounds} rounds")
    for name, all_rounds in speeds.items():
        print(f"  {name:24} {statistics.median(all_rounds):8.1f} tokens/s")
    for over in ("one adapter", "base, no adapter layers"):
        print(
            f"  eight adapters over {over}: {spell(ratios(speeds['eight adapters'], speeds[over]))}, median and range of the rounds' ratios"
        )
    stalls = [await _stall(engine, adapter) for adapter in adapters[NUM_ADAPTERS:]]
    print(
        f"  longest gap between tokens while an adapter was loaded: {max(stalls):.2f} median decoding steps (worst of {len(stalls)} loads)"
    )
    await bare.close(5)
    await engine.close(5)


async def _speed(engine: MlxEngine, adapters: Sequence[str | None], round_number: int, max_tokens: int) -> float:
    texts = prompts(round_number, len(adapters))
    began_s = time.perf_counter()
    counts = await asyncio.gather(
        *(_count(engine, _generation(f"{row}", texts[row], adapter, max_tokens)) for row, adapter in enumerate(adapters))
    )
    return sum(counts) / (time.perf_counter() - began_s)


def _generation(id: str, prompt: str, adapter: str | None, max_tokens: int) -> Generation:
    message = Message(role="user", content=prompt)
    adapters = (AdapterUse(name=adapter),) if adapter else ()
    return Generation(id=id, messages=(message,), sampling=Sampling(temperature=0), max_tokens=max_tokens, adapters=adapters)


async def _count(engine: MlxEngine, generation: Generation) -> int:
    return sum([event.num_completion_tokens async for event in engine.generate(generation) if isinstance(event, Finish)])


async def _stall(engine: MlxEngine, adapter: Path) -> float:
    """Replace an adapter while rows run; the longest gap between two tokens of any row, in median gaps."""
    arrivals: list[list[float]] = [[] for _ in range(NUM_ROWS)]

    async def watch(row: int) -> None:
        async for event in engine.generate(_generation(f"{row}", f"row {row}", f"adapter-{row % NUM_ADAPTERS}", 2000)):
            if isinstance(event, Piece):
                arrivals[row].append(time.perf_counter())

    watchers = [asyncio.create_task(watch(row)) for row in range(NUM_ROWS)]
    await asyncio.sleep(2)  # past the prefill of all rows
    for times in arrivals:
        times.clear()
    await asyncio.sleep(1)
    began_s = time.perf_counter()
    await engine.adapters.load("adapter-0", adapter, replace=True)
    ended_s = time.perf_counter()
    for watcher in watchers:
        watcher.cancel()
    await asyncio.gather(*watchers, return_exceptions=True)
    gaps = [(later - earlier, later) for times in arrivals for earlier, later in pairwise(times)]
    during = [gap for gap, later in gaps if began_s <= later <= ended_s + 0.2]
    return max(during) / statistics.median(gap for gap, _ in gaps)


def _measure_reloads(folder: Path, adapters: Sequence[Path], root: Path) -> None:
    ours: list[float] = []
    theirs: list[float] = []
    warm_up = Request(messages=user("warm up"), max_tokens=4)
    with (
        served("server", ["--model", str(folder), "--model-name", "bench", "--adapter-dir", str(root)], log=root / "candor.log") as candor,
        served("mlx_lm.server", ["--model", str(folder)], log=root / "mlx_lm.log", model=str(folder)) as mlx_lm_server,
    ):
        asyncio.run(measure(candor, [warm_up]))
        asyncio.run(measure(mlx_lm_server, [warm_up]))
        for adapter in adapters:
            began_s = time.perf_counter()
            _post(candor, "/v1/adapters", {"name": adapter.name, "path": str(adapter)})
            _post(candor, "/v1/chat/completions", _one_token(adapter.name))
            ours.append(time.perf_counter() - began_s)
            began_s = time.perf_counter()
            _post(mlx_lm_server, "/v1/chat/completions", _one_token(str(folder)) | {"adapters": str(adapter)})
            theirs.append(time.perf_counter() - began_s)
    mine, reload = statistics.median(ours), statistics.median(theirs)
    print(f"from a new adapter's folder to its first token: candor {mine * 1000:.0f} ms, mlx_lm.server {reload * 1000:.0f} ms", end=" ")
    print(f"(median of {len(adapters)}): {reload / mine:.1f} times as long")


def _one_token(model: str) -> dict[str, object]:
    return {"model": model, "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 1, "temperature": 0}


def _post(server: Endpoint, path: str, body: dict[str, object]) -> None:
    request = urllib.request.Request(
        f"http://{HOST}:{server.port}{path}", data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=120) as response:
        response.read()


if __name__ == "__main__":
    main()
