"""One request for answers, from its body to the last byte of its reply."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Generic

from litestar.types import Receive, Scope, Send

from server.answers.answer import Answer
from server.answers.answering import Answering
from server.answers.group import RunGroup
from server.answers.outcome import Outcome, name_outcome
from server.engine.errors import EngineUnavailable
from server.engine.protocol import Engine, ServedModel
from server.errors import ClientDisconnected, RequestTimedOut
from server.exchange.endpoint import Asked, Endpoint, Request
from server.exchange.model_choice import choose_served
from server.exchange.reply import Header, Reply, StreamedReply, WholeReply
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

_LAST_WORD_TIMEOUT_S = 5.0  # for ending a stream whose client may not be reading
_MAX_ACCEPTED_BYTES = 2000  # of a header: proxies refuse long ones


class Exchange(Generic[Request]):
    """Answers one request of any endpoint. Streamed and whole replies share everything but how they go out.

    It speaks ASGI itself: at an event a token, a framework's response costs more than the rest of the path.
    """

    def __init__(self, endpoint: Endpoint[Request], *, engine: Engine, answering: Answering, settings: Settings, metrics: Metrics) -> None:
        self._endpoint = endpoint
        self._engine = engine
        self._answering = answering
        self._settings = settings
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
        async with deadline.kept():
            request = await read_request(scope, receive, self._settings, self._endpoint.decoder)
        served = choose_served(request, self._engine.models())
        self._observation.name(pair_of(served))
        asked = await self._endpoint.ask(request, request_id=identify(scope), served=served)
        reply = self._reply = _open_reply(asked, send)
        self._observation.start_waiting()
        async with self._answering.run(self._make_answers(asked, served)) as group:
            await self._deliver(group, reply, deadline, receive)
        return name_outcome(None, stopped_by=group.stopped_by)

    def _make_answers(self, asked: Asked, served: ServedModel) -> list[Answer]:
        arrived_s = self._observation.arrived_s
        return [
            Answer(one.generation, served, wish=one.wish, is_sibling=one.is_sibling, parser=one.parser, arrived_s=arrived_s)
            for one in asked.questions
        ]

    async def _deliver(self, group: RunGroup, reply: Reply, deadline: Deadline, receive: Receive) -> None:
        """Send the answers; at the deadline, and where the server is told to stop at once, what there is of them."""
        try:
            async with DisconnectWatch(receive), group.ending_by(deadline):
                await self._pass_on(group, reply)
        except (RequestTimedOut, EngineUnavailable, asyncio.CancelledError) as exc:
            reason = group.reason_to_cut(exc)
            if reason is None:
                raise
            rest = await group.cut_short(reason)
            async with _last_word():
                for index, event in rest:
                    await reply.take(index, event)
                await reply.close()

    async def _pass_on(self, group: RunGroup, reply: Reply) -> None:
        # The first event is awaited before anything is sent, so that a refusal is a status code and not a cut-off 200; for a while.
        index, event = await beat_while_waiting(anext(group), reply.keep_alive, interval_s=self._settings.heartbeat_s)
        self._observation.note_first_event()
        await reply.take(index, event)
        async for index, event in group:
            await reply.take(index, event)
        await reply.close()


def _open_reply(asked: Asked, send: Send) -> Reply:
    headers = _name_accepted(asked.accepted)
    return (StreamedReply if asked.is_streamed else WholeReply)(asked.renderer, send, headers)


def _name_accepted(accepted: tuple[str, ...]) -> tuple[Header, ...]:
    """Say in a header which fields were taken without changing anything."""
    if not accepted:
        return ()
    return ((b"x-candor-accepted", ", ".join(accepted).encode("ascii", "replace")[:_MAX_ACCEPTED_BYTES]),)


@contextlib.asynccontextmanager
async def _last_word() -> AsyncGenerator[None]:
    """Give up speaking to a client that may not be reading."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LAST_WORD_TIMEOUT_S):
            yield
