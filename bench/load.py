"""Clients that stream chat completions and take the time, on bare sockets: an SDK in the same two cores would measure itself."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from bench.endpoint import Endpoint
from bench.event_stream import Chunk, EventStream, Usage
from bench.prompts import Messages
from bench.rounds import percentile

RETRY_DELAYS_S = (0.01, 0.05, 0.2, 0.5, 1.0)  # mlx_lm.server resets connections when sixteen open at once


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What one client asks for."""

    messages: Messages
    max_tokens: int
    temperature: float = 0.0
    top_k: int | None = None
    top_p: float | None = None
    seed: int | None = None
    ignore_eos: bool | None = None  # candor's and vLLM's: the answer goes on to its limit


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer, timed by `time.perf_counter()`."""

    began_s: float
    arrivals_s: Sequence[float]  # of each chunk with text
    text: str
    usage: Usage

    @property
    def first_token_s(self) -> float:
        """Time to first token."""
        return self.arrivals_s[0] - self.began_s

    @property
    def num_cached_tokens(self) -> int:
        """Tokens of the prompt that the server says it had; one that says nothing has none."""
        details = self.usage.prompt_tokens_details
        return (details and details.cached_tokens) or 0


class Wave(msgspec.Struct, frozen=True, kw_only=True):
    """As many answers as were asked for at once."""

    wall_s: float
    num_tokens: int
    first_tokens_s: Sequence[float]
    gaps_s: Sequence[float]  # between two tokens of an answer, of all answers


class Measurement(msgspec.Struct, frozen=True, kw_only=True):
    """What one or more waves come to."""

    num_tokens: int
    tokens_per_s: float  # generated, all clients together, over the wall-clock time of the waves
    first_token_s: float  # median
    gap_s: float | None  # median; None where no answer had two tokens
    gap_p99_s: float | None


def summarise(waves: Sequence[Wave]) -> Measurement:
    """Take waves that followed each other together."""
    num_tokens = sum(wave.num_tokens for wave in waves)
    gaps = [gap for wave in waves for gap in wave.gaps_s]
    return Measurement(
        num_tokens=num_tokens,
        tokens_per_s=num_tokens / sum(wave.wall_s for wave in waves),
        first_token_s=percentile([first for wave in waves for first in wave.first_tokens_s], 50),
        gap_s=percentile(gaps, 50) if gaps else None,
        gap_p99_s=percentile(gaps, 99) if gaps else None,
    )


async def measure(endpoint: Endpoint, *waves: Sequence[Request]) -> Measurement:
    """Send each wave's requests at once, one connection each; the next wave when the last answer has come."""
    return summarise([await _wave(endpoint, requests) for requests in waves])


async def _wave(endpoint: Endpoint, requests: Sequence[Request]) -> Wave:
    began_s = time.perf_counter()
    answers = await asyncio.gather(*(ask(endpoint, request) for request in requests))
    return Wave(
        wall_s=time.perf_counter() - began_s,
        num_tokens=sum(answer.usage.completion_tokens for answer in answers),
        first_tokens_s=[answer.first_token_s for answer in answers],
        gaps_s=[gap for answer in answers for gap in gaps_s(answer.arrivals_s)],
    )


def gaps_s(arrivals_s: Iterable[float]) -> list[float]:
    """Take the times between one token and the next."""
    return [later - earlier for earlier, later in pairwise(arrivals_s)]


async def ask(endpoint: Endpoint, request: Request, arrivals_s: list[float] | None = None) -> Answer:
    """Stream one answer, and try again where the connection fails before anything of it has come.

    `arrivals_s` is filled as the tokens come, for callers that look on. Cancelling closes the connection.
    """
    arrivals_s = [] if arrivals_s is None else arrivals_s
    written = _written(endpoint, request)
    began_s = time.perf_counter()
    for delay_s in RETRY_DELAYS_S:
        try:
            return await _stream(endpoint, written, began_s, arrivals_s)
        except ConnectionError:
            await asyncio.sleep(delay_s)
    return await _stream(endpoint, written, began_s, arrivals_s)


async def _stream(endpoint: Endpoint, written: bytes, began_s: float, arrivals_s: list[float]) -> Answer:
    stream = _Stream(written, arrivals_s)
    transport, _ = await asyncio.get_running_loop().create_connection(lambda: stream, endpoint.host, endpoint.port)
    try:
        usage = await stream.ended
    finally:
        transport.abort()
    arrivals_s.extend([] if arrivals_s else [stream.last_s])  # an answer without text came when it ended
    return Answer(began_s=began_s, arrivals_s=arrivals_s, text="".join(stream.texts), usage=usage)


def _written(endpoint: Endpoint, request: Request) -> bytes:
    fields = {"model": endpoint.model, **msgspec.structs.asdict(request), "stream": True, "stream_options": {"include_usage": True}}
    return endpoint.completion_request(msgspec.json.encode({name: value for name, value in fields.items() if value is not None}))


class _Stream(asyncio.Protocol):
    """One connection: writes the request, and ends with the usage or with what went wrong."""

    def __init__(self, written: bytes, arrivals_s: list[float]) -> None:
        self.ended: asyncio.Future[Usage] = asyncio.get_running_loop().create_future()
        self.texts: list[str] = []
        self.last_s = 0.0
        self._written = written
        self._arrivals_s = arrivals_s
        self._events = EventStream()
        self._refusal = b""
        self._usage: Usage | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(self._written)

    def data_received(self, received: bytes) -> None:
        self.last_s = time.perf_counter()
        chunks = self._events.feed(received)
        if not self._events.is_ok:
            self._refusal += received
        for chunk in chunks:
            self._take(chunk)

    def _take(self, chunk: Chunk) -> None:
        if chunk.error is not None:
            self._fail(RuntimeError(f"the stream broke off: {chunk.error}"))
        if text := chunk.text:
            self._arrivals_s.append(self.last_s)
            self.texts.append(text)
        self._usage = chunk.usage or self._usage

    def connection_lost(self, exc: Exception | None) -> None:
        if self._events.status is None:
            self._fail(ConnectionResetError("the connection was closed before an answer"))
        elif not self._events.is_ok:
            _, _, body = self._refusal.partition(b"\r\n\r\n")
            self._fail(RuntimeError(f"{self._events.status}: {body.decode(errors='replace')[-300:]}"))
        elif self._usage is None:
            self._fail(RuntimeError("the stream ended without usage"))
        elif not self.ended.done():
            self.ended.set_result(self._usage)

    def _fail(self, error: Exception) -> None:
        if not self.ended.done():
            self.ended.set_exception(error)
