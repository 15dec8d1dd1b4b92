"""Whether calls of functions that have to come are calls, and fit: asked of a server that runs, by OpenAI's own client.

    python -m bench.tool_calls --url http://127.0.0.1:8000 [--calls 500] [--concurrency 8] [--model NAME]

Every other one is streamed; functions are required or named, one or several are on offer, with arguments of growing difficulty, drawn at
random from a seed. Each argument has an end, since a poor model goes on where it may: with digits behind a point, items, letters. Ends
with 1 if an answer has no call, a call that was not on offer, or arguments that jsonschema does not take.
"""

import argparse
import asyncio
import json
import random
import sys
from collections import Counter
from typing import Any

import jsonschema
import msgspec
import openai

Tool = dict[str, Any]

MOST_TOKENS = 4000  # 32 calls are the most in an answer
KINDS: list[dict[str, Any]] = [
    {"type": "string", "maxLength": 24},
    {"type": "integer", "minimum": -10, "maximum": 1000},
    {"type": "integer", "multipleOf": 5, "minimum": 0, "maximum": 100},
    {"type": "boolean"},
    {"type": ["string", "null"], "maxLength": 12},
    {"enum": ["red", "green", "blue", 3, None]},
    {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{3}$"},
    {"type": "string", "format": "date"},
    {"type": "array", "items": {"type": "string", "maxLength": 8}, "maxItems": 3},
    {"anyOf": [{"type": "string", "maxLength": 8}, {"type": "integer", "minimum": 0, "maximum": 9}]},
    {
        "type": "object",
        "properties": {"a": {"type": "string", "maxLength": 8}, "b": {"type": "boolean"}},
        "required": ["a"],
        "additionalProperties": False,
    },
]


class Outcome(msgspec.Struct, frozen=True):
    """What came of one request."""

    kind: str  # what was asked for, such as "required, streamed"
    fault: str | None


def draw_tool(draw: random.Random, number: int) -> Tool:
    """Draw a function with up to five arguments."""
    properties = {
        f"{name}_{i}": draw.choice(KINDS) for i, name in enumerate(draw.sample(["city", "Größe", "max depth", "x", "y"], draw.randrange(6)))
    }
    required = [name for name in properties if draw.random() < 0.7]
    parameters: dict[str, Any] = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    function = {"name": f"function_{number}", "description": "Do what is asked.", "parameters": parameters, "strict": draw.random() < 0.5}
    return {"type": "function", "function": function}


def check_call(name: str, arguments: str, tools: list[Tool]) -> str | None:
    """Say what is wrong with a call."""
    schemas = {tool["function"]["name"]: tool["function"]["parameters"] for tool in tools}
    if name not in schemas:
        return f"{name!r} is not on offer"
    try:
        jsonschema.validate(json.loads(arguments), schemas[name], format_checker=jsonschema.FormatChecker())
    except (ValueError, jsonschema.ValidationError) as exc:
        return f"{arguments!r}: {str(exc).splitlines()[0]}"
    return None


async def ask(client: openai.AsyncOpenAI, model: str, number: int) -> Outcome:
    """Ask for one call, and look at what comes."""
    draw = random.Random(number)
    tools = [draw_tool(draw, i) for i in range(draw.choice((1, 1, 2, 8)))]
    is_named, is_streamed = draw.random() < 0.5, number % 2 == 1
    name = draw.choice(tools)["function"]["name"]
    choice: Any = {"type": "function", "function": {"name": name}} if is_named else "required"
    kind = f"{'named' if is_named else 'required'}, {'streamed' if is_streamed else 'whole'}"
    fields: dict[str, Any] = {
        "model": model,
        "messages": [{"role": "user", "content": "Is it warm in Paris today, and how far is it from Rome?"}],
        "tools": tools,
        "tool_choice": choice,
        "parallel_tool_calls": draw.random() < 0.5,
        "max_tokens": MOST_TOKENS,
        "temperature": draw.choice((0, 1)),
        "seed": number,
    }
    calls, finish_reason = await (_stream(client, fields) if is_streamed else _fetch(client, fields))
    if finish_reason == "length":
        return Outcome(kind, f"cut at the limit in call {len(calls)}: {calls[-1:]}"[:300])
    if finish_reason != "tool_calls" or not calls:
        return Outcome(kind, f"ends with {finish_reason!r} and {len(calls)} calls")
    wanted = [tool for tool in tools if not is_named or tool["function"]["name"] == name]
    faults = [fault for call in calls if (fault := check_call(*call, wanted))]
    if len(calls) > 1 and not fields["parallel_tool_calls"]:
        faults.append(f"{len(calls)} calls where one was allowed")
    return Outcome(kind, "; ".join(faults) or None)


async def _fetch(client: openai.AsyncOpenAI, fields: dict[str, Any]) -> tuple[list[tuple[str, str]], str | None]:
    (choice,) = (await client.chat.completions.create(**fields)).choices
    calls = [(call.function.name, call.function.arguments) for call in choice.message.tool_calls or () if call.type == "function"]
    return calls, choice.finish_reason


async def _stream(client: openai.AsyncOpenAI, fields: dict[str, Any]) -> tuple[list[tuple[str, str]], str | None]:
    names: dict[int, str] = {}
    arguments: dict[int, str] = {}
    finish_reason = None
    async for chunk in await client.chat.completions.create(**fields, stream=True):
        for choice in chunk.choices:
            finish_reason = choice.finish_reason or finish_reason
            for call in choice.delta.tool_calls or ():
                assert call.function
                if call.id:
                    names[call.index] = call.function.name or ""
                arguments[call.index] = arguments.get(call.index, "") + (call.function.arguments or "")
    return [(names[index], arguments[index]) for index in sorted(names)], finish_reason


async def _ask_all(url: str, model: str | None, num_calls: int, concurrency: int) -> list[Outcome]:
    async with openai.AsyncOpenAI(base_url=f"{url.rstrip('/')}/v1", api_key="unused", timeout=600) as client:
        model = model or (await client.models.list()).data[0].id
        gate = asyncio.Semaphore(concurrency)

        async def ask_in_turn(number: int) -> Outcome:
            async with gate:
                return await ask(client, model, number)

        return await asyncio.gather(*map(ask_in_turn, range(num_calls)))


def main() -> int:
    """Ask, and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True)
    parser.add_argument("--model", help="the first that is listed if left out")
    parser.add_argument("--calls", type=int, default=500)
    parser.add_argument("--concurrency", type=int, default=8)
    options = parser.parse_args()
    outcomes = asyncio.run(_ask_all(options.url, options.model, options.calls, options.concurrency))
    good = Counter(outcome.kind for outcome in outcomes if outcome.fault is None)
    for kind, count in sorted(Counter(outcome.kind for outcome in outcomes).items()):
        print(f"{kind}: {good[kind]} of {count}")
    for outcome in outcomes:
        if outcome.fault is not None:
            print(f"{outcome.kind}: {outcome.fault}")
    print(f"{sum(good.values())} of {len(outcomes)} are calls that fit")
    return 0 if sum(good.values()) == len(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
