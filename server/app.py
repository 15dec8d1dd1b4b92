"""The composition root: an engine and settings in, an ASGI application out."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from litestar import Litestar, Request, Response
from litestar.di import Provide
from litestar.exceptions import HTTPException, NotFoundException

from server.adapter_roots import AdapterRoots
from server.auth import ApiKeyMiddleware
from server.engine.protocol import Engine, Generation
from server.errors import RouteNotFound, log_failure, to_failure
from server.metrics import NO_ADAPTER, Metrics
from server.request_id import add_request_id, identify
from server.routes.adapters import create_adapter, delete_adapter, list_adapters
from server.routes.chat import create_chat_completion
from server.routes.health import show_liveness, show_readiness
from server.routes.lora_adapter import load_lora_adapter, unload_lora_adapter
from server.routes.metrics import show_metrics
from server.routes.models import list_models, show_model
from server.scoring_middleware import ScoringEngine
from server.settings import Settings

CLOSE_GRACE_S = 0.5  # by then uvicorn has waited for the running requests, unless it was told twice to stop

# Part of candor's contract, not built yet: said so instead of a bare 404.
LATER_ROUTES = ("/", "/schema", "/v1/completions", "/v1/responses", "/v1/score")


def create_app(engine: Engine, settings: Settings) -> Litestar:
    """Wire everything together; nothing is shared between two applications."""
    metrics = Metrics()
    metrics.show_models(engine.models())
    base = engine.models()[0]

    def observe_scoring(generation: Generation, spent_s: float) -> None:
        metrics.scoring.labels(base.id, generation.adapter or NO_ADAPTER).observe(spent_s)

    roots = AdapterRoots(settings.adapter_dirs)
    scoring_engine: Engine = ScoringEngine(engine, scorer=settings.scorer, observe=observe_scoring)

    @asynccontextmanager
    async def close_engine(_app: Litestar) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            await engine.close(CLOSE_GRACE_S)

    return Litestar(
        route_handlers=[
            create_chat_completion,
            list_models,
            show_model,
            list_adapters,
            create_adapter,
            delete_adapter,
            load_lora_adapter,
            unload_lora_adapter,
            show_liveness,
            show_readiness,
            show_metrics,
        ],
        dependencies={
            "engine": Provide(lambda: scoring_engine, sync_to_thread=False),
            "settings": Provide(lambda: settings, sync_to_thread=False),
            "roots": Provide(lambda: roots, sync_to_thread=False),
            "metrics": Provide(lambda: metrics, sync_to_thread=False),
        },
        middleware=[ApiKeyMiddleware(settings.api_keys, settings.admin_key)],
        exception_handlers={HTTPException: answer_error, Exception: answer_error},
        before_send=[add_request_id],
        lifespan=[close_engine],
        openapi_config=None,
        logging_config=None,
    )


def answer_error(request: Request[Any, Any, Any], exc: Exception) -> Response[bytes]:
    """Answer any exception in OpenAI's envelope."""
    if isinstance(exc, NotFoundException):
        exc = _explain_route(request)
    failure = to_failure(exc)
    log_failure(exc, failure, request_id=identify(request.scope))
    return Response(msgspec.json.encode(failure.body), status_code=failure.status, headers=failure.headers, media_type="application/json")


def _explain_route(request: Request[Any, Any, Any]) -> RouteNotFound:
    path = request.scope["path"]
    if (path.rstrip("/") or "/") in LATER_ROUTES:
        return RouteNotFound(f"{path} is not available yet in this version of candor.")
    return RouteNotFound(f"Unknown route: {request.method} {path}.")
