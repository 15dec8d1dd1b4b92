"""Whole texts scored on a thread of their own: a long one holds up neither the event loop nor those who ask for a short one."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from scoring.scores import Scores
from scoring.verdict import AnswerScoring, score

SLICE_CHARS = 1 << 13  # about ten milliseconds of work


class ScoringThread:
    """One thread, however many ask: more would only contend for Python's lock with the event loop and the engine.

    Long texts are fed to it in slices, so it takes turns between those who wait.
    """

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="scoring")

    async def score(self, text: str, *, scorer: str, prompt: str | None, special_tokens: frozenset[str]) -> Scores:
        """Score a text. If nobody waits for it any more, the work ends with the slice that is under way."""
        run = partial(asyncio.get_running_loop().run_in_executor, self._executor)
        if len(text) <= SLICE_CHARS:
            return await run(partial(score, text, scorer=scorer, prompt=prompt, special_tokens=special_tokens))
        scoring = await run(partial(AnswerScoring, scorer=scorer, prompt=prompt, special_tokens=special_tokens))
        for start in range(0, len(text), SLICE_CHARS):
            await run(scoring.feed, text[start : start + SLICE_CHARS])
        return await run(scoring.finish)

    def close(self) -> None:
        """Let the thread go."""
        self._executor.shutdown(wait=False, cancel_futures=True)
