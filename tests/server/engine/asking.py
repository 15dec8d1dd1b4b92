"""Put a question to an engine and collect what comes."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from server.engine.protocol import AdapterUse, Engine, Event, Finish, Generation, Load, Message, Piece, Sampling

GREEDY = Sampling(temperature=0)


class Answer(NamedTuple):
    """A whole answer."""

    text: str
    token_ids: tuple[int, ...]
    finish: Finish


def question(content: str, *, id: str = "row-0", adapter: Any = None, adapter_scale: Any = 1.0, **options: Any) -> Generation:
    """Make a generation of one user message, greedy and short unless said otherwise."""
    chosen: dict[str, Any] = {"sampling": GREEDY, "max_tokens": 24, "adapters": use(adapter, adapter_scale)} | options
    return Generation(id=id, messages=(Message(role="user", content=content),), **chosen)


def use(adapter: str | None, scale: float = 1.0) -> tuple[AdapterUse, ...]:
    """Name an adapter, or the base, as a generation does."""
    return (AdapterUse(name=adapter, scale=scale),) if adapter else ()


def completion(prompt: str | tuple[int, ...], *, id: str = "row-0", adapter: str | None = None, **options: Any) -> Generation:
    """Make a generation of a prompt as it stands, greedy and short unless said otherwise."""
    chosen: dict[str, Any] = {"sampling": GREEDY, "max_tokens": 24, "adapters": use(adapter)} | options
    return Generation(id=id, messages=(), prompt=prompt, **chosen)


async def ask(engine: Engine, generation: Generation) -> Answer:
    """Collect an answer."""
    return to_answer([event async for event in engine.generate(generation)])


def to_answer(events: Sequence[Event]) -> Answer:
    """Join the events of an answer; there must be exactly one finish, at the end."""
    pieces, finish = events[:-1], events[-1]
    assert isinstance(finish, Finish)
    assert all(isinstance(piece, Piece) for piece in pieces)
    return Answer(
        text="".join(piece.text for piece in pieces if isinstance(piece, Piece)),
        token_ids=tuple(token for piece in pieces if isinstance(piece, Piece) for token in piece.token_ids),
        finish=finish,
    )


async def settle(engine: Engine, is_so: Callable[[Load], bool]) -> None:
    """Wait until the engine's load is as asked, for at most five seconds."""
    async with asyncio.timeout(5):
        while not is_so(engine.load()):  # noqa: ASYNC110 (an engine's load has no event to wait for)
            await asyncio.sleep(0.001)
