"""The engine around an engine."""

import asyncio
from contextlib import aclosing

import pytest

from server.engine.errors import RowFailed
from server.engine.protocol import Engine, Event, Finish, Generation, Message, Piece, Sampling
from server.scoring_middleware import ScoringEngine
from tests.server.fake_engine import FakeEngine

GENERATION = Generation(id="1", messages=(Message(role="user", content="Hello"),), sampling=Sampling(), max_tokens=100)


async def collect(engine: Engine) -> list[Event]:
    return [event async for event in engine.generate(GENERATION)]


def wrap(inner: Engine, spent: list[float] | None = None) -> ScoringEngine:
    seconds = [] if spent is None else spent
    return ScoringEngine(inner, scorer="lek-v1", observe=lambda _generation, spent_s: seconds.append(spent_s))


def test_it_is_an_engine_and_forwards_what_an_engine_is_asked() -> None:
    inner = FakeEngine()
    engine = wrap(inner)
    assert isinstance(engine, Engine)
    assert (engine.fingerprint, engine.special_tokens, engine.models()) == (inner.fingerprint, inner.special_tokens, inner.models())
    assert engine.adapters is inner.adapters
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
    finish = asyncio.run(collect(wrap(FakeEngine(["la "] * 200, reason="length"))))[-1]
    assert isinstance(finish, Finish)
    assert finish.scores is not None
    assert "token_loop" in [flag.flag for flag in finish.scores.degeneration.flags]


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
