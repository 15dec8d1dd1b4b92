"""`GET /metrics`, for Prometheus."""

from typing import Annotated

from litestar import Response, route
from litestar.di import NamedDependency
from litestar.params import HeaderParameter

from server.engine.protocol import Engine
from server.http.operation import OPERATION, Operation
from server.metrics.metrics import Metrics
from server.metrics.page import MetricsPage

_OPERATION = Operation(answers={"text/plain": str, "application/openmetrics-text": str})


@route("/metrics", http_method=["GET", "HEAD"], opt={OPERATION: _OPERATION})
async def show_metrics(
    engine: NamedDependency[Engine],
    metrics: NamedDependency[Metrics],
    metrics_page: NamedDependency[MetricsPage],
    accept: Annotated[str, HeaderParameter(name="accept")] = "",
) -> Response[bytes]:
    """Give all metrics in the format the scraper asks for."""
    metrics.show_engine(engine.models(), is_ready=engine.is_ready(), load=engine.load())
    page, content_type = await metrics_page.read(accept)
    return Response(page, headers={"content-type": content_type})
