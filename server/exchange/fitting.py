"""Functions in a context that does not hold all that there is to say of them."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from server.engine.errors import InvalidGeneration
from server.engine.protocol import Generation, Texts
from server.exchange.tool_offer import ToolOffer
from server.tools.brief_schema import Detail

ROOM_FOR_ANSWER = 1 / 8  # of the context, where the request does not ask for less

# What the model is told, the most first, with the field under a function's parameters that it then is not told of.
_DETAILS: tuple[tuple[Detail, str | None], ...] = (("full", None), ("brief", ".description"), ("names", ""))


class Translate(Protocol):
    """Translates one request, functions in a detail."""

    def __call__(self, *, tool_detail: Detail) -> Generation: ...


async def fit_tools(
    translate: Translate, texts: Texts, read_offer: Callable[[], ToolOffer], *, parameters: str = "tools[].function.parameters"
) -> tuple[Generation, tuple[str, ...]]:
    """Give a request's generation with as much of its functions as fits beside the conversation, and the fields that are not heeded.

    `read_offer` is asked when the request is known to be without faults. `parameters` is where the request has those of a function.
    A model that only chats is asked with dozens of functions too, by clients that always offer them.
    """
    for detail, left_out in _DETAILS:
        # On a thread: a grammar of many functions takes up to some milliseconds for each.
        generation = await asyncio.to_thread(translate, tool_detail=detail)
        if await _fits(generation, texts):
            unheeded = {parameters} if await asyncio.to_thread(read_offer().is_loose) else set()
            return generation, tuple(sorted(unheeded if left_out is None else {*unheeded, parameters + left_out}))
    return await asyncio.to_thread(translate, tool_detail="full"), ()  # for the engine to refuse


async def _fits(generation: Generation, texts: Texts) -> bool:
    num_characters = sum(len(message.content) for message in generation.messages) + len(generation.beginning)
    room = texts.context_size - min(generation.max_tokens, int(texts.context_size * ROOM_FOR_ANSWER))
    if num_characters <= room // 2:  # no need to count: hardly any text has two tokens a character
        return True
    try:
        return len(await texts.encode_messages(generation.messages, beginning=generation.beginning)) <= room
    except InvalidGeneration:
        return False
