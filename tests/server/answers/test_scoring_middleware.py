"""The engine around an engine."""

import asyncio
import math
from contextlib import aclosing
from functools import partial
from typing import Any

import msgspec
import pytest

from scoring.scorers import scorer_names
from scoring.scores import Scores
from scoring.verdict import AnswerScoring, score
from server.answers import scoring_watch
from server.answers.scoring_middleware import ScoringEngine
from server.engine.errors import InvalidGeneration, RowFailed
from server.engine.protocol import DegenerationAction, Engine, Event, Finish, Generation, Message, Piece, Sampling
from tests.server.fake_engine import FakeEngine

GENERATION = Generation(id="1", messages=(Message(role="user", content="Hello"),), sampling=Sampling(), max_tokens=100)


LOOP = ("Well: ", *["la "] * 200)


async def collect(engine: Engine, generation: Generation = GENERATION) -> list[Event]:
    return [event async for event in engine.generate(generation)]


def finish_of(engine: Engine, generation: Generation = GENERATION) -> tuple[str, Finish]:
    *pieces, finish = asyncio.run(collect(engine, generation))
    assert isinstance(finish, Finish)
    return "".join(piece.text for piece in pieces if isinstance(piece, Piece)), finish


def wrap(inner: Engine, spent: list[float] | None = None, *, on_degeneration: DegenerationAction = "observe") -> ScoringEngine:
    seconds = [] if spent is None else spent
    return ScoringEngine(
        inner, scorer="lek-v1", on_degeneration=on_degeneration, observe=lambda _generation, watch: seconds.append(watch.spent_s)
    )


def test_it_is_an_engine_and_forwards_what_an_engine_is_asked() -> None:
    inner = FakeEngine()
    engine = wrap(inner)
    assert isinstance(engine, Engine)
    assert (engine.fingerprint, engine.special_tokens, engine.models()) == (inner.fingerprint, inner.special_tokens, inner.models())
    assert engine.adapters is inner.adapters
    engine.stop("1", reason="why")
    assert inner.stops == [("1", "why")]
    assert (engine.load(), engine.is_ready()) == (inner.load(), True)
    asyncio.run(engine.close(3.0))
    assert (inner.grace_s, engine.is_ready()) == (3.0, False)


def test_events_are_the_same_with_scores_on_the_last() -> None:
    plain, scored = asyncio.run(collect(FakeEngine())), asyncio.run(collect(wrap(FakeEngine())))
    assert scored[:-1] == plain[:-1]
    assert isinstance(scored[-1], Finish)
    assert scored[-1].scores is not None
    assert scored[-1].scores.scorer == "lek-v1"
    assert scored[-1].num_prompt_tokens == 7


def test_a_loop_is_flagged() -> None:
    _, finish = finish_of(wrap(FakeEngine(LOOP, reason="length")))
    assert finish.scores is not None
    assert "token_loop" in [flag.flag for flag in finish.scores.degeneration.flags]


@pytest.mark.parametrize(
    ("servers", "requests", "is_stopped"),
    [
        ("observe", None, False),
        ("stop", None, True),
        ("observe", "observe", False),
        ("observe", "stop", True),
        ("stop", "observe", False),
        ("stop", "stop", True),
    ],
)
def test_a_loop_is_stopped_where_that_is_wanted(servers: DegenerationAction, requests: DegenerationAction | None, is_stopped: bool) -> None:
    inner = FakeEngine(LOOP, reason="length")
    generation = msgspec.structs.replace(GENERATION, on_degeneration=requests)
    text, finish = finish_of(wrap(inner, on_degeneration=servers), generation)
    assert inner.stops == ([("1", "token_loop")] if is_stopped else [])
    assert (finish.stopped_by, finish.reason) == (("token_loop", "stop") if is_stopped else (None, "length"))
    assert (len(text) < len("".join(LOOP)) / 2) == is_stopped


def test_pieces_that_were_under_way_are_shown_and_scored_and_the_engine_is_told_once() -> None:
    early, late = FakeEngine(LOOP), FakeEngine(LOOP)
    late.num_late = 30
    early_text, _ = finish_of(wrap(early, on_degeneration="stop"))
    text, finish = finish_of(wrap(late, on_degeneration="stop"))
    assert text == early_text + "la " * 30
    assert late.stops == [("1", "token_loop")]
    assert finish.scores == finish.counted_scores
    assert finish.scores is not None
    assert finish.scores.degeneration.flags[0].copies == pytest.approx(len(text.removeprefix("Well: ")) / 3, abs=1)
    assert finish.scores == score(text, prompt="Hello", finish_reason="stop", num_tokens=finish.num_completion_tokens, max_tokens=100)


def test_an_answer_that_ends_by_itself_before_it_can_be_stopped_was_not_stopped() -> None:
    inner = FakeEngine(LOOP, reason="length")
    inner.num_late = 1000
    text, finish = finish_of(wrap(inner, on_degeneration="stop"))
    assert inner.stops == [("1", "token_loop")]
    assert (text, finish.stopped_by, finish.reason) == ("".join(LOOP), None, "length")


def test_a_soft_flag_stops_nothing() -> None:
    inner = FakeEngine(LOOP)
    asked = Message(role="user", content="Repeat la many times")
    _, finish = finish_of(wrap(inner, on_degeneration="stop"), msgspec.structs.replace(GENERATION, messages=(asked,)))
    assert finish.scores is not None
    assert [(flag.flag, flag.tier) for flag in finish.scores.degeneration.flags] == [("token_loop", "soft")]
    assert (inner.stops, finish.stopped_by) == ([], None)


def test_an_answer_that_is_abandoned_once_it_was_stopped_is_cancelled() -> None:
    inner = FakeEngine(LOOP)
    inner.num_late = 1000

    async def read_until_stopped() -> None:
        async with aclosing(wrap(inner, on_degeneration="stop").generate(GENERATION)) as events:
            while not inner.stops:
                await anext(events)
        assert inner.cancelled == ["1"]

    asyncio.run(read_until_stopped())


@pytest.mark.parametrize("name", scorer_names())
def test_a_request_chooses_its_scorer_and_the_servers_own_is_counted(name: str) -> None:
    text = "I think so. It was like a shadow?\n\nHowever, I feel hope."
    _, finish = finish_of(wrap(FakeEngine([text])), msgspec.structs.replace(GENERATION, scorer=name))
    score_by = partial(score, text, prompt="Hello", finish_reason="stop", num_tokens=1, max_tokens=100)
    assert finish.scores == score_by(scorer=name)
    assert finish.counted_scores == score_by(scorer="lek-v1")


def test_the_time_spent_is_told_once() -> None:
    spent: list[float] = []
    asyncio.run(collect(wrap(FakeEngine(), spent)))
    assert len(spent) == 1
    assert 0 < spent[0] < 1


def test_a_failure_inside_comes_through() -> None:
    inner = FakeEngine()
    inner.failure = RowFailed("broken")
    with pytest.raises(RowFailed):
        asyncio.run(collect(wrap(inner)))


def test_closing_it_closes_the_engine_inside_at_once() -> None:
    inner = FakeEngine()

    async def read_one() -> None:
        async with aclosing(wrap(inner).generate(GENERATION)) as events:
            assert isinstance(await anext(events), Piece)
        assert inner.cancelled == ["1"]

    asyncio.run(read_one())


def test_a_fault_in_scoring_costs_the_scores_and_not_the_answer(caplog: pytest.LogCaptureFixture) -> None:
    failed: list[bool] = []
    engine = ScoringEngine(
        FakeEngine(pieces=("good", None, " text")),  # type: ignore[arg-type]  # no text at all: what scoring cannot take
        scorer="lek-v1",
        on_degeneration="stop",
        observe=lambda _generation, watch: failed.append(watch.has_failed),
    )
    *pieces, finish = asyncio.run(collect(engine))
    assert [piece.text for piece in pieces if isinstance(piece, Piece)] == ["good", None, " text"]
    assert isinstance(finish, Finish)
    assert (finish.scores, finish.counted_scores, failed) == (None, None, [True])
    assert "cannot be scored" in caplog.text


def test_a_prompt_that_scoring_cannot_begin_with_costs_the_scores_and_not_the_answer(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**_: object) -> None:
        raise ValueError("an odd prompt")

    monkeypatch.setattr(scoring_watch, "AnswerScoring", fail)
    text, finish = finish_of(wrap(FakeEngine(["Hello"])))
    assert (text, finish.scores, finish.counted_scores) == ("Hello", None, None)
    assert "an odd prompt" in caplog.text


def test_a_prompt_that_the_engine_refuses_is_never_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[object] = []
    monkeypatch.setattr(scoring_watch, "AnswerScoring", lambda **context: begun.append(context))
    inner = FakeEngine()
    inner.failure = InvalidGeneration("the prompt is too long", param="messages")
    with pytest.raises(InvalidGeneration):
        asyncio.run(collect(wrap(inner)))
    assert begun == []


@pytest.mark.parametrize("lek_score", [float("nan"), float("inf")])
def test_a_score_that_is_no_number_is_counted_and_not_sent(lek_score: float, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = score("Hello")

    def finish(scoring: AnswerScoring, **ending: Any) -> Scores:
        return msgspec.structs.replace(whole, lek_score=lek_score)

    monkeypatch.setattr(AnswerScoring, "finish", finish)
    _, finish_event = finish_of(wrap(FakeEngine(["Hello"])))
    assert finish_event.scores is None
    assert finish_event.counted_scores is not None and not math.isfinite(finish_event.counted_scores.lek_score)
