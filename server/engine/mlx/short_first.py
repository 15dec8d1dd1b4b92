"""One thread for work of very different length: of what waits the shortest goes next, and of equals the first that came."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from queue import PriorityQueue
from typing import TypeVar

Result = TypeVar("Result")


class ShortFirst:
    """Runs calls one by one."""

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._waiting: PriorityQueue[tuple[int, int, Callable[[], None]]] = PriorityQueue()
        self._numbers = count()

    def submit(self, length: int, function: Callable[[], Result]) -> Future[Result]:
        """Have `function` called, behind what is shorter and before what is longer; raises RuntimeError after `close`."""
        future: Future[Result] = Future()

        def call() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = function()
            except BaseException as exc:  # handed to whoever waits for it
                future.set_exception(exc)
            else:
                future.set_result(result)

        self._waiting.put((length, next(self._numbers), call))
        self._executor.submit(self._run_shortest)
        return future

    def close(self) -> None:
        """Take nothing new; what waits is still run."""
        self._executor.shutdown(wait=False)

    def _run_shortest(self) -> None:
        _, _, call = self._waiting.get_nowait()
        call()
