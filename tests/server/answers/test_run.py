"""One answer on its way past its watchers."""

import asyncio

import pytest

from server.answers import run as module
from server.answers.answer import Scored
from server.answers.run import Answering, AnswerRun
from server.engine.errors import EngineUnavailable, QueueFull, RowFailed
from server.engine.protocol import Piece
from server.errors import RequestTimedOut
from server.http.deadline import Deadline
from tests.server.answers.running import GENERATION, Notes, collect, finish_of, open_run, scoring
from tests.server.fake_engine import FakeEngine


def test_every_watcher_hears_of_everything_and_once_of_the_end() -> None:
    notes = [Notes(), Notes()]
    text, scored = finish_of(open_run(FakeEngine(), [one.watch for one in notes]))
    assert text == "Hello there."
    for one in notes:
        assert one.heard == ["watch", "piece", "piece", "piece", "finish", "ended"]
        assert (one.texts, one.finishes, one.endings) == (["Hello", " there", "."], [scored.finish], [("completed", None)])


def test_watchers_hear_of_a_piece_before_it_is_given_and_in_their_order() -> None:
    heard: list[str] = []

    class Named(Notes):
        """Notes its name."""

        def piece(self, piece: Piece) -> None:
            heard.append(self.name)

        name = ""

    first, second = Named(), Named()
    first.name, second.name = "first", "second"

    async def read() -> None:
        async with open_run(FakeEngine(["a"]), [first.watch, second.watch]) as run:
            async for _ in run:
                heard.append("given")

    asyncio.run(read())
    assert heard == ["first", "second", "given", "given"]


@pytest.mark.parametrize("call", ["watch", "piece", "finish", "ended"])
def test_a_watcher_that_raises_harms_neither_the_answer_nor_the_others(call: str, caplog: pytest.LogCaptureFixture) -> None:
    broken, sound = Notes(raises_at=call), Notes()
    engine = FakeEngine()
    text, scored = finish_of(open_run(engine, [scoring(engine), broken.watch, sound.watch]))
    assert (text, scored.finish.reason) == ("Hello there.", "stop")
    assert scored.scores is not None
    assert sound.heard == ["watch", "piece", "piece", "piece", "finish", "ended"]
    assert broken.heard.count(call) == 1  # it is left alone from then on, but for the end
    assert len(broken.endings) == (call != "watch")
    assert [record.exc_info is not None for record in caplog.records] == [True]


def test_a_failure_comes_through_and_is_the_end_that_watchers_hear_of() -> None:
    engine, notes = FakeEngine(), Notes()
    engine.failure = failure = RowFailed("broken")
    engine.fails_at = 1
    with pytest.raises(RowFailed):
        asyncio.run(collect(open_run(engine, [notes.watch])))
    assert (notes.texts, notes.endings) == (["Hello"], [("failed", failure)])


def test_a_refusal_is_an_end_too() -> None:
    engine, notes = FakeEngine(), Notes()
    engine.failure = QueueFull("full", retry_after_s=1)
    with pytest.raises(QueueFull):
        asyncio.run(collect(open_run(engine, [notes.watch])))
    assert [how for how, _ in notes.endings] == ["rejected"]


def test_leaving_it_cancels_the_engines_answer_at_once() -> None:
    engine, notes = FakeEngine(), Notes()

    async def read_one() -> None:
        async with open_run(engine, [notes.watch]) as run:
            assert isinstance(await anext(run), Piece)
        assert engine.cancelled == ["1"]

    asyncio.run(read_one())
    assert [how for how, _ in notes.endings] == ["disconnected"]


def test_the_first_and_the_last_token_are_clocked_once_for_all() -> None:
    async def read() -> AnswerRun:
        async with open_run(FakeEngine(), []) as run:
            async for _ in run:
                pass
        return run

    answer = asyncio.run(read()).answer
    assert answer.first_token_s is not None and answer.last_token_s is not None and answer.finish_s is not None
    assert answer.arrived_s < answer.first_token_s < answer.last_token_s < answer.finish_s
    assert answer.num_tokens == 3


async def read_by(run: AnswerRun, limit_s: float) -> str:
    """Read an answer that has a deadline; gives its text."""
    texts = []
    async with run, run.ending_by(Deadline(limit_s)):
        async for event in run:
            if isinstance(event, Piece):
                texts.append(event.text)
    return "".join(texts)


def gated(gate_at: int, *, opens_at_stop: bool = False) -> FakeEngine:
    engine = FakeEngine()
    engine.gate, engine.gate_at, engine.opens_at_stop = asyncio.Event(), gate_at, opens_at_stop
    return engine


def test_at_its_deadline_an_answer_ends_with_what_it_has() -> None:
    notes = Notes()
    engine = gated(1, opens_at_stop=True)
    text = asyncio.run(read_by(open_run(engine, [notes.watch]), 0.02))
    assert engine.stops == [("1", "timeout")]
    assert text == "Hello there"
    (finish,) = notes.finishes
    assert (finish.reason, finish.stopped_by, finish.num_completion_tokens) == ("length", "timeout", 2)
    assert notes.endings == [("timed_out", None)]


def test_without_a_token_at_its_deadline_an_answer_has_timed_out() -> None:
    notes = Notes()
    engine = gated(0)
    with pytest.raises(RequestTimedOut):
        asyncio.run(asyncio.wait_for(read_by(open_run(engine, [notes.watch]), 0.02), 1))  # no grace: there is nothing to end
    assert (engine.stops, engine.cancelled) == ([], ["1"])
    assert [how for how, _ in notes.endings] == ["timed_out"]


def test_an_answer_whose_engine_does_not_stop_is_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STOP_GRACE_S", 0.02)
    engine, notes = gated(2), Notes()

    async def read() -> Scored:
        async with open_run(engine, [scoring(engine), notes.watch]) as run:
            with pytest.raises(RequestTimedOut) as timed_out:
                async with run.ending_by(Deadline(0.02)):
                    async for _ in run:
                        pass
            reason = run.reason_to_cut(timed_out.value)
            assert reason == "timeout"
            scored = await run.cut_short(reason)
            assert run.reason_to_cut(timed_out.value) is None  # it has its end
            return scored

    scored = asyncio.run(read())
    assert (engine.stops, engine.cancelled) == ([("1", "timeout")], ["1"])
    finish = scored.finish
    assert (finish.reason, finish.stopped_by, finish.num_completion_tokens, finish.num_tokens_left) == ("length", "timeout", 2, 98)
    assert scored.scores is not None
    assert (notes.finishes, notes.endings) == ([finish], [("timed_out", None)])


def test_a_deadline_that_is_not_reached_changes_nothing() -> None:
    engine = FakeEngine()
    assert asyncio.run(read_by(open_run(engine, []), 5)) == "Hello there."
    assert engine.stops == []


def test_all_answers_that_have_begun_are_stopped_together() -> None:
    engine, waiting = gated(1, opens_at_stop=True), gated(0)

    async def read() -> None:
        answering, nobody = Answering(engine, ()), Answering(waiting, ())
        async with answering.run(open_run(engine, []).answer) as run, nobody.run(open_run(waiting, []).answer) as unbegun:
            await anext(run)
            first = asyncio.ensure_future(anext(unbegun))
            await waiting.has_reached_gate.wait()
            answering.stop_all()
            nobody.stop_all()
            first.cancel()
            await asyncio.wait([first])
        answering.stop_all()  # nothing is open any more

    asyncio.run(read())
    assert (engine.stops, waiting.stops) == ([(GENERATION.id, "shutdown")], [])


def test_what_interrupts_an_answer_decides_whether_it_is_cut_short() -> None:
    async def read() -> list[str | None]:
        async with open_run(FakeEngine(), []) as run:
            errors = (RequestTimedOut("late"), asyncio.CancelledError(), EngineUnavailable("closed"), RowFailed("broken"))
            before = [run.reason_to_cut(error) for error in errors]
            await anext(run)
            begun = [run.reason_to_cut(error) for error in errors]
            run.stop("shutdown")
            return [*before, *begun, run.reason_to_cut(errors[2]), run.reason_to_cut(errors[3])]

    nothing_yet = [None] * 4
    assert asyncio.run(read()) == [*nothing_yet, "timeout", "shutdown", None, None, "shutdown", None]
