"""Generations of whole conversations, and what comes of them."""

import asyncio
from collections.abc import Sequence
from typing import Any

from server.engine.mlx.engine import MlxEngine
from server.engine.protocol import Event, Generation, Piece, PromptRead, TokenLogprobs
from tests.outside.real.conversations import Conversation
from tests.server.engine.asking import GREEDY, Answer, ask


def asked(messages: Conversation, *, id: str = "row-0", **options: Any) -> Generation:
    """Make a generation of a conversation, greedy and short unless said otherwise."""
    chosen: dict[str, Any] = {"sampling": GREEDY, "max_tokens": 10} | options
    return Generation(id=id, messages=messages, **chosen)


async def ask_together(engine: MlxEngine, generations: Sequence[Generation]) -> list[Answer]:
    """Ask all at once."""
    return await asyncio.gather(*(ask(engine, one) for one in generations))


async def collect(engine: MlxEngine, generation: Generation) -> list[Event]:
    """Collect the events of an answer as they come."""
    return [event async for event in engine.generate(generation)]


def prompt_of(events: Sequence[Event]) -> PromptRead:
    """Find what was told of the prompt."""
    (read,) = (event for event in events if isinstance(event, PromptRead))
    return read


def tokens_of(events: Sequence[Event]) -> tuple[list[int], list[TokenLogprobs]]:
    """Join the tokens of an answer, and their log-probabilities."""
    pieces = [event for event in events if isinstance(event, Piece)]
    return [token for piece in pieces for token in piece.token_ids], [one for piece in pieces for one in piece.logprobs]
