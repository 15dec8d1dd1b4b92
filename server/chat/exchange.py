"""One request to `/v1/chat/completions`, from its body to the last byte of its answer."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncGenerator

import msgspec
from litestar.types import Receive, Scope, Send

from server.answers.answer import Answer
from server.answers.outcome import Outcome, name_outcome
from server.answers.run import Answering, AnswerRun
from server.chat.model_choice import choose_served
from server.chat.rendering import AnswerHead, ChunkRenderer
from server.chat.reply import Reply, StreamedReply, WholeReply
from server.chat.translation import translate_chat, translate_scoring
from server.engine.errors import EngineUnavailable
from server.engine.protocol import Engine, Finish, Piece
from server.engine.sampling_defaults import SamplingDefaults
from server.errors import ClientDisconnected, RequestTimedOut
from server.http.body import read_request
from server.http.deadline import Deadline
from server.http.disconnect import DisconnectWatch
from server.http.failure import log_failure, to_failure
from server.http.heartbeat import beat_while_waiting
from server.http.request_id import identify
from server.metrics.metrics import Metrics
from server.metrics.observation import Observation
from server.metrics.pair import pair_of
from server.settings.settings import Settings
from server.wire.chat_request import ChatRequest

_DECODER = msgspec.json.Decoder(ChatRequest)
_NUM_SEED_BITS = 53  # of a seed that is drawn: it is told to the client, and JavaScript's numbers hold no more
_LAST_WORD_TIMEOUT_S = 5.0  # for ending a stream whose client may not be reading


class ChatExchange:
    """Answers one request. Streamed and whole answers share everything but their reply.

    It speaks ASGI itself: at an event a token, a framework's response costs more than the rest of the path.
    """

    def __init__(
        self, *, engine: Engine, answering: Answering, settings: Settings, sampling_defaults: SamplingDefaults, metrics: Metrics
    ) -> None:
        self._engine = engine
        self._answering = answering
        self._settings = settings
        self._sampling_defaults = sampling_defaults
        self._observation = Observation(metrics)
        self._reply: Reply | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or raise before the first byte is out; after it, an error is an event of the stream."""
        try:
            outcome = await self._answer(scope, receive, send)
        except Exception as exc:
            # Broad because nobody further out can speak in a stream that has begun.
            self._observation.close(name_outcome(exc))
            if not isinstance(exc, ClientDisconnected):
                await self._fail(exc, scope)
        else:
            self._observation.close(outcome)

    async def _fail(self, exc: Exception, scope: Scope) -> None:
        if self._reply is None or not self._reply.has_begun:
            raise exc
        failure = to_failure(exc)
        log_failure(exc, failure, request_id=identify(scope))
        async with _last_word():
            await self._reply.fail(failure.body)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> Outcome:
        try:
            return await self._answer_by(Deadline(self._settings.request_timeout_s), scope, receive, send)
        except asyncio.CancelledError as exc:
            # Only a server that stops at once cancels its requests; one that has not begun ends by saying so.
            raise EngineUnavailable("The server is shutting down.") from exc

    async def _answer_by(self, deadline: Deadline, scope: Scope, receive: Receive, send: Send) -> Outcome:
        settings = self._settings
        async with deadline.kept():
            request = await read_request(scope, receive, settings, _DECODER)
        served = choose_served(request, self._engine.models())
        self._observation.name(pair_of(served))
        answer_id = f"chatcmpl-{identify(scope)}"
        generation = translate_chat(
            request,
            id=answer_id,
            served=served,
            max_completion_tokens=settings.max_completion_tokens,
            defaults=self._sampling_defaults,
            drawn_seed=secrets.randbits(_NUM_SEED_BITS),
        )
        answer = Answer(generation, served, wish=translate_scoring(request), arrived_s=self._observation.arrived_s)
        reply = self._reply = _open_reply(request, answer, self._engine.fingerprint, send)
        self._observation.start_waiting()
        async with self._answering.run(answer) as run:
            finish = await self._deliver(run, reply, deadline, receive)
        return name_outcome(None, stopped_by=finish.stopped_by)

    async def _deliver(self, run: AnswerRun, reply: Reply, deadline: Deadline, receive: Receive) -> Finish:
        """Send the answer; at the deadline, and where the server is told to stop at once, what there is of it."""
        try:
            async with DisconnectWatch(receive), run.ending_by(deadline):
                return await self._pass_on(run, reply)
        except (RequestTimedOut, EngineUnavailable, asyncio.CancelledError) as exc:
            reason = run.reason_to_cut(exc)
            if reason is None:
                raise
            scored = await run.cut_short(reason)
            async with _last_word():
                await reply.end(scored)
            return scored.finish

    async def _pass_on(self, run: AnswerRun, reply: Reply) -> Finish:
        # The first event is awaited before anything is sent, so that a refusal is a status code and not a cut-off 200; for a while.
        event = await beat_while_waiting(anext(run), reply.keep_alive, interval_s=self._settings.heartbeat_s)
        self._observation.note_first_event()
        while isinstance(event, Piece):
            await reply.add(event)
            event = await anext(run)
        await reply.end(event)
        return event.finish


def _open_reply(request: ChatRequest, answer: Answer, fingerprint: str, send: Send) -> Reply:
    head = AnswerHead(
        id=answer.generation.id,
        created=int(time.time()),
        model=request.model,
        system_fingerprint=fingerprint,
        served=answer.served,
        adapter_scale=answer.generation.adapter_scale,
        sampling=answer.generation.sampling,
        request_metadata=request.metadata or {},
    )
    if not request.stream:
        return WholeReply(head, send)
    include_usage = request.stream_options is not None and bool(request.stream_options.include_usage)
    return StreamedReply(ChunkRenderer(head, include_usage=include_usage), send)


@contextlib.asynccontextmanager
async def _last_word() -> AsyncGenerator[None]:
    """Give up speaking to a client that may not be reading."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LAST_WORD_TIMEOUT_S):
            yield
