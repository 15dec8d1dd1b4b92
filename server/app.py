"""The composition root: an engine and settings in, an ASGI application out."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Protocol

import msgspec
from litestar import Litestar, Request, Response
from litestar.di import Provide
from litestar.exceptions import HTTPException, NotFoundException
from prometheus_client import CollectorRegistry

from scoring.scorers import find_scorer
from server.adapter_loading.roots import AdapterRoots
from server.adapter_loading.sources import AdapterSources
from server.answers.answer import Answer
from server.answers.answering import Answering
from server.answers.scoring_thread import ScoringThread
from server.answers.scoring_watch import ScoringStage, ScoringWatch
from server.answers.watcher import Watch, Watcher
from server.board.board import Board
from server.board.board_watch import BoardWatch
from server.board.page import read_page
from server.engine.protocol import Engine
from server.http.cors import allow_origins
from server.http.failure import log_failure, to_failure
from server.http.keys import ApiKeyMiddleware
from server.http.openapi import describe_routes
from server.http.request_id import add_request_id, identify
from server.http.unbuilt import explain_missing
from server.metrics.counting import CountingWatch
from server.metrics.metrics import Metrics
from server.metrics.page import MetricsPage
from server.metrics.pair import pair_of
from server.routes.adapters import create_adapter, delete_adapter, list_adapters
from server.routes.board import show_board, show_board_state
from server.routes.chat import create_chat_completion
from server.routes.completions import create_completion
from server.routes.health import show_liveness, show_readiness
from server.routes.lora_adapter import load_lora_adapter, unload_lora_adapter
from server.routes.metrics import show_metrics
from server.routes.models import list_models, show_model
from server.routes.responses import create_response
from server.routes.schema import show_schema
from server.routes.score import score_texts
from server.routes.tokens import detokenize, show_tokenizer, tokenize
from server.settings.settings import Settings

CLOSE_GRACE_S = 0.5  # by then uvicorn has waited for the running requests, unless it was told twice to stop

HANDLERS = (
    create_chat_completion,
    create_response,
    create_completion,
    tokenize,
    detokenize,
    show_tokenizer,
    list_models,
    show_model,
    list_adapters,
    create_adapter,
    delete_adapter,
    load_lora_adapter,
    unload_lora_adapter,
    score_texts,
    show_liveness,
    show_readiness,
    show_metrics,
    show_schema,
    show_board,
    show_board_state,
)


class Traces(Protocol):
    """What makes spans of answers; `server/answers/tracing.py` has it, which only a server with a collector imports."""

    def watch(self, answer: Answer) -> Watcher:
        """Begin the span of an answer."""
        ...

    def close(self) -> None:
        """Send what still waits; blocks."""
        ...


def create_app(engine: Engine, settings: Settings, *, traces: Traces | None = None) -> Litestar:
    """Wire everything together; nothing is shared between two applications."""
    metrics = _start_metrics(engine, settings)
    board = Board(shows_text=settings.board_text)
    answering = Answering(engine, _compose_watches(engine, settings, metrics, board, traces))
    scoring_thread = ScoringThread()
    keys = ApiKeyMiddleware(settings.api_keys, settings.admin_key)
    shared = {
        "engine": engine,
        "answering": answering,
        "settings": settings,
        "sampling_defaults": settings.sampling_defaults.over(engine.sampling_defaults),
        "scoring_thread": scoring_thread,
        "sources": AdapterSources(AdapterRoots(settings.adapter_dirs), allows_hub=settings.allow_hub_adapters),
        "metrics": metrics,
        "metrics_page": MetricsPage(metrics),
        "board": board,
        "board_page": read_page(),
        "api_document": describe_routes(HANDLERS, keys),
    }

    @asynccontextmanager
    async def close_threads(_app: Litestar) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            scoring_thread.close()
            answering.stop_all()
            await engine.close(CLOSE_GRACE_S)
            if traces:  # here and not behind the server: uvicorn ends the process by the signal that stopped it
                await asyncio.to_thread(traces.close)

    return Litestar(
        route_handlers=HANDLERS,
        dependencies={name: _provide(value) for name, value in shared.items()},
        middleware=[keys],
        exception_handlers={HTTPException: answer_error, Exception: answer_error},
        before_send=[add_request_id],
        cors_config=allow_origins(settings.cors_origins),
        lifespan=[close_threads],
        openapi_config=None,  # `server/http/operation.py` says why
        logging_config=None,
    )


def _compose_watches(engine: Engine, settings: Settings, metrics: Metrics, board: Board, traces: Traces | None) -> tuple[Watch, ...]:
    """List those who watch every answer: the scoring first, as the others want its scores."""

    def observe(answer: Answer, scoring: ScoringWatch) -> None:
        metrics.observe_scoring(pair_of(answer.served), spent_s=scoring.spent_s, has_failed=scoring.has_failed)

    scoring = ScoringStage(engine, scorer=settings.scorer, on_degeneration=settings.on_degeneration, observe=observe)
    watches = (scoring.watch, partial(CountingWatch, metrics), partial(BoardWatch, board))
    return (*watches, traces.watch) if traces else watches


def _start_metrics(engine: Engine, settings: Settings) -> Metrics:
    dimensions = tuple(find_scorer(settings.scorer).score("").dimensions)
    metrics = Metrics(CollectorRegistry(), engine.models()[0], dimensions=dimensions)
    metrics.show_engine(engine.models(), is_ready=engine.is_ready())
    engine.adapters.watch(metrics.observe_adapter_load)
    return metrics


def _provide(value: object) -> Provide:
    return Provide(lambda: value, sync_to_thread=False)


def answer_error(request: Request[Any, Any, Any], exc: Exception) -> Response[bytes]:
    """Answer any exception in OpenAI's envelope."""
    if isinstance(exc, NotFoundException):
        exc = explain_missing(request.method, request.scope["path"], (route.path for route in request.app.routes))
    failure = to_failure(exc)
    log_failure(exc, failure, request_id=identify(request.scope))
    return Response(msgspec.json.encode(failure.body), status_code=failure.status, headers=failure.headers, media_type="application/json")
