"""The pace: who may start, and when."""

import asyncio
from time import perf_counter

from clients.asking.pace import Pace


def test_after_a_refusal_nobody_starts_before_the_pause_is_over() -> None:
    async def measure() -> list[float]:
        pace, began = Pace(4), perf_counter()
        pace.slow_down(0.1, began_s=began)
        starts = []

        async def one() -> None:
            await pace.enter()
            starts.append(perf_counter() - began)
            pace.leave()

        await asyncio.gather(*(one() for _ in range(4)))
        assert (pace.num_limited, round(pace.waited_s, 1)) == (1, 0.1)
        return starts

    assert min(asyncio.run(measure())) >= 0.1


def test_fewer_start_at_once_after_a_refusal_and_more_again_after_replies() -> None:
    async def count_started(pace: Pace) -> int:
        tasks = [asyncio.create_task(pace.enter()) for _ in range(8)]
        await asyncio.sleep(0.01)
        num_started = sum(task.done() for task in tasks)
        for task in tasks:
            task.cancel()
        for _ in range(num_started):
            pace.leave()
        return num_started

    async def measure() -> list[int]:
        pace = Pace(4)
        counts = [await count_started(pace)]
        pace.slow_down(0.0, began_s=perf_counter())
        counts.append(await count_started(pace))
        pace.slow_down(0.0, began_s=perf_counter())
        counts.append(await count_started(pace))
        for _ in range(10):
            pace.note_reply()
        counts.append(await count_started(pace))
        return counts

    assert asyncio.run(measure()) == [4, 2, 1, 4]


def test_what_several_were_refused_at_once_counts_as_one() -> None:
    pace, began = Pace(8), perf_counter()
    for _ in range(8):
        pace.slow_down(0.0, began_s=began)
    assert pace._at_once == 4
    assert pace.num_limited == 8


def test_own_pauses_grow_and_an_endpoints_own_are_taken_at_their_word_only_for_a_while() -> None:
    pace = Pace(1)
    waited = []
    for asked_for_s in (None, None, None, 0.0, 0.0):
        before_s = pace.waited_s
        pace._resume_s = 0.0
        pace.slow_down(asked_for_s, began_s=perf_counter())
        waited.append(pace.waited_s - before_s)
    assert 0.7 < waited[0] <= 1 < waited[1] <= 2 < waited[2] <= 4
    assert waited[3] > waited[2]  # the fourth in a row: a pause of 0 has not sufficed
