"""`POST /v1/completions`."""

from litestar import post
from litestar.di import NamedDependency
from litestar.types import ASGIApp

from server.answers.answering import Answering
from server.completions.endpoint import CompletionEndpoint
from server.engine.protocol import Engine
from server.engine.sampling_defaults import SamplingDefaults
from server.exchange.exchange import Exchange
from server.http.operation import JSON, OPERATION, Operation
from server.metrics.metrics import Metrics
from server.settings.settings import Settings
from server.wire.completion_request import CompletionRequest
from server.wire.completion_response import Completion

_OPERATION = Operation(
    request=CompletionRequest,
    answers={JSON: Completion, "text/event-stream": Completion},
    errors=(404, 409, 429, 503, 504),
    about="Choices are counted prompt by prompt. With `stream` each event is a chunk, the last one `[DONE]`. A comment among them only "
    "shows that the connection lives. An error that comes when the stream has begun is its last event.",
)


@post("/v1/completions", status_code=200, opt={OPERATION: _OPERATION})
async def create_completion(
    engine: NamedDependency[Engine],
    answering: NamedDependency[Answering],
    settings: NamedDependency[Settings],
    sampling_defaults: NamedDependency[SamplingDefaults],
    metrics: NamedDependency[Metrics],
) -> ASGIApp:
    """Go on from prompts as they stand, streamed or whole, with scores."""
    endpoint = CompletionEndpoint(engine, settings, sampling_defaults)
    return Exchange(endpoint, engine=engine, answering=answering, settings=settings, metrics=metrics)
