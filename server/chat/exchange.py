"""One request to `/v1/chat/completions`, from its body to the last byte of its answer."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator

import msgspec
from litestar.types import Receive, Scope, Send

from server.chat.model_choice import choose_served
from server.chat.rendering import AnswerHead, ChunkRenderer, render_completion, render_error_event
from server.chat.translation import translate_chat
from server.engine.errors import EngineUnavailable
from server.engine.protocol import Engine, Event, Generation, Piece
from server.errors import ClientDisconnected
from server.http.body import read_request
from server.http.deadline import answer_within
from server.http.disconnect import DisconnectWatch
from server.http.failure import log_failure, to_failure
from server.http.request_id import identify
from server.metrics.metrics import Metrics
from server.metrics.observation import Observation, name_outcome
from server.metrics.pair import pair_of
from server.settings.settings import Settings
from server.wire.chat_request import ChatRequest

_DECODER = msgspec.json.Decoder(ChatRequest)
_JSON_HEADERS = ((b"content-type", b"application/json"),)
_STREAM_HEADERS = ((b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache"), (b"x-accel-buffering", b"no"))
_LAST_WORD_TIMEOUT_S = 5.0  # for telling a client that may not be reading that its stream has failed


class ChatExchange:
    """Answers one request. Streamed and whole answers share everything but their last step.

    It speaks ASGI itself: at an event a token, a framework's response costs more than the rest of the path.
    """

    def __init__(self, *, engine: Engine, settings: Settings, metrics: Metrics) -> None:
        self._engine = engine
        self._settings = settings
        self._observation = Observation(metrics)
        self._has_begun = False  # whether the status line is out

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or raise before the first byte is out; after it, an error is an event of the stream."""
        try:
            await self._answer_in_time(scope, receive, send)
        except ClientDisconnected:
            self._observation.close("disconnected")
        except Exception as exc:
            # Broad because nobody further out can speak in a stream that has begun.
            failure = to_failure(exc)
            self._observation.close(name_outcome(failure.status))
            if not self._has_begun:
                raise
            log_failure(exc, failure, request_id=identify(scope))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LAST_WORD_TIMEOUT_S):
                    await _send_body(send, render_error_event(failure.body), is_last=True)
        else:
            self._observation.close("completed")

    async def _answer_in_time(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with answer_within(self._settings.request_timeout_s):
                await self._answer(scope, receive, send)
        except asyncio.CancelledError as exc:
            # Only a server that stops at once cancels its requests; this one ends by saying so.
            raise EngineUnavailable("The server is shutting down.") from exc

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        settings = self._settings
        request = await read_request(scope, receive, settings, _DECODER)
        served = choose_served(request, self._engine.models())
        answer_id = f"chatcmpl-{identify(scope)}"
        self._observation.name(pair_of(served), answer_id)
        generation = translate_chat(request, id=answer_id, served=served, max_completion_tokens=settings.max_completion_tokens)
        head = AnswerHead(
            id=answer_id,
            created=int(time.time()),
            model=request.model,
            system_fingerprint=self._engine.fingerprint,
            served=served,
            adapter_scale=generation.adapter_scale,
            request_metadata=request.metadata or {},
        )
        await self._generate(generation, request, head, receive, send)

    async def _generate(self, generation: Generation, request: ChatRequest, head: AnswerHead, receive: Receive, send: Send) -> None:
        self._observation.start_waiting()
        async with DisconnectWatch(receive), contextlib.aclosing(self._engine.generate(generation)) as events:
            # The first event is awaited before anything is sent, so that a refusal is a status code and not a cut-off 200.
            first = await anext(events)
            self._observation.note_first_event()
            if request.stream:
                include_usage = request.stream_options is not None and bool(request.stream_options.include_usage)
                await self._send_chunks(ChunkRenderer(head, include_usage=include_usage), first, events, send)
            else:
                await self._send_whole(head, first, events, send)

    async def _send_whole(self, head: AnswerHead, event: Event, events: AsyncGenerator[Event], send: Send) -> None:
        texts: list[str] = []
        while isinstance(event, Piece):
            self._observation.note_piece(event)
            texts.append(event.text)
            event = await anext(events)
        self._observation.note_finish(event)
        body = render_completion(head, "".join(texts), event)
        self._has_begun = True
        await _send_start(send, (*_JSON_HEADERS, (b"content-length", b"%d" % len(body))))
        await _send_body(send, body, is_last=True)

    async def _send_chunks(self, renderer: ChunkRenderer, event: Event, events: AsyncGenerator[Event], send: Send) -> None:
        self._has_begun = True
        await _send_start(send, _STREAM_HEADERS)
        await _send_body(send, renderer.render_start())
        while isinstance(event, Piece):
            self._observation.note_piece(event)
            if event.text:
                await _send_body(send, renderer.render_text(event.text))
            event = await anext(events)
        self._observation.note_finish(event)
        await _send_body(send, renderer.render_finish(event), is_last=True)


async def _send_start(send: Send, headers: tuple[tuple[bytes, bytes], ...]) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": headers})


async def _send_body(send: Send, body: bytes, *, is_last: bool = False) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": not is_last})
