"""The engine that has its tokens ready, and what is read of a server that has it."""

import asyncio
import os
import tempfile
from pathlib import Path

import pytest

from bench.endpoint import served
from bench.http_cost import _cpu_s, _measure
from bench.token_server import TokenEngine, read_words
from server.engine.protocol import Engine, Finish, Generation, Piece, Sampling


@pytest.mark.parametrize("step_s", [0.0, 0.001])
def test_it_says_as_many_words_as_are_asked_for(step_s: float) -> None:
    engine = TokenEngine(["one", "two"], step_s=step_s)
    assert isinstance(engine, Engine)

    async def ask() -> str:
        *pieces, finish = [event async for event in engine.generate(Generation(id="1", messages=(), sampling=Sampling(), max_tokens=3))]
        assert isinstance(finish, Finish) and finish.num_completion_tokens == 3
        return "".join(piece.text for piece in pieces if isinstance(piece, Piece))

    assert asyncio.run(ask()) == " one two one"
    assert engine.load().num_running == 0


def test_there_are_words_enough_that_no_answer_repeats_itself_soon() -> None:
    assert len(read_words()) > 2000


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processor time is read from /proc")
def test_streams_of_a_server_are_read_to_their_end() -> None:
    with tempfile.TemporaryDirectory() as scratch, served("bench.token_server", [], log=Path(scratch) / "log") as server:
        cost = _measure(server, 4, 50)
    assert cost.tokens_per_s > 0 and cost.cpu_us >= 0
    assert 0 < _cpu_s(os.getpid()) < 1e6
