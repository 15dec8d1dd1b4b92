"""How many of 237 schemas a model comes to the end of, and how many of those answers are what their schema says.

    python -m bench.schemas --model FOLDER [--tokens 400] [--temperatures 0 1] [--every 1]

Asked in process, without HTTP. An answer that is cut off at the limit counts as unfinished; one that ended and does not validate is a
fault, and is printed.
"""

import argparse
import asyncio
from pathlib import Path

from adapters.base.device import prepare_device

DEVICE = prepare_device()

import msgspec  # noqa: E402

from bench.conditions import conditions  # noqa: E402
from server.engine.mlx.engine import MlxEngine  # noqa: E402
from server.engine.protocol import Generation, Grammar, Message, Sampling  # noqa: E402
from server.settings.settings import Settings  # noqa: E402
from tests.server.engine.asking import ask  # noqa: E402
from tests.server.structured.judging import is_valid  # noqa: E402
from tests.server.structured.schemas import NamedSchema, make_schemas  # noqa: E402

NUM_ROWS = 16


def main() -> None:
    """Ask and count; ends with 1 if an answer that ended is not valid."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, metavar="FOLDER", help="of a Gemma 3")
    parser.add_argument("--tokens", type=int, default=400, help="of an answer, at most")
    parser.add_argument("--temperatures", type=float, nargs="+", default=[0.0, 1.0])
    parser.add_argument("--every", type=int, default=1, metavar="N", help="take one schema in so many")
    options = parser.parse_args()
    told = {name: str(getattr(options, name)) for name in ("tokens", "temperatures", "every")}
    print(conditions(options.model, told).describe(), flush=True)
    num_wrong = asyncio.run(_count(options))
    raise SystemExit(1 if num_wrong else 0)


async def _count(options: argparse.Namespace) -> int:
    schemas = make_schemas()[:: options.every]
    engine = MlxEngine.open(
        model=str(options.model), device=DEVICE, limits=Settings(max_batch_size=NUM_ROWS, max_queue=len(schemas)).limits
    )
    num_wrong = 0
    try:
        for temperature in options.temperatures:
            asked = [_make(one, temperature, seed, options.tokens) for seed, one in enumerate(schemas)]
            answers = await asyncio.gather(*(ask(engine, one) for one in asked))
            ended = [(one, answer.text) for one, answer in zip(schemas, answers, strict=True) if answer.finish.reason == "stop"]
            wrong = [(one.name, text) for one, text in ended if not is_valid(text, one.schema)]
            num_wrong += len(wrong)
            print(f"temperature {temperature:g}: {len(schemas)} asked, {len(ended)} finished, {len(ended) - len(wrong)} valid", flush=True)
            for name, text in wrong:
                print(f"  {name}: {text!r}")
    finally:
        await engine.close(grace_s=1)
    return num_wrong


def _make(named: NamedSchema, temperature: float, seed: int, num_tokens: int) -> Generation:
    source = msgspec.json.encode(named.schema).decode()
    return Generation(
        id=named.name,
        messages=(Message(role="user", content=f"Answer in JSON, as this schema has it: {source}"),),
        sampling=Sampling(temperature=temperature, seed=seed),
        max_tokens=num_tokens,
        grammar=Grammar(kind="json_schema", source=source),
    )


if __name__ == "__main__":
    main()
