"""Traces: one OpenTelemetry span an answer, with the attributes of https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/.

The score is an event of the span, `gen_ai.evaluation.result`, and so is each degeneration flag. No prompt and no answer is in a span.
This module needs the `otel` extra and is imported only where traces are wanted.
"""

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer

from scoring.scores import Scores
from server.answers.answer import Answer
from server.answers.outcome import Outcome
from server.engine.protocol import Finish, Piece

EVALUATION = "gen_ai.evaluation.result"


class TracingWatch:
    """Makes the span of one answer; it stands behind the scoring, whose scores it shows."""

    def __init__(self, tracer: Tracer, answer: Answer) -> None:
        self._answer = answer
        # Not made the current one: events of many answers take turns on this thread.
        self._span = tracer.start_span(
            f"{_name_operation(answer)} {answer.served.id}", kind=SpanKind.SERVER, attributes=_describe_request(answer)
        )

    def piece(self, piece: Piece) -> None:
        """Do nothing: a span is of the whole."""

    def finish(self, finish: Finish) -> None:
        """Describe how the answer ended."""
        _describe_finish(self._span, self._answer, finish)

    def ended(self, how: Outcome, error: BaseException | None) -> None:
        """End the span, with the error of an answer that has no end; after it, nothing has failed."""
        if self._answer.finish is None:
            text = str(error) if how != "disconnected" else "the answer was abandoned before its end"
            self._span.set_status(Status(StatusCode.ERROR, text))
            self._span.set_attribute("error.type", type(error).__name__)
        self._span.end()


class CollectorTraces:
    """Spans for an OTLP collector."""

    def __init__(self, endpoint: str) -> None:
        self._provider = open_provider(endpoint)
        self._tracer = self._provider.get_tracer("candor")

    def watch(self, answer: Answer) -> TracingWatch:
        """Begin the span of an answer."""
        return TracingWatch(self._tracer, answer)

    def close(self) -> None:
        """Send what still waits."""
        self._provider.shutdown()


def open_provider(endpoint: str) -> TracerProvider:
    """Send spans to an OTLP collector over HTTP, such as http://127.0.0.1:4318; its `shutdown` sends what still waits."""
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: "candor"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")))
    return provider


def _name_operation(answer: Answer) -> str:
    return "chat" if answer.generation.prompt is None else "text_completion"


def _describe_request(answer: Answer) -> dict[str, str | int | float]:
    generation = answer.generation
    sampling = generation.sampling
    attributes: dict[str, str | int | float] = {
        "gen_ai.operation.name": _name_operation(answer),
        "gen_ai.provider.name": "candor",
        "gen_ai.request.model": answer.served.id,
        "gen_ai.response.id": generation.id,
        "gen_ai.request.max_tokens": generation.max_tokens,
        "gen_ai.request.temperature": sampling.temperature,
        "gen_ai.request.top_p": sampling.top_p,
        "gen_ai.request.top_k": sampling.top_k,
        "gen_ai.request.presence_penalty": sampling.presence_penalty,
        "gen_ai.request.frequency_penalty": sampling.frequency_penalty,
    }
    return attributes if sampling.seed is None else attributes | {"gen_ai.request.seed": sampling.seed}


def _describe_finish(span: Span, answer: Answer, finish: Finish) -> None:
    reason = "tool_calls" if answer.num_calls and finish.reason == "stop" else finish.reason
    span.set_attribute("gen_ai.response.finish_reasons", (reason,))
    span.set_attribute("gen_ai.usage.input_tokens", finish.num_prompt_tokens)
    span.set_attribute("gen_ai.usage.output_tokens", finish.num_completion_tokens)
    if finish.stopped_by is not None:
        span.set_attribute("candor.stopped_by", finish.stopped_by)
    if answer.scores is not None:
        _add_evaluations(span, answer.generation.id, answer.scores)


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
