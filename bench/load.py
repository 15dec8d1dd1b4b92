"""Clients that stream chat completions and take the time, on bare sockets: an SDK in the same two cores would measure itself."""

import asyncio
import json
import time
from collections.abc import Sequence

import msgspec

from bench.endpoint import HOST

DATA = b"data: "


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What one client asks for."""

    model: str
    prompt: str
    max_tokens: int
    temperature: float = 0.0
    seed: int | None = None


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """One answer, timed."""

    num_tokens: int
    first_token_s: float


class Measurement(msgspec.Struct, frozen=True, kw_only=True):
    """All answers of one load."""

    num_clients: int
    tokens_per_s: float  # generated, all clients together, over the wall-clock time of the load
    first_token_s: float  # median
    num_tokens: int


async def measure(port: int, requests: Sequence[Request]) -> Measurement:
    """Send all requests at once, one connection each."""
    began_s = time.perf_counter()
    timings = await asyncio.gather(*(_stream(port, request) for request in requests))
    wall_s = time.perf_counter() - began_s
    num_tokens = sum(timing.num_tokens for timing in timings)
    first = sorted(timing.first_token_s for timing in timings)
    return Measurement(
        num_clients=len(requests), tokens_per_s=num_tokens / wall_s, first_token_s=first[len(first) // 2], num_tokens=num_tokens
    )


async def _stream(port: int, request: Request) -> Timing:
    body = json.dumps(
        {
            "model": request.model,
            "messages": [{"role": "user", "content": request.prompt}],
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
            **({} if request.seed is None else {"seed": request.seed}),
            "stream": True,
            "stream_options": {"include_usage": True},
        }
    ).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {HOST}:{port}\r\nContent-Type: application/json\r\nConnection: close\r\n"
    reader, writer = await asyncio.open_connection(HOST, port)
    began_s = time.perf_counter()
    writer.write(head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    first_token_s, num_tokens = 0.0, 0
    status = await reader.readline()
    if b" 200 " not in status:
        raise RuntimeError(f"{status.decode().strip()}: {(await reader.read()).decode(errors='replace')[-300:]}")
    async for line in reader:
        if not line.startswith(DATA) or line.startswith(b"data: [DONE]"):
            continue
        chunk = json.loads(line[len(DATA) :])
        if not first_token_s and any(choice["delta"].get("content") for choice in chunk["choices"]):
            first_token_s = time.perf_counter() - began_s
        if chunk.get("usage"):
            num_tokens = chunk["usage"]["completion_tokens"]
    writer.close()
    if not num_tokens:
        raise RuntimeError("the stream ended without usage")
    return Timing(num_tokens=num_tokens, first_token_s=first_token_s)
