"""What drawing a batch's tokens costs, by how they are drawn: CPU ms a step.

    python -m bench.sampling [--vocabulary 262144] [--rows 1 8 32] [--rounds 5]

The logits are random: `flat` normal ones of deviation 3, which no model is as undecided as, and `peaked` ones of deviation 9. CPU time is
of all threads; the least of the rounds is what the work costs, the median what a shared machine makes of it.
"""

import argparse
import statistics
import time
from collections.abc import Sequence
from typing import Any

from adapters.base.device import prepare_device

DEVICE = prepare_device()

import mlx.core as mx  # noqa: E402
import msgspec  # noqa: E402

from server.engine.mlx.drawing.drawer import Drawer  # noqa: E402
from server.engine.mlx.drawing.penalties import Penalties, has_penalties  # noqa: E402
from server.engine.protocol import Sampling  # noqa: E402

LOGITS = {"flat": 3.0, "peaked": 9.0}  # deviations
NUM_PROMPT_TOKENS = 500
SETTINGS = {
    "greedy": [Sampling(temperature=0)],
    "greedy, log-probabilities": [Sampling(temperature=0)],
    "greedy, repetition 1.1": [Sampling(temperature=0, repetition_penalty=1.1)],
    "Gemma's own: top_k 64, top_p 0.95": [Sampling(top_k=64, top_p=0.95)],
    "top_k 1000": [Sampling(top_k=1000)],
    "plain": [Sampling()],
    "plain, frequency 0.5": [Sampling(frequency_penalty=0.5)],
    "min_p 0.05": [Sampling(min_p=0.05)],
    "top_p 0.95": [Sampling(top_p=0.95)],
    "top_p 0.5, min_p 0.01": [Sampling(top_p=0.5, min_p=0.01)],
    "one of each in turn": [Sampling(temperature=0), Sampling(top_k=64, top_p=0.95), Sampling(), Sampling(top_p=0.95)],
}


class BenchRow(msgspec.Struct):
    """A row that goes on without end."""

    sampling: Sampling
    seed: int
    prompt_ids: list[int]
    processors: list[Penalties]
    num_top_logprobs: int | None
    num_drawn: int = 0
    token_ids: list[int] = []


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vocabulary", type=int, default=262144)
    parser.add_argument("--rows", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print(f"{DEVICE.describe()}; a vocabulary of {options.vocabulary}; CPU ms a step, least / median of {options.rounds}")
    print(f"{'':34} {'rows':>4}" + "".join(f"{name:>17}" for name in LOGITS) + f"{'building it':>17}")
    for num_rows in options.rows:
        logits = {name: _random_logits(num_rows, options.vocabulary, deviation) for name, deviation in LOGITS.items()}
        for name, samplings in SETTINGS.items():
            rows = [_make_row(samplings[index % len(samplings)], index, options.vocabulary, name) for index in range(num_rows)]
            figures = [_measure(rows, one, options.rounds) for one in logits.values()]
            print(f"{name:34} {num_rows:>4}" + "".join(_show(whole) for whole, _ in figures) + _show(figures[0][1]), flush=True)


def _random_logits(num_rows: int, vocabulary: int, deviation: float) -> mx.array:
    logits = mx.random.normal((num_rows, vocabulary), key=mx.random.key(0)) * deviation
    mx.eval(logits)
    return logits


def _make_row(sampling: Sampling, seed: int, vocabulary: int, name: str) -> BenchRow:
    prompt_ids: Any = mx.random.randint(0, vocabulary, (NUM_PROMPT_TOKENS,), key=mx.random.key(seed)).tolist()
    num_top = 5 if "log-prob" in name else None
    return BenchRow(sampling, seed, prompt_ids, [Penalties()] if has_penalties(sampling) else [], num_top)


def _measure(rows: Sequence[BenchRow], logits: mx.array, num_rounds: int) -> tuple[list[float], list[float]]:
    """Give the ms of each round: of the whole step, and of building the graph alone."""
    drawer = Drawer(num_rows_of_head=logits.shape[-1], drawable=set(range(logits.shape[-1])))
    last_tokens = mx.zeros(len(rows), dtype=mx.int32)
    whole_ms: list[float] = []
    building_ms: list[float] = []
    for row in rows:
        row.num_drawn = 0
    for _ in range(num_rounds + 1):
        began_s = time.process_time()
        drawn = drawer.draw(logits, rows, last_tokens)
        building_ms.append((time.process_time() - began_s) * 1000)
        mx.eval(*drawn.arrays())
        whole_ms.append((time.process_time() - began_s) * 1000)
        last_tokens = drawn.token_ids
        for row in rows:
            row.num_drawn += 1
    return whole_ms[1:], building_ms[1:]  # the first makes the plan


def _show(figures_ms: Sequence[float]) -> str:
    return f"{min(figures_ms):8.2f} /{statistics.median(figures_ms):7.2f}"


if __name__ == "__main__":
    main()
