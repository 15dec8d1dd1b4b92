"""The pace at which one endpoint is asked: where it says that it is too much, all wait together, and then fewer ask at once.

As networks do it: half as many after each such word, one more after as many answers as are asked for at once.
"""

import asyncio
from random import random
from time import perf_counter

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0  # of ours; what an endpoint asks for may be longer
MAX_TAKEN_AT_ITS_WORD = 3  # pauses one after the other; an endpoint whose pauses never suffice is given longer ones


class Pace:
    """Lets requests start one after the other, in the order in which they came."""

    def __init__(self, most_at_once: int) -> None:
        """Begin with as many at once as there may be."""
        self.num_limited = 0  # answers by which the endpoint said that it was too much
        self.waited_s = 0.0  # in pauses, each counted once for all that wait in it
        self.answered_s = -1.0  # when the last reply came
        self._most = most_at_once
        self._at_once = float(most_at_once)
        self._num_under_way = 0
        self._one_less = asyncio.Event()
        self._door = asyncio.Lock()
        self._slowed_s = -1.0
        self._resume_s = 0.0
        self._pause_s = 0.0  # the last of ours
        self._num_in_a_row = 0

    async def enter(self) -> None:
        """Wait until a request may start; `leave` when it has ended."""
        async with self._door:
            while True:
                left_s = self._resume_s - perf_counter()
                if left_s > 0:
                    await asyncio.sleep(left_s)
                elif self._num_under_way >= int(self._at_once):
                    self._one_less.clear()
                    await self._one_less.wait()
                else:
                    break
            self._num_under_way += 1

    def leave(self) -> None:
        """Make room for the next."""
        self._num_under_way -= 1
        self._one_less.set()

    def note_reply(self) -> None:
        """Take heart: the endpoint has answered."""
        self.answered_s = perf_counter()
        self._num_in_a_row = 0
        self._at_once = min(self._most, self._at_once + 1 / self._at_once)
        self._pause_s /= 2

    def slow_down(self, asked_for_s: float | None, *, began_s: float) -> None:
        """Let nobody start for as long as the endpoint asks for, else for longer each time; `began_s` is when the refused request began."""
        self.num_limited += 1
        pause_s = asked_for_s
        if began_s > self._slowed_s:  # else it is what another request has told already
            self._slowed_s = perf_counter()
            self._at_once = max(1.0, self._at_once / 2)
            self._num_in_a_row += 1
            if asked_for_s is None or self._num_in_a_row > MAX_TAKEN_AT_ITS_WORD:
                self._pause_s = min(LONGEST_PAUSE_S, max(FIRST_PAUSE_S, self._pause_s * 2))
                pause_s = max(asked_for_s or 0.0, self._pause_s * (1 - 0.25 * random()))  # spread out, should others wait as well
        now_s = perf_counter()
        resumed_s = max(self._resume_s, now_s)
        self._resume_s = max(resumed_s, now_s + (pause_s or 0.0))
        self.waited_s += self._resume_s - resumed_s
