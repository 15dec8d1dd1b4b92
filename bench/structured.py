"""What grammars cost: rows that are bound to a schema beside as many that are not, and what the first grammar does to rows that run.

    python -m bench.structured --model FOLDER [--rows 16] [--tokens 96] [--rounds 3]

Both kinds are asked in turn in one process, without HTTP, for answers of the same length: the schema has no end before it, and a random
model hardly ever ends by itself. A real one may, and what counts is tokens a second.
"""

import argparse
import asyncio
import statistics
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from adapters.base.device import prepare_device

DEVICE = prepare_device()

import msgspec  # noqa: E402

from bench.conditions import conditions  # noqa: E402
from bench.rounds import ratios, spell, turned  # noqa: E402
from server.engine.mlx.engine import MlxEngine  # noqa: E402
from server.engine.protocol import Generation, Grammar, Message, Piece, Sampling  # noqa: E402
from server.settings.settings import Settings  # noqa: E402

PERSON: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 40},
        "age": {"type": "integer", "minimum": 0, "maximum": 130},
        "email": {"type": "string", "pattern": "^[a-z]{1,12}@[a-z]{1,12}\\.(com|org)$"},
        "tags": {"type": "array", "items": {"enum": ["red", "green", "blue"]}, "minItems": 1, "maxItems": 4},
        "about": {"type": "string", "maxLength": 200},
    },
    "required": ["name", "age", "email", "tags", "about"],
    "additionalProperties": False,
}
ENDLESS = {"type": "array", "items": PERSON, "minItems": 10_000}
SAMPLINGS = {"greedy": Sampling(temperature=0), "as Gemma ships it": Sampling(top_k=64, top_p=0.95), "plain": Sampling()}
LEAST_BEFORE = 8  # tokens of each running row before the first grammar comes


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--model", type=Path, required=True, metavar="FOLDER", help="of a Gemma 3; with its whole vocabulary, to learn much"
    )
    parser.add_argument("--rows", type=int, default=16)
    parser.add_argument("--tokens", type=int, default=96, help="of each answer")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    told = {name: str(getattr(options, name)) for name in ("rows", "tokens", "rounds")}
    print(conditions(options.model, told).describe(), flush=True)
    asyncio.run(_measure(options))


async def _measure(options: argparse.Namespace) -> None:
    limits = Settings(max_batch_size=options.rows + 1, max_queue=options.rows).limits
    engine = MlxEngine.open(model=str(options.model), device=DEVICE, limits=limits)
    try:
        await _measure_first(engine, options.rows, options.tokens)
        for name, sampling in SAMPLINGS.items():
            await _measure_rates(engine, name, sampling, options)
    finally:
        await engine.close(grace_s=1)


async def _measure_first(engine: MlxEngine, num_rows: int, num_tokens: int) -> None:
    """Let the first grammar of the process come while rows run, and look at their longest gap until its answer is there."""
    arrivals_s: list[list[float]] = [[] for _ in range(num_rows)]
    running = [
        asyncio.create_task(_ask(engine, _make(f"running-{row}", SAMPLINGS["greedy"], num_tokens, None), arrivals_s[row]))
        for row in range(num_rows)
    ]
    while min(map(len, arrivals_s)) < LEAST_BEFORE and not all(task.done() for task in running):  # noqa: ASYNC110 (tokens have no event)
        await asyncio.sleep(0.001)
    for name in ("a plain question", "the first grammar", "the second one"):
        began_s = time.perf_counter()
        source = None if name == "a plain question" else {**ENDLESS, "title": name}
        await _ask(engine, _make(name, SAMPLINGS["greedy"], 4, source), [])
        gaps_ms = [(later - one) * 1000 for row in arrivals_s for one, later in pairwise(row) if later > began_s]
        usual_ms = statistics.median((later - one) * 1000 for row in arrivals_s for one, later in pairwise(row) if later < began_s)
        print(f"{name} beside {num_rows} rows: longest gap {max(gaps_ms):.1f} ms, before {usual_ms:.1f} ms", flush=True)
    await asyncio.gather(*running)


async def _measure_rates(engine: MlxEngine, name: str, sampling: Sampling, options: argparse.Namespace) -> None:
    rates: dict[str, list[float]] = {"free": [], "bound": []}
    for number in range(options.rounds):
        for kind in turned(list(rates), number):
            schema = ENDLESS if kind == "bound" else None
            asked = [
                _make(f"{kind}-{row}", msgspec.structs.replace(sampling, seed=row), options.tokens, schema) for row in range(options.rows)
            ]
            began_s = time.perf_counter()
            num_tokens = sum(await asyncio.gather(*(_ask(engine, one, []) for one in asked)))
            rates[kind].append(num_tokens / (time.perf_counter() - began_s))
    medians = {kind: statistics.median(some) for kind, some in rates.items()}
    print(
        f"{name}: bound over free {spell(ratios(rates['bound'], rates['free']))}; "
        f"tokens a second, free {medians['free']:.0f}, bound {medians['bound']:.0f}",
        flush=True,
    )


def _make(id: str, sampling: Sampling, num_tokens: int, schema: dict[str, Any] | None) -> Generation:
    grammar = Grammar(kind="json_schema", source=msgspec.json.encode(schema).decode()) if schema else None
    message = Message(role="user", content=f"Make up a list of people, in JSON. This is request {id}.")
    return Generation(id=id, messages=(message,), sampling=sampling, max_tokens=num_tokens, grammar=grammar)


async def _ask(engine: MlxEngine, generation: Generation, arrivals_s: list[float]) -> int:
    """Take an answer's tokens as they come; gives their number."""
    num_tokens = 0
    async for event in engine.generate(generation):
        if isinstance(event, Piece):
            arrivals_s.append(time.perf_counter())
            num_tokens += len(event.token_ids)
    return num_tokens


if __name__ == "__main__":
    main()
