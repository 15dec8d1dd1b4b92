"""How long and how often one question is asked again."""

import asyncio
from collections import Counter
from time import perf_counter

from clients.asking.failure import Failure
from clients.asking.pace import Pace
from clients.asking.retrying import MAX_RETRIES, Chance, own_pause_s

MOST: dict[Chance, float] = {"none": 0, "once": 1, "few": MAX_RETRIES, "any": float("inf")}  # retries of a kind


class Patience:
    """What is left of it, from a question's first attempt on."""

    def __init__(self, timeout_s: float) -> None:
        self.timeout_s = timeout_s  # for all attempts and the pauses between them
        self.start_s = perf_counter()
        self.num_retries = 0
        self._retries: Counter[Chance] = Counter()

    @property
    def seconds(self) -> float:
        """Give the time that has gone."""
        return perf_counter() - self.start_s

    @property
    def left_s(self) -> float:
        """Give the time that is left."""
        return self.timeout_s - self.seconds

    async def wait(self, failure: Failure, pace: Pace) -> str | None:
        """Wait until the question may be asked again and has its turn; where it may not, give the last words instead."""
        num_before = self._retries[failure.chance]
        if num_before >= MOST[failure.chance]:
            return failure.error
        pause_s = own_pause_s(num_before) if failure.asked_for_s is None else failure.asked_for_s
        is_ours_alone = failure.chance != "any"  # else all wait together, at the endpoint's pace
        if pause_s >= self.left_s and (is_ours_alone or failure.asked_for_s is not None):
            return f"{failure.error}; it can be asked again in {pause_s:.0f} s, which is beyond --timeout-s"
        try:
            async with asyncio.timeout(self.left_s):
                if is_ours_alone:
                    await asyncio.sleep(pause_s)
                await pace.enter()
        except TimeoutError:
            return f"{failure.error}; no better within {self.timeout_s:g} s, which --timeout-s makes longer"
        self._retries[failure.chance] += 1
        self.num_retries += 1
        return None
