"""How much of a prompt a server reads anew of which it had a part: one beginning twice, a conversation, a system prompt for all."""

import asyncio
from collections.abc import Sequence

from bench.endpoint import Endpoint
from bench.load import Answer, Request, ask
from bench.prompts import PromptTag, long_text, user

SYSTEM_BYTES = 9000
NUM_TURNS = 10
NUM_REQUESTS = 100
NUM_CONNECTIONS = 8


async def measure_repeat(endpoint: Endpoint, tag: PromptTag) -> dict[str, float]:
    """Ask under a new system prompt of 9 kB, and again with another question."""
    system = _system_prompt(tag)
    cold, warm = [await ask(endpoint, _question(word, system)) for word in ("What is it about?", "Which word comes last?")]
    return {
        "first token cold, ms": cold.first_token_s * 1000,
        "first token again, ms": warm.first_token_s * 1000,
        "again over cold": warm.first_token_s / cold.first_token_s,
        "prompt tokens again": float(warm.usage.prompt_tokens),
        "cached of them": float(warm.num_cached_tokens),
    }


async def measure_conversation(endpoint: Endpoint, tag: PromptTag) -> dict[str, float]:
    """Hold a conversation of ten turns, each with all that was said before.

    What is new of a turn is what was neither in the last prompt nor in the answer to it. The answers are counted by the tokens they came
    in: where text is not cut into the same tokens again, as with a random model's, more than that has to be read.
    """
    messages: list[dict[str, str]] = []
    answers: list[Answer] = []
    for turn in range(NUM_TURNS):
        messages = [*messages, {"role": "user", "content": long_text(tag, turn, 30)}]
        answers.append(await ask(endpoint, Request(messages=messages, max_tokens=40)))
        messages = [*messages, {"role": "assistant", "content": answers[-1].text}]
    num_prompt = sum(answer.usage.prompt_tokens for answer in answers)
    num_new = answers[-1].usage.prompt_tokens - sum(answer.usage.completion_tokens for answer in answers[:-1])
    return {
        "prompt tokens of all turns": float(num_prompt),
        "read anew": float(num_read(answers)),
        "new": float(num_new),
        "new and the answers": float(answers[-1].usage.prompt_tokens),
        "read anew over new": num_read(answers) / num_new,
    }


async def measure_shared_system(endpoint: Endpoint, tag: PromptTag) -> dict[str, float]:
    """Ask a hundred questions under one system prompt of 9 kB, eight at once from the first on."""
    system = _system_prompt(tag)
    waiting = [_question(f"{number}: {long_text(tag, number, 12)}", system) for number in range(NUM_REQUESTS)]

    async def client() -> list[Answer]:
        return [await ask(endpoint, waiting.pop()) for _ in iter(lambda: bool(waiting), False)]

    answers = [answer for some in await asyncio.gather(*(client() for _ in range(NUM_CONNECTIONS))) for answer in some]
    alone = await ask(endpoint, _question("?", system))  # to know how long it is; asked last, so that nobody has read it for the others
    return {
        "prompt tokens of all": float(sum(answer.usage.prompt_tokens for answer in answers)),
        "read anew": float(num_read(answers)),
        "of one prompt with the shortest question": float(alone.usage.prompt_tokens),
    }


def num_read(answers: Sequence[Answer]) -> int:
    """Count the prompts' tokens that the server did not have already."""
    return sum(answer.usage.prompt_tokens - answer.num_cached_tokens for answer in answers)


def _system_prompt(tag: PromptTag) -> str:
    return long_text(tag, 0, SYSTEM_BYTES)[:SYSTEM_BYTES]


def _question(prompt: str, system: str) -> Request:
    return Request(messages=user(prompt, system=system), max_tokens=2)
