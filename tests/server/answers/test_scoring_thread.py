"""Whole texts, scored beside the event loop."""

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest

from scoring.scores import Scores
from scoring.verdict import score
from server.answers.scoring_thread import SLICE_CHARS, ScoringThread

LONG = "".join(f"{n} words are not a loop. " for n in range(15_000))  # fifty slices


@pytest.fixture
def thread() -> Iterator[ScoringThread]:
    thread = ScoringThread()
    yield thread
    thread.close()


def ask(thread: ScoringThread, text: str, prompt: str | None = None) -> Coroutine[Any, Any, Scores]:
    return thread.score(text, scorer="lek-v1", prompt=prompt, special_tokens=frozenset())


@pytest.mark.parametrize("size", [0, 1, SLICE_CHARS, SLICE_CHARS + 1, 3 * SLICE_CHARS])
def test_slices_change_nothing(size: int, thread: ScoringThread) -> None:
    text = LONG[:size]
    assert asyncio.run(ask(thread, text)) == score(text)
    text = ("the same line " * size)[:size]
    assert asyncio.run(ask(thread, text, "Say it over and over")) == score(text, prompt="Say it over and over")


def test_a_short_text_does_not_wait_for_a_long_one_nor_does_the_loop(thread: ScoringThread) -> None:
    async def ask_both() -> None:
        long = asyncio.create_task(ask(thread, LONG))
        for _ in range(3):
            await ask(thread, "short")
        assert not long.done()
        assert await long == score(LONG)

    asyncio.run(ask_both())


def test_work_that_nobody_waits_for_ends(thread: ScoringThread) -> None:
    async def abandon() -> None:
        long = asyncio.create_task(ask(thread, LONG))
        await ask(thread, "short")
        long.cancel()
        await asyncio.gather(long, return_exceptions=True)
        await ask(thread, "short")  # behind the slice that was under way
        assert thread._executor._work_queue.empty()

    asyncio.run(abandon())
