"""Signs of life while something is awaited."""

import asyncio

import pytest

from server.http.heartbeat import beat_while_waiting


class Beats:
    """Counts beats, and sets an event at one of them."""

    def __init__(self, at: int = 3) -> None:
        self.num_beats = 0
        self.has_come = asyncio.Event()
        self._at = at

    async def beat(self) -> None:
        self.num_beats += 1
        if self.num_beats == self._at:
            self.has_come.set()


async def finish_at(event: asyncio.Event, value: str = "done") -> str:
    await event.wait()
    return value


def test_it_beats_until_what_it_waits_for_has_come() -> None:
    async def run() -> tuple[str, int]:
        beats = Beats()
        return await beat_while_waiting(finish_at(beats.has_come), beats.beat, interval_s=0.001), beats.num_beats

    value, num_beats = asyncio.run(run())
    assert value == "done"
    assert num_beats >= 3


@pytest.mark.parametrize("interval_s", [0, 100])
def test_what_comes_in_time_has_no_beat(interval_s: float) -> None:
    async def run() -> tuple[str, int]:
        beats = Beats()
        beats.has_come.set()
        return await beat_while_waiting(finish_at(beats.has_come), beats.beat, interval_s=interval_s), beats.num_beats

    assert asyncio.run(run()) == ("done", 0)


def test_a_failure_is_that_of_what_was_awaited() -> None:
    async def fail(event: asyncio.Event) -> str:
        await event.wait()
        raise KeyError("lost")

    async def run() -> None:
        beats = Beats()
        await beat_while_waiting(fail(beats.has_come), beats.beat, interval_s=0.001)

    with pytest.raises(KeyError, match="lost"):
        asyncio.run(run())


def test_a_cancellation_ends_what_was_awaited_first() -> None:
    ended: list[str] = []

    async def wait() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append("awaited")

    async def run() -> None:
        beats = Beats()
        task = asyncio.create_task(beat_while_waiting(wait(), beats.beat, interval_s=0.001))
        await beats.has_come.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        ended.append("both")

    asyncio.run(run())
    assert ended == ["awaited", "both"]


def test_a_beat_that_fails_ends_it() -> None:
    async def beat() -> None:
        raise OSError("nobody is there")

    with pytest.raises(OSError, match="nobody is there"):
        asyncio.run(beat_while_waiting(asyncio.sleep(100), beat, interval_s=0.001))
