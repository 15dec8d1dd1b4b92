"""Scoring as a watcher of answers, and its guard."""

import asyncio
import math
from functools import partial
from typing import Any

import msgspec
import pytest

from scoring.scorers import scorer_names
from scoring.scores import Scores
from scoring.verdict import AnswerScoring, score
from server.answers import scoring_watch
from server.answers.answer import Scored, ScoringWish
from server.answers.run import AnswerRun
from server.engine.errors import InvalidGeneration
from server.engine.protocol import Engine, Generation, Message, Piece
from server.settings.values import DegenerationAction
from tests.server.answers.running import GENERATION, collect, finish_of, open_run, scoring
from tests.server.fake_engine import FakeEngine

LOOP = ("Well: ", *["la "] * 200)


def scored_run(
    engine: Engine, *, on_degeneration: DegenerationAction = "observe", generation: Generation = GENERATION, wish: ScoringWish | None = None
) -> AnswerRun:
    return open_run(engine, [scoring(engine, on_degeneration=on_degeneration)], generation=generation, wish=wish)


def test_the_pieces_are_the_engines_and_the_end_has_scores() -> None:
    *plain, unscored = asyncio.run(collect(open_run(FakeEngine(), [])))
    *pieces, scored = asyncio.run(collect(scored_run(FakeEngine())))
    assert pieces == plain
    assert isinstance(scored, Scored) and isinstance(unscored, Scored)
    assert scored.scores is not None and unscored.scores is None
    assert scored.scores.scorer == "lek-v1"
    assert scored.finish == unscored.finish


def test_a_loop_is_flagged() -> None:
    _, scored = finish_of(scored_run(FakeEngine(LOOP, reason="length")))
    assert scored.scores is not None
    assert "token_loop" in scored.scores.degeneration.names


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
    text, scored = finish_of(scored_run(inner, on_degeneration=servers, wish=ScoringWish(on_degeneration=requests)))
    assert inner.stops == ([("1", "token_loop")] if is_stopped else [])
    assert (scored.finish.stopped_by, scored.finish.reason) == (("token_loop", "stop") if is_stopped else (None, "length"))
    assert (len(text) < len("".join(LOOP)) / 2) == is_stopped


def test_the_engine_is_told_to_stop_before_the_piece_is_given() -> None:
    inner = FakeEngine(LOOP)

    async def read_until_stopped() -> str:
        texts = []
        async with scored_run(inner, on_degeneration="stop") as run:
            async for event in run:
                if isinstance(event, Piece):
                    texts.append(event.text)
                if inner.stops:
                    break
        return "".join(texts)

    early, _ = finish_of(scored_run(FakeEngine(LOOP), on_degeneration="stop"))
    assert asyncio.run(read_until_stopped()) == early


def test_pieces_that_were_under_way_are_shown_and_scored_and_the_engine_is_told_once() -> None:
    early, late = FakeEngine(LOOP), FakeEngine(LOOP)
    late.num_late = 30
    early_text, _ = finish_of(scored_run(early, on_degeneration="stop"))
    run = scored_run(late, on_degeneration="stop")
    text, scored = finish_of(run)
    assert text == early_text + "la " * 30
    assert late.stops == [("1", "token_loop")]
    assert scored.scores == run.answer.counted_scores
    assert scored.scores is not None
    assert scored.scores.degeneration.flags[0].copies == pytest.approx(len(text.removeprefix("Well: ")) / 3, abs=1)
    num_tokens = scored.finish.num_completion_tokens
    assert scored.scores == score(text, prompt="Hello", finish_reason="stop", num_tokens=num_tokens, max_tokens=100)


def test_an_answer_that_ends_by_itself_before_it_can_be_stopped_was_not_stopped() -> None:
    inner = FakeEngine(LOOP, reason="length")
    inner.num_late = 1000
    text, scored = finish_of(scored_run(inner, on_degeneration="stop"))
    assert inner.stops == [("1", "token_loop")]
    assert (text, scored.finish.stopped_by, scored.finish.reason) == ("".join(LOOP), None, "length")


def test_a_soft_flag_stops_nothing() -> None:
    inner = FakeEngine(LOOP)
    asked = msgspec.structs.replace(GENERATION, messages=(Message(role="user", content="Repeat la many times"),))
    _, scored = finish_of(scored_run(inner, on_degeneration="stop", generation=asked))
    assert scored.scores is not None
    assert [(flag.flag, flag.tier) for flag in scored.scores.degeneration.flags] == [("token_loop", "soft")]
    assert (inner.stops, scored.finish.stopped_by) == ([], None)


def test_an_answer_that_is_abandoned_once_it_was_stopped_is_cancelled() -> None:
    inner = FakeEngine(LOOP)
    inner.num_late = 1000

    async def read_until_stopped() -> None:
        async with scored_run(inner, on_degeneration="stop") as run:
            while not inner.stops:
                await anext(run)
        assert inner.cancelled == ["1"]

    asyncio.run(read_until_stopped())


@pytest.mark.parametrize("name", scorer_names())
def test_a_request_chooses_its_scorer_and_the_servers_own_is_counted(name: str) -> None:
    text = "I think so. It was like a shadow?\n\nHowever, I feel hope."
    run = scored_run(FakeEngine([text]), wish=ScoringWish(scorer=name))
    _, scored = finish_of(run)
    score_by = partial(score, text, prompt="Hello", finish_reason="stop", num_tokens=1, max_tokens=100)
    assert scored.scores == score_by(scorer=name)
    assert run.answer.counted_scores == score_by(scorer="lek-v1")


def test_the_time_spent_is_told_once() -> None:
    spent: list[float] = []
    engine = FakeEngine()
    asyncio.run(collect(open_run(engine, [scoring(engine, observe=lambda _answer, watch: spent.append(watch.spent_s))])))
    assert len(spent) == 1
    assert 0 < spent[0] < 1


def test_a_fault_in_scoring_costs_the_scores_and_not_the_answer(caplog: pytest.LogCaptureFixture) -> None:
    failed: list[bool] = []
    engine = FakeEngine(pieces=("good", None, " text"))  # type: ignore[arg-type]  # no text at all: what scoring cannot take
    watch = scoring(engine, on_degeneration="stop", observe=lambda _answer, watch: failed.append(watch.has_failed))
    run = open_run(engine, [watch])
    *pieces, scored = asyncio.run(collect(run))
    assert [piece.text for piece in pieces if isinstance(piece, Piece)] == ["good", None, " text"]
    assert isinstance(scored, Scored)
    assert (scored.scores, run.answer.counted_scores, failed) == (None, None, [True])
    assert "cannot be scored" in caplog.text


def test_the_prompt_is_what_the_user_said_last(monkeypatch: pytest.MonkeyPatch) -> None:
    prompts: list[str] = []

    def note(**given: Any) -> AnswerScoring:
        prompts.append(given["prompt"])
        return AnswerScoring(**given)

    monkeypatch.setattr(scoring_watch, "AnswerScoring", note)
    turns = (Message(role="user", content="What?"), Message(role="assistant", content="This."))
    finish_of(scored_run(FakeEngine(), generation=msgspec.structs.replace(GENERATION, messages=turns)))
    assert prompts == ["What?"]


def test_a_prompt_that_scoring_cannot_begin_with_costs_the_scores_and_not_the_answer(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**_: object) -> None:
        raise ValueError("an odd prompt")

    monkeypatch.setattr(scoring_watch, "AnswerScoring", fail)
    run = scored_run(FakeEngine(["Hello"]))
    text, scored = finish_of(run)
    assert (text, scored.scores, run.answer.counted_scores) == ("Hello", None, None)
    assert "an odd prompt" in caplog.text


def test_a_prompt_that_the_engine_refuses_is_never_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[object] = []
    monkeypatch.setattr(scoring_watch, "AnswerScoring", lambda **context: begun.append(context))
    inner = FakeEngine()
    inner.failure = InvalidGeneration("the prompt is too long", param="messages")
    with pytest.raises(InvalidGeneration):
        asyncio.run(collect(scored_run(inner)))
    assert begun == []


@pytest.mark.parametrize("lek_score", [float("nan"), float("inf")])
def test_a_score_that_is_no_number_is_counted_and_not_sent(lek_score: float, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = score("Hello")

    def finish(scoring: AnswerScoring, **ending: Any) -> Scores:
        return msgspec.structs.replace(whole, lek_score=lek_score)

    monkeypatch.setattr(AnswerScoring, "finish", finish)
    run = scored_run(FakeEngine(["Hello"]))
    _, scored = finish_of(run)
    assert scored.scores is None
    counted = run.answer.counted_scores
    assert counted is not None and not math.isfinite(counted.lek_score)
