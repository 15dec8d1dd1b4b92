"""`GET /metrics`, for Prometheus."""

import asyncio
from typing import Annotated

from litestar import Response, route
from litestar.di import NamedDependency
from litestar.params import HeaderParameter

from server.engine.protocol import Engine
from server.exposition import choose_rendering
from server.metrics import Metrics


@route("/metrics", http_method=["GET", "HEAD"])
async def show_metrics(
    engine: NamedDependency[Engine],
    metrics: NamedDependency[Metrics],
    accept: Annotated[str, HeaderParameter(name="accept")] = "",
) -> Response[bytes]:
    """Render all metrics in the format the scraper asks for, off the event loop."""
    metrics.show_models(engine.models())
    metrics.engine_ready.set(engine.is_ready())
    render, content_type = choose_rendering(metrics.registry, accept)
    return Response(await asyncio.to_thread(render), headers={"content-type": content_type})
