"""Answers of one request beside one another, and their deadline."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager

import msgspec
import pytest

from server.answers import group as module
from server.answers.answer import Scored
from server.answers.answering import Answering
from server.answers.group import RunGroup, Told
from server.answers.watcher import Watch
from server.engine.errors import EngineUnavailable, QueueFull, RowFailed
from server.engine.protocol import AdapterUse, Event, Generation, Piece
from server.errors import AdapterConflict, RequestTimedOut
from server.http.deadline import Deadline
from tests.server.answers.running import GENERATION, Notes, open_run, scoring
from tests.server.fake_adapter_host import LEK
from tests.server.fake_engine import FakeEngine


@asynccontextmanager
async def grouped(
    engine: FakeEngine, watches: Sequence[Watch] = (), *, num_answers: int = 1, generation: Generation = GENERATION
) -> AsyncGenerator[RunGroup]:
    async with AsyncExitStack() as stack:
        generations = [msgspec.structs.replace(generation, id=str(place + 1)) for place in range(num_answers)]
        runs = [await stack.enter_async_context(open_run(engine, watches, generation=generation)) for generation in generations]
        yield await stack.enter_async_context(RunGroup(runs))


async def read(group: RunGroup) -> dict[int, str]:
    texts: dict[int, str] = {}
    async for index, event in group:
        texts[index] = texts.get(index, "") + (event.text if isinstance(event, Piece) else "")
    return texts


async def read_by(limit_s: float, engine: FakeEngine, watches: Sequence[Watch] = (), *, num_answers: int = 1) -> dict[int, str]:
    """Read answers that have a deadline; gives their texts."""
    async with grouped(engine, watches, num_answers=num_answers) as group, group.ending_by(Deadline(limit_s)):
        return await read(group)


def gated(gate_at: int, *, opens_at_stop: bool = False) -> FakeEngine:
    engine = FakeEngine()
    engine.gate, engine.gate_at, engine.opens_at_stop = asyncio.Event(), gate_at, opens_at_stop
    return engine


@pytest.mark.parametrize("num_answers", [1, 2, 5, 100])
def test_all_answers_come_whole(num_answers: int) -> None:
    notes = Notes()
    engine = FakeEngine()
    assert asyncio.run(read_by(5, engine, [notes.watch], num_answers=num_answers)) == dict.fromkeys(range(num_answers), "Hello there.")
    assert engine.stops == []
    assert notes.endings == [("completed", None)] * num_answers


def test_the_engine_is_asked_for_some_of_many_answers_at_once() -> None:
    engine = gated(0)

    async def count() -> int:
        async with grouped(engine, num_answers=100) as group:
            first = asyncio.ensure_future(anext(group))
            await asyncio.sleep(0.05)
            first.cancel()
            await asyncio.wait([first])
            return len(engine.generations)

    assert asyncio.run(count()) == module.MOST_AT_ONCE


def test_a_slow_reader_holds_the_answers_up_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_UNREAD", 2)
    engine = FakeEngine(["a"] * 40)

    async def read_slowly() -> dict[int, str]:
        async with grouped(engine, num_answers=3) as group:
            await asyncio.sleep(0.05)
            assert len(group._unread) <= 2 + 3
            return await read(group)

    assert asyncio.run(read_slowly()) == dict.fromkeys(range(3), "a" * 40)


def test_an_answer_that_fails_fails_the_request_and_cancels_the_others() -> None:
    engine, notes = gated(2), Notes()

    async def fail() -> None:
        async with grouped(engine, [notes.watch], num_answers=3) as group:
            for _ in range(6):
                await anext(group)
            engine.failure, engine.fails_at = RowFailed("broken"), 2
            assert engine.gate
            engine.gate.set()
            await read(group)

    with pytest.raises(RowFailed):
        asyncio.run(fail())
    assert [how for how, _ in notes.endings] == ["failed"] * 3


@pytest.mark.parametrize("is_same_content", [True, False])
def test_answers_by_two_versions_of_an_adapter_are_not_given_as_those_of_one(
    is_same_content: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_AT_ONCE", 1)
    engine = gated(1)
    generation = msgspec.structs.replace(GENERATION, adapters=(AdapterUse(name=LEK.name),))

    async def replace() -> dict[int, str]:
        async with grouped(engine, num_answers=2, generation=generation) as group:
            await anext(group)
            digest = LEK.digest if is_same_content else "sha256:other"
            engine.adapters.loaded[LEK.name] = msgspec.structs.replace(LEK, digest=digest)
            assert engine.gate
            engine.gate.set()
            return await read(group)

    if is_same_content:
        assert asyncio.run(replace()).keys() == {0, 1}
    else:
        with pytest.raises(AdapterConflict, match="was replaced") as caught:
            asyncio.run(replace())
        assert caught.value.code == "adapter_replaced"


def test_a_refusal_is_raised_before_any_event() -> None:
    engine = FakeEngine()
    engine.failure = QueueFull("full", retry_after_s=1)
    with pytest.raises(QueueFull):
        asyncio.run(read_by(5, engine, num_answers=4))


class NarrowEngine(FakeEngine):
    """Takes so many answers at once, and refuses others; `num_strangers` are other requests'."""

    def __init__(self, num_places: int) -> None:
        super().__init__()
        self.num_places = num_places
        self.num_taken = self.most_taken = self.num_strangers = 0

    async def generate(self, generation: Generation) -> AsyncGenerator[Event]:
        if self.num_taken + self.num_strangers >= self.num_places:
            raise QueueFull("full", retry_after_s=1)
        self.num_taken += 1
        self.most_taken = max(self.most_taken, self.num_taken)
        try:
            async with aclosing(super().generate(generation)) as events:
                async for event in events:
                    yield event
        finally:
            self.num_taken -= 1


@pytest.mark.parametrize("num_places", [1, 2, 7])
def test_answers_that_an_engine_does_not_hold_beside_one_another_follow_one_another(num_places: int) -> None:
    engine, notes = NarrowEngine(num_places), Notes()
    assert asyncio.run(read_by(5, engine, [notes.watch], num_answers=20)) == dict.fromkeys(range(20), "Hello there.")
    assert engine.most_taken == num_places
    assert notes.endings == [("completed", None)] * 20


def test_what_a_request_has_is_not_lost_where_others_take_the_engines_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.01)
    engine = NarrowEngine(1)

    async def be_crowded_out() -> dict[int, str]:
        async with grouped(engine, num_answers=3) as group:
            for _ in range(3):
                await anext(group)
            engine.num_strangers = 1
            reading = asyncio.ensure_future(read(group))
            await asyncio.sleep(0.05)
            assert not reading.done()
            engine.num_strangers = 0
            return await reading

    assert asyncio.run(be_crowded_out()) == {0: "", 1: "Hello there.", 2: "Hello there."}


def test_a_request_that_finds_an_engine_full_is_refused() -> None:
    engine = NarrowEngine(1)
    engine.num_strangers = 1
    with pytest.raises(QueueFull):
        asyncio.run(read_by(5, engine, num_answers=20))


def test_answers_whose_turn_has_not_come_at_the_deadline_are_not_begun_and_have_no_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_AT_ONCE", 2)
    engine = gated(1, opens_at_stop=True)

    async def end() -> list[Scored]:
        async with grouped(engine, [scoring(engine)], num_answers=6) as group, group.ending_by(Deadline(0.05)):
            return [event async for _, event in group if isinstance(event, Scored)]

    ends = asyncio.run(end())
    assert [generation.id for generation in engine.generations] == ["1", "2"]
    assert [(end.finish.reason, end.finish.stopped_by) for end in ends] == [("length", "timeout")] * 6
    assert [end.scores is not None for end in ends] == [True] * 2 + [False] * 4


@pytest.mark.parametrize("num_answers", [1, 3])
def test_leaving_cancels_every_answer(num_answers: int) -> None:
    engine = gated(1)

    async def leave() -> None:
        async with grouped(engine, num_answers=num_answers) as group:
            for _ in range(num_answers):
                await anext(group)

    asyncio.run(leave())
    assert sorted(engine.cancelled) == [str(place + 1) for place in range(num_answers)]


@pytest.mark.parametrize("num_answers", [1, 3])
def test_at_their_deadline_answers_end_with_what_they_have(num_answers: int) -> None:
    notes = Notes()
    engine = gated(1, opens_at_stop=True)
    texts = asyncio.run(read_by(0.05, engine, [notes.watch], num_answers=num_answers))
    assert engine.stops == [(str(place + 1), "timeout") for place in range(num_answers)]
    assert texts == dict.fromkeys(range(num_answers), "Hello there")
    assert [(finish.reason, finish.stopped_by, finish.num_completion_tokens) for finish in notes.finishes] == [
        ("length", "timeout", 2)
    ] * num_answers
    assert notes.endings == [("timed_out", None)] * num_answers


@pytest.mark.parametrize("num_answers", [1, 3])
def test_without_a_token_at_their_deadline_answers_have_timed_out(num_answers: int) -> None:
    notes = Notes()
    engine = gated(0)
    with pytest.raises(RequestTimedOut):  # no grace: there is nothing to end
        asyncio.run(asyncio.wait_for(read_by(0.02, engine, [notes.watch], num_answers=num_answers), 1))
    assert engine.stops == []
    assert sorted(engine.cancelled) == [str(place + 1) for place in range(num_answers)]
    assert [how for how, _ in notes.endings] == ["timed_out"] * num_answers


@pytest.mark.parametrize("num_answers", [1, 2])
def test_answers_whose_engine_does_not_stop_are_cut_short(num_answers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STOP_GRACE_S", 0.02)
    engine, notes = gated(2), Notes()

    async def cut() -> list[Told]:
        async with grouped(engine, [scoring(engine), notes.watch], num_answers=num_answers) as group:
            with pytest.raises(RequestTimedOut) as timed_out:
                async with group.ending_by(Deadline(0.05)):
                    await read(group)
            reason = group.reason_to_cut(timed_out.value)
            assert reason == "timeout"
            rest = await group.cut_short(reason)
            assert group.reason_to_cut(timed_out.value) is None  # it has its end
            assert group.stopped_by == "timeout"
            return rest

    rest = asyncio.run(cut())
    assert sorted(engine.cancelled) == [str(place + 1) for place in range(num_answers)]
    assert [index for index, _ in rest] == list(range(num_answers))
    for (_, scored), finish in zip(rest, notes.finishes, strict=True):
        assert isinstance(scored, Scored) and scored.finish == finish and scored.scores is not None
        assert (finish.reason, finish.stopped_by, finish.num_completion_tokens, finish.num_tokens_left) == ("length", "timeout", 2, 98)
    assert notes.endings == [("timed_out", None)] * num_answers


def test_what_has_come_and_was_not_read_is_in_an_answer_that_is_cut_short() -> None:
    engine = gated(2)

    async def cut() -> list[Told]:
        async with grouped(engine, num_answers=2) as group:
            await anext(group)
            await engine.has_reached_gate.wait()
            await asyncio.sleep(0.01)
            return await group.cut_short("shutdown")

    rest = asyncio.run(cut())
    assert [(index, event.text) for index, event in rest if isinstance(event, Piece)] == [(1, "Hello"), (0, " there"), (1, " there")]
    assert [index for index, event in rest if isinstance(event, Scored)] == [0, 1]


def test_all_answers_that_have_begun_are_stopped_together() -> None:
    engine, waiting = gated(1, opens_at_stop=True), gated(0)

    async def stop() -> None:
        answering, nobody = Answering(engine, ()), Answering(waiting, ())
        async with answering.run([open_run(engine, []).answer]) as run, nobody.run([open_run(waiting, []).answer]) as unbegun:
            await anext(run)
            first = asyncio.ensure_future(anext(unbegun))
            await waiting.has_reached_gate.wait()
            answering.stop_all()
            nobody.stop_all()
            first.cancel()
            await asyncio.wait([first])
        answering.stop_all()  # nothing is open any more

    asyncio.run(stop())
    assert (engine.stops, waiting.stops) == ([(GENERATION.id, "shutdown")], [])


def test_what_interrupts_answers_decides_whether_they_are_cut_short() -> None:
    async def interrupt() -> list[str | None]:
        async with grouped(FakeEngine()) as group:
            errors = (RequestTimedOut("late"), asyncio.CancelledError(), EngineUnavailable("closed"), RowFailed("broken"))
            before = [group.reason_to_cut(error) for error in errors]
            await anext(group)
            begun = [group.reason_to_cut(error) for error in errors]
            group.stop("shutdown")
            return [*before, *begun, group.reason_to_cut(errors[2]), group.reason_to_cut(errors[3])]

    nothing_yet = [None] * 4
    assert asyncio.run(interrupt()) == [*nothing_yet, "timeout", "shutdown", None, None, "shutdown", None]
