"""`POST /v1/chat/completions`."""

from litestar import post
from litestar.di import NamedDependency
from litestar.types import ASGIApp

from server.answers.answering import Answering
from server.chat.endpoint import ChatEndpoint
from server.engine.protocol import Engine
from server.engine.sampling_defaults import SamplingDefaults
from server.exchange.exchange import Exchange
from server.http.operation import JSON, OPERATION, Operation
from server.metrics.metrics import Metrics
from server.settings.settings import Settings
from server.wire.chat_request import ChatRequest
from server.wire.chat_response import ChatChunk, ChatCompletion

_OPERATION = Operation(
    request=ChatRequest,
    answers={JSON: ChatCompletion, "text/event-stream": ChatChunk},
    errors=(404, 409, 429, 503, 504),
    about="With `stream` each event is a chunk, the last one `[DONE]`. A comment among them only shows that the connection lives. "
    "An error that comes when the stream has begun is its last event.",
)


@post("/v1/chat/completions", status_code=200, opt={OPERATION: _OPERATION})
async def create_chat_completion(
    engine: NamedDependency[Engine],
    answering: NamedDependency[Answering],
    settings: NamedDependency[Settings],
    sampling_defaults: NamedDependency[SamplingDefaults],
    metrics: NamedDependency[Metrics],
) -> ASGIApp:
    """Answer a conversation, streamed or whole, with its scores."""
    endpoint = ChatEndpoint(engine, settings, sampling_defaults)
    return Exchange(endpoint, engine=engine, answering=answering, settings=settings, metrics=metrics)
