"""What eight long prompts do to eight answers that run, and to a short question right behind them."""

import asyncio
import time
from collections.abc import Sequence
from itertools import pairwise

from bench.endpoint import Endpoint
from bench.load import Answer, Request, ask
from bench.prompts import PromptTag, even_prompts, long_text, user
from bench.rounds import percentile

NUM_ROWS = 8
NUM_LONG = 8
RUNNING_TOKENS = 4000  # more than are drawn while the long prompts are read; the rest is called off
QUIET_S = 5.0  # how long the answers are watched alone
LEAST_BEFORE = 5  # tokens of every answer before the watch begins: past the prefill of them all
POLL_S = 0.01


async def measure_stalls(endpoint: Endpoint, tag: PromptTag, num_words: int) -> dict[str, float]:
    """Let eight answers run alone, then beside eight long prompts sent at once with a one-word question right behind.

    Times in milliseconds; the gaps are of the running answers alone, and the time beside ends with the last long prompt's first token.
    """
    arrivals_s: list[list[float]] = [[] for _ in range(NUM_ROWS)]
    prompts = even_prompts(tag, NUM_ROWS)
    running = [
        asyncio.create_task(ask(endpoint, _running(prompt, seed), row))
        for seed, (prompt, row) in enumerate(zip(prompts, arrivals_s, strict=True))
    ]
    try:
        await _wait_for_tokens(running, arrivals_s)
        alone_s = (time.perf_counter(), time.perf_counter() + QUIET_S)
        await asyncio.sleep(QUIET_S)
        asked_s = time.perf_counter()
        *long, word = await asyncio.gather(*(ask(endpoint, request) for request in _newcomers(tag, num_words)))
        beside_s = (asked_s, max(answer.arrivals_s[0] for answer in long))
        num_left = sum(not task.done() for task in running)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    return _figures(arrivals_s, alone_s, beside_s, word) | {"answers still running then": float(num_left)}


def _running(prompt: str, seed: int) -> Request:
    """Ask for an answer that goes on; at temperature 1, as a random model may loop over tokens that show no text for seconds."""
    return Request(messages=user(prompt), max_tokens=RUNNING_TOKENS, temperature=1.0, seed=seed)


async def _wait_for_tokens(running: Sequence[asyncio.Task[Answer]], arrivals_s: Sequence[Sequence[float]]) -> None:
    while min(map(len, arrivals_s)) < LEAST_BEFORE:
        for task in running:
            if task.done():
                raise RuntimeError("an answer that was to run beside the long prompts has ended already") from task.exception()
        await asyncio.sleep(POLL_S)


def _newcomers(tag: PromptTag, num_words: int) -> list[Request]:
    long = [Request(messages=user(long_text(tag, number, num_words)), max_tokens=2) for number in range(NUM_LONG)]
    return [*long, Request(messages=user("Hello"), max_tokens=2)]


def _figures(
    arrivals_s: Sequence[Sequence[float]], alone_s: tuple[float, float], beside_s: tuple[float, float], word: Answer
) -> dict[str, float]:
    alone = gaps_within(arrivals_s, *alone_s)
    beside = gaps_within(arrivals_s, *beside_s)
    figures = {
        f"gap {name} {when}, ms": value * 1000
        for when, gaps in (("alone", alone), ("beside", beside))
        for name, value in (("p50", percentile(gaps, 50)), ("p99", percentile(gaps, 99)), ("longest", max(gaps)))
    }
    return figures | {
        "gap p99 beside over alone": percentile(beside, 99) / percentile(alone, 99),
        "first token of the one word, steps": word.first_token_s / percentile(alone, 50),
        "first token of the one word, ms": word.first_token_s * 1000,
        "until the last long prompt's first token, s": beside_s[1] - beside_s[0],
    }


def gaps_within(arrivals_s: Sequence[Sequence[float]], from_s: float, to_s: float) -> list[float]:
    """Take the gaps of all rows that lie in a span, at least in part."""
    return [later - earlier for row in arrivals_s for earlier, later in pairwise(row) if later > from_s and earlier < to_s]
