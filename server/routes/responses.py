"""`POST /v1/responses`."""

from litestar import post
from litestar.di import NamedDependency
from litestar.types import ASGIApp

from server.answers.answering import Answering
from server.engine.protocol import Engine
from server.engine.sampling_defaults import SamplingDefaults
from server.exchange.exchange import Exchange
from server.http.operation import JSON, OPERATION, Operation
from server.metrics.metrics import Metrics
from server.responses.endpoint import ResponsesEndpoint
from server.settings.settings import Settings
from server.wire.responses_events import ResponseEvent
from server.wire.responses_request import ResponsesRequest
from server.wire.responses_response import ResponseBody

_OPERATION = Operation(
    request=ResponsesRequest,
    answers={JSON: ResponseBody, "text/event-stream": ResponseEvent},
    errors=(404, 409, 429, 503, 504),
    about="Nothing is kept: `store` is false whether it is sent or not. With `stream` each event has its name and its place. A comment "
    "among them only shows that the connection lives. After an error that comes when the stream has begun there are two more events, "
    "`error` and `response.failed`.",
)


@post("/v1/responses", status_code=200, opt={OPERATION: _OPERATION})
async def create_response(
    engine: NamedDependency[Engine],
    answering: NamedDependency[Answering],
    settings: NamedDependency[Settings],
    sampling_defaults: NamedDependency[SamplingDefaults],
    metrics: NamedDependency[Metrics],
) -> ASGIApp:
    """Answer a conversation in the form of OpenAI's responses, streamed or whole, with its scores."""
    endpoint = ResponsesEndpoint(engine, settings, sampling_defaults)
    return Exchange(endpoint, engine=engine, answering=answering, settings=settings, metrics=metrics)
