"""Short work goes before long work that waits."""

import threading
from collections.abc import Iterator

import pytest

from server.engine.mlx.short_first import ShortFirst


@pytest.fixture
def thread() -> Iterator[ShortFirst]:
    thread = ShortFirst("test")
    yield thread
    thread.close()


def test_the_shortest_goes_next_and_of_equals_the_first(thread: ShortFirst) -> None:
    is_open, done = threading.Event(), []
    futures = [thread.submit(9, lambda: done.append("running") if is_open.wait(5) else None)]
    for name, length in (("long", 30), ("short", 1), ("middle", 5), ("short too", 1)):
        futures.append(thread.submit(length, lambda name=name: done.append(name)))  # type: ignore[misc]
    is_open.set()
    for future in futures:
        future.result(timeout=5)
    assert done == ["running", "short", "short too", "middle", "long"]


def test_what_a_call_raises_goes_to_whoever_asked(thread: ShortFirst) -> None:
    with pytest.raises(ZeroDivisionError):
        thread.submit(1, lambda: 1 // 0).result(timeout=5)
    assert thread.submit(1, lambda: "after").result(timeout=5) == "after"


def test_a_call_that_was_called_off_is_not_run(thread: ShortFirst) -> None:
    is_open, done = threading.Event(), []
    first = thread.submit(1, lambda: is_open.wait(5))
    called_off = thread.submit(1, lambda: done.append("called off"))
    last = thread.submit(2, lambda: done.append("last"))
    assert called_off.cancel()
    is_open.set()
    assert first.result(timeout=5)
    last.result(timeout=5)
    assert done == ["last"]
