"""Traces: one OpenTelemetry span an answer, with the attributes of https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/.

The score is an event of the span, `gen_ai.evaluation.result`, and so is each degeneration flag. No prompt and no answer is in a span.
This module needs the `otel` extra and is imported only where traces are wanted.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer

from scoring.scores import Scores
from server.answers.wrapped_engine import WrappedEngine
from server.engine.protocol import Engine, Event, Finish, Generation, Piece

EVALUATION = "gen_ai.evaluation.result"


class TracingEngine(WrappedEngine):
    """Wraps the scoring engine: what it sees has its scores."""

    def __init__(self, engine: Engine, tracer: Tracer) -> None:
        super().__init__(engine)
        self._tracer = tracer

    async def generate(self, generation: Generation) -> AsyncGenerator[Event]:
        """Pass the answer on, inside a span that ends with it, however it ends."""
        model = generation.adapter or self.models()[0].id
        # Not made the current one: events of many answers take turns on this thread.
        span = self._tracer.start_span(f"chat {model}", kind=SpanKind.SERVER, attributes=_describe_request(generation, model))
        is_whole = False
        try:
            async with aclosing(self._engine.generate(generation)) as events:
                async for event in events:
                    match event:
                        case Piece():
                            pass
                        case Finish():
                            is_whole = True
                            _describe_finish(span, generation, event)
                    yield event
        except Exception as exc:
            span.set_status(Status(StatusCode.ERROR, str(exc)))
            span.set_attribute("error.type", type(exc).__name__)
            raise
        except (asyncio.CancelledError, GeneratorExit) as exc:  # the client has gone, or its time is up; after the end, nothing has
            if not is_whole:
                span.set_status(Status(StatusCode.ERROR, "the answer was abandoned before its end"))
                span.set_attribute("error.type", type(exc).__name__)
            raise
        finally:
            span.end()


class CollectorTraces:
    """Spans for an OTLP collector."""

    def __init__(self, endpoint: str) -> None:
        self._provider = open_provider(endpoint)

    def wrap(self, engine: Engine) -> Engine:
        """Make a span of each of its answers."""
        return TracingEngine(engine, self._provider.get_tracer("candor"))

    def close(self) -> None:
        """Send what still waits."""
        self._provider.shutdown()


def open_provider(endpoint: str) -> TracerProvider:
    """Send spans to an OTLP collector over HTTP, such as http://127.0.0.1:4318; its `shutdown` sends what still waits."""
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: "candor"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")))
    return provider


def _describe_request(generation: Generation, model: str) -> dict[str, str | int | float]:
    sampling = generation.sampling
    attributes: dict[str, str | int | float] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "candor",
        "gen_ai.request.model": model,
        "gen_ai.response.id": generation.id,
        "gen_ai.request.max_tokens": generation.max_tokens,
        "gen_ai.request.temperature": sampling.temperature,
        "gen_ai.request.top_p": sampling.top_p,
        "gen_ai.request.top_k": sampling.top_k,
        "gen_ai.request.presence_penalty": sampling.presence_penalty,
        "gen_ai.request.frequency_penalty": sampling.frequency_penalty,
    }
    return attributes if sampling.seed is None else attributes | {"gen_ai.request.seed": sampling.seed}


def _describe_finish(span: Span, generation: Generation, finish: Finish) -> None:
    span.set_attribute("gen_ai.response.finish_reasons", (finish.reason,))
    span.set_attribute("gen_ai.usage.input_tokens", finish.num_prompt_tokens)
    span.set_attribute("gen_ai.usage.output_tokens", finish.num_completion_tokens)
    if finish.stopped_by is not None:
        span.set_attribute("candor.stopped_by", finish.stopped_by)
    if finish.scores is not None:
        _add_evaluations(span, generation.id, finish.scores)


def _add_evaluations(span: Span, response_id: str, scores: Scores) -> None:
    span.add_event(
        EVALUATION,
        {"gen_ai.evaluation.name": scores.scorer, "gen_ai.evaluation.score.value": scores.lek_score, "gen_ai.response.id": response_id},
    )
    for flag in scores.degeneration.flags:
        span.add_event(
            EVALUATION,
            {"gen_ai.evaluation.name": flag.flag, "gen_ai.evaluation.score.label": flag.tier, "gen_ai.response.id": response_id},
        )
