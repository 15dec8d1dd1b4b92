"""`POST /v1/chat/completions`."""

from litestar import post
from litestar.di import NamedDependency
from litestar.types import ASGIApp

from server.answers.run import Answering
from server.chat.exchange import ChatExchange
from server.engine.protocol import Engine
from server.metrics.metrics import Metrics
from server.settings.settings import Settings


@post("/v1/chat/completions", status_code=200)
async def create_chat_completion(
    engine: NamedDependency[Engine],
    answering: NamedDependency[Answering],
    settings: NamedDependency[Settings],
    metrics: NamedDependency[Metrics],
) -> ASGIApp:
    """Answer a conversation, streamed or whole, with its scores."""
    return ChatExchange(engine=engine, answering=answering, settings=settings, metrics=metrics)
