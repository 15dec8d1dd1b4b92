"""Prompts past the window of 512 tokens answer the same however they are read: at once, in pieces, or from where an earlier one ends."""

import asyncio

import pytest

from server.engine.mlx.engine import MlxEngine
from server.engine.protocol import Message, Piece
from tests.outside.real.asking import asked
from tests.outside.real.conversations import LONG, REPORT, WINDOW, Conversation
from tests.outside.real.reference import Reference
from tests.server.engine.asking import Answer, ask
from tests.server.engine.conftest import Run

NUM_TOKENS = 12
MONTHS = ("April", "May", "June", "July")


def in_month(month: str) -> Conversation:
    """Ask about a report that begins in its own way, so that nothing of another is found."""
    return (Message(role="user", content=f"{month}. {REPORT}\n\nHow high stood the water on day 20?"),)


def expect(reference: Reference, messages: Conversation) -> tuple[int, ...]:
    return reference.greedy(reference.prompt_ids(messages), num_tokens=NUM_TOKENS)


def test_a_long_prompt_answers_the_same_cold_and_from_the_cache(engine: MlxEngine, run: Run, reference: Reference) -> None:
    messages = in_month(MONTHS[0])
    cold, cached = (run(ask(engine, asked(messages, max_tokens=NUM_TOKENS))) for _ in range(2))
    assert cold.finish.num_prompt_tokens > WINDOW
    assert cold.finish.num_cached_tokens == 0
    assert cached.finish.num_cached_tokens > WINDOW
    assert cold.token_ids == cached.token_ids == expect(reference, messages)


def test_a_turn_more_is_read_from_where_the_last_one_ended(engine: MlxEngine, run: Run, reference: Reference) -> None:
    messages = in_month(MONTHS[1])
    first: Answer = run(ask(engine, asked(messages, max_tokens=NUM_TOKENS)))
    longer = (*messages, Message(role="assistant", content=first.text), Message(role="user", content="And on day 21?"))
    second: Answer = run(ask(engine, asked(longer, max_tokens=NUM_TOKENS)))
    assert second.finish.num_cached_tokens > WINDOW
    assert second.token_ids == expect(reference, longer)


def test_long_prompts_read_in_pieces_beside_a_running_row_answer_the_same(engine: MlxEngine, run: Run, reference: Reference) -> None:
    async def ask_beside() -> tuple[list[Answer], int]:
        arrived = asyncio.Event()
        seen: list[int] = []

        async def go_on() -> None:
            async for event in engine.generate(asked(LONG["report"], id="running", max_tokens=1000, ignores_stop_ids=True)):
                if isinstance(event, Piece):
                    seen.extend(event.token_ids)
                    arrived.set()

        running = asyncio.create_task(go_on())
        await arrived.wait()
        num_before = len(seen)
        beside = [asked(in_month(month), id=month, max_tokens=NUM_TOKENS) for month in MONTHS[2:]]
        answers = await asyncio.gather(*(ask(engine, one) for one in beside))
        num_steps = len(seen) - num_before
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return answers, num_steps

    answers, num_steps = run(ask_beside())
    assert [answer.finish.num_cached_tokens for answer in answers] == [0, 0]
    assert num_steps > NUM_TOKENS + 2  # the running row went on between pieces of the prompts
    assert [answer.token_ids for answer in answers] == [expect(reference, in_month(month)) for month in MONTHS[2:]]


@pytest.mark.parametrize("num_tokens", [600])
def test_an_answer_that_outgrows_the_window_is_mlx_lms(engine: MlxEngine, run: Run, reference: Reference, num_tokens: int) -> None:
    """The tokens are given: what the model would say itself is a loop, in which little can go wrong."""
    ids = tuple(reference.prompt_ids(in_month("March")))[:num_tokens]
    expected = reference.logprobs(ids, num_last=1)[0]
    answer: Answer = run(ask(engine, asked((), prompt=ids, max_tokens=1, num_top_logprobs=5)))
    assert answer.token_ids == (int(expected.argmax()),)
