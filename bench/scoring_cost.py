"""What the scoring stage costs a request, from the server's own metrics, and what it costs a full batch.

    python -m bench.scoring_cost [--model FOLDER] [--max-tokens 200] [--rounds 5]

For 1, 8 and 16 clients: the seconds spent on scoring as a share of the requests' durations, and as a share of the wall clock, which is
what scoring takes from all rows together. Then, in this process and in turn, a batch of 32 rows that nobody watches and one that is scored
as it passes: the ratio of their throughputs, round by round.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from adapters.base.device import prepare_device

DEVICE = prepare_device()

from bench.endpoint import HOST, Endpoint, served  # noqa: E402
from bench.load import Request, measure  # noqa: E402
from bench.prompts import prompts, user  # noqa: E402
from server.answers.answer import Answer, Scored  # noqa: E402
from server.answers.run import AnswerRun  # noqa: E402
from server.answers.scoring_watch import ScoringStage  # noqa: E402
from server.answers.watcher import Watch  # noqa: E402
from server.engine.mlx.engine import MlxEngine  # noqa: E402
from server.engine.protocol import Engine, Generation, Message, Sampling  # noqa: E402
from server.settings.demo import resolve_demo  # noqa: E402
from server.settings.settings import Settings  # noqa: E402

CLIENTS = (1, 8, 16)
FULL_BATCH = 32
NUM_PAIRS = 4  # of each round: the shorter a pair, the less the machine drifts within it


def main() -> None:
    """Measure and print a line for each number of clients."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="demo", help="demo, or a folder")
    parser.add_argument("--max-tokens", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        arguments = ["--model", options.model, "--model-name", "bench"]
        with served("server", arguments, log=Path(scratch) / "candor.log") as server:
            for num_clients in CLIENTS:
                _print_share(server, num_clients, options)
    asyncio.run(_print_ratio(options))


async def _print_ratio(options: argparse.Namespace) -> None:
    settings = resolve_demo(Settings(model=options.model))
    engine = MlxEngine.open(model=settings.model, device=DEVICE, limits=Settings(max_batch_size=FULL_BATCH).limits)
    stage = ScoringStage(engine, scorer="lek-v1", on_degeneration="observe", observe=lambda _answer, _watch: None)
    bare: tuple[Watch, ...] = ()
    scored = (stage.watch,)
    await _speed(engine, bare, 0, options)
    ratios = []
    for number in range(options.rounds * NUM_PAIRS):
        first, second = (bare, scored) if number % 2 else (scored, bare)  # so that neither always has the warmer machine
        speeds = {watches: await _speed(engine, watches, number, options) for watches in (first, second)}
        ratios.append(speeds[scored] / speeds[bare])
    await engine.close(5)
    low, _, high = statistics.quantiles(ratios, n=4)
    print(f"{FULL_BATCH} rows: with scoring {statistics.median(ratios):.3f} times the throughput without", end=" ")
    print(f"(median of {len(ratios)} pairs, quartiles {low:.3f} and {high:.3f})")


async def _speed(engine: Engine, watches: Sequence[Watch], number: int, options: argparse.Namespace) -> float:
    """Answer a full batch; tokens a second. The seeds are the round's, so both halves of a pair draw the same answers."""
    generations = [
        Generation(
            id=f"{row}",
            messages=(Message(role="user", content=text),),
            sampling=Sampling(temperature=1.0, seed=number),
            max_tokens=options.max_tokens,
        )
        for row, text in enumerate(prompts(number, FULL_BATCH))
    ]
    began_s = time.perf_counter()
    base = engine.models()[0]
    counts = await asyncio.gather(*(_count(AnswerRun(engine, Answer(one, base), watches)) for one in generations))
    return sum(counts) / (time.perf_counter() - began_s)


async def _count(run: AnswerRun) -> int:
    async with run:
        return sum([event.finish.num_completion_tokens async for event in run if isinstance(event, Scored)])


def _print_share(server: Endpoint, num_clients: int, options: argparse.Namespace) -> None:
    scoring_s, requests_s, num_scored = (_sum(server.port, name) for name in _NAMES)
    began_s = time.perf_counter()
    num_tokens = 0
    for round_number in range(options.rounds):
        asked = [
            Request(messages=user(prompt), max_tokens=options.max_tokens, temperature=1.0) for prompt in prompts(round_number, num_clients)
        ]
        num_tokens += asyncio.run(measure(server, asked)).num_tokens
    wall_s = time.perf_counter() - began_s
    scoring_s, requests_s, num_scored = (
        _sum(server.port, name) - before for name, before in zip(_NAMES, (scoring_s, requests_s, num_scored), strict=True)
    )
    print(
        f"{num_clients:3} clients: {num_scored:.0f} answers of {num_tokens / num_scored:.0f} tokens, {num_tokens / wall_s:.0f} tokens/s;",
        end=" ",
    )
    print(f"scoring {scoring_s / num_scored * 1000:.2f} ms an answer,", end=" ")
    print(f"{scoring_s / requests_s:.2%} of a request, {scoring_s / wall_s:.2%} of the wall clock")


_NAMES = ("candor_scoring_seconds_sum", "candor_request_duration_seconds_sum", "candor_responses_scored_total")


def _sum(port: int, sample_name: str) -> float:
    """Add up a sample over all its labels."""
    with urllib.request.urlopen(f"http://{HOST}:{port}/metrics") as response:
        families = text_string_to_metric_families(response.read().decode())
    return sum(sample.value for family in families for sample in family.samples if sample.name == sample_name)


if __name__ == "__main__":
    main()
