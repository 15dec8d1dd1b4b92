"""One answer on its way past its watchers."""

import asyncio

import pytest

from server.answers.run import AnswerRun
from server.engine.errors import QueueFull, RowFailed
from server.engine.protocol import Piece
from tests.server.answers.running import Notes, collect, finish_of, open_run, scoring
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
