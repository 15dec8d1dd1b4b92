"""Rounds in which candor, the bare model and mlx_lm.server answer the same new prompts in turn."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence

from bench.endpoint import Endpoint
from bench.load import Measurement, Request, measure
from bench.machine.report import Speed, Subject
from bench.prompts import PromptTag, even_prompts, user
from bench.rounds import turned

NUM_CLIENTS = (1, 8, 16)
PAUSE_S = 0.2  # a BLAS's threads spin for a while after the work is done

Measure = Callable[[Sequence[Request]], Measurement]


def measure_endpoint(endpoint: Endpoint) -> Measure:
    """Give the way to measure a server."""
    return lambda wave: asyncio.run(measure(endpoint, wave))


def measure_rounds(subjects: Mapping[Subject, Measure], run: str, *, num_clients: int, num_rounds: int, max_tokens: int) -> list[Speed]:
    """Ask everybody, another one first each time; the first round only warms up."""
    speeds = []
    for round_number in range(-1, num_rounds):
        tag = PromptTag(run=run, round_number=round_number, part=f"{num_clients} clients")
        wave = [Request(messages=user(prompt), max_tokens=max_tokens) for prompt in even_prompts(tag, num_clients)]
        for name in turned(list(subjects), round_number):
            time.sleep(PAUSE_S)
            measured = subjects[name](wave)
            speeds.append(Speed(num_clients=num_clients, round_number=round_number, subject=name, measured=measured))
    return [speed for speed in speeds if speed.round_number >= 0]
