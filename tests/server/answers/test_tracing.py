"""Each answer is one span, with its scores as events."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import msgspec
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode, Tracer

from server.answers.answer import Answer
from server.answers.run import AnswerRun
from server.answers.tracing import TracingWatch, open_provider
from server.engine.errors import RowFailed
from server.engine.protocol import Generation, Message, Sampling
from server.errors import ClientDisconnected
from server.tools.reading.answer_parser import AnswerParser
from server.tools.tool import Tool
from tests.server.answers.running import collect, open_run, scoring
from tests.server.fake_engine import BASE, FakeEngine
from tests.server_process import Server

SECRET = "What nobody else may read"
GENERATION = Generation(
    id="chatcmpl-1", messages=(Message(role="user", content=SECRET),), sampling=Sampling(temperature=0.5, seed=3), max_tokens=100
)


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


def open_tracer(exporter: InMemorySpanExporter) -> Tracer:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider.get_tracer("candor")


def trace(engine: FakeEngine, exporter: InMemorySpanExporter, generation: Generation = GENERATION) -> AnswerRun:
    return open_run(engine, [scoring(engine), partial(TracingWatch, open_tracer(exporter))], generation=generation)


def test_an_answer_is_a_span_with_the_conventions_attributes(exporter: InMemorySpanExporter) -> None:
    assert len(asyncio.run(collect(trace(FakeEngine(), exporter)))) == 4
    (span,) = exporter.get_finished_spans()
    assert (span.name, span.kind) == (f"chat {BASE.id}", SpanKind.SERVER)
    assert span.attributes is not None
    assert {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": BASE.id,
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.seed": 3,
        "gen_ai.response.id": "chatcmpl-1",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 7,
        "gen_ai.usage.output_tokens": 3,
    }.items() <= dict(span.attributes).items()


def test_a_completion_has_the_conventions_name(exporter: InMemorySpanExporter) -> None:
    asyncio.run(collect(trace(FakeEngine(), exporter, msgspec.structs.replace(GENERATION, messages=(), prompt="Once"))))
    (span,) = exporter.get_finished_spans()
    assert span.name == f"text_completion {BASE.id}"
    assert dict(span.attributes or {})["gen_ai.operation.name"] == "text_completion"


def test_an_answer_that_calls_functions_ends_with_them(exporter: InMemorySpanExporter) -> None:
    parser = AnswerParser([Tool(name="f")], is_parallel=True, draw_id=lambda: "call_1")
    answer = Answer(GENERATION, BASE, parser=parser)
    run = AnswerRun(FakeEngine(('{"name": "f", ', '"parameters": {}}')), answer, [partial(TracingWatch, open_tracer(exporter))])
    asyncio.run(collect(run))
    (span,) = exporter.get_finished_spans()
    assert dict(span.attributes or {})["gen_ai.response.finish_reasons"] == ("tool_calls",)


def test_the_score_and_every_flag_are_evaluations(exporter: InMemorySpanExporter) -> None:
    asyncio.run(collect(trace(FakeEngine(("Well: ", *["la "] * 200)), exporter)))
    (span,) = exporter.get_finished_spans()
    assert {event.name for event in span.events} == {"gen_ai.evaluation.result"}
    evaluations = [dict(event.attributes or {}) for event in span.events]
    assert evaluations[0]["gen_ai.evaluation.name"] == "lek-v1"
    assert isinstance(evaluations[0]["gen_ai.evaluation.score.value"], float)
    assert {
        "gen_ai.evaluation.name": "token_loop",
        "gen_ai.evaluation.score.label": "hard",
        "gen_ai.response.id": "chatcmpl-1",
    } in evaluations


def test_nothing_of_prompt_or_answer_is_in_a_span(exporter: InMemorySpanExporter) -> None:
    asyncio.run(collect(trace(FakeEngine(("An answer ", "to keep")), exporter)))
    text = exporter.get_finished_spans()[0].to_json()
    assert SECRET not in text and "to keep" not in text


def test_a_failure_is_the_spans_status(exporter: InMemorySpanExporter) -> None:
    inner = FakeEngine()
    inner.failure = RowFailed("broken")
    with pytest.raises(RowFailed):
        asyncio.run(collect(trace(inner, exporter)))
    (span,) = exporter.get_finished_spans()
    assert span.status.status_code is StatusCode.ERROR
    assert (span.attributes or {})["error.type"] == "RowFailed"


def test_an_answer_that_is_given_up_ends_its_span(exporter: InMemorySpanExporter) -> None:
    async def give_up() -> None:
        async with trace(FakeEngine(), exporter) as run:
            await anext(run)

    asyncio.run(give_up())
    (span,) = exporter.get_finished_spans()
    assert span.status.status_code is StatusCode.ERROR
    assert {"error.type": "GeneratorExit", "gen_ai.response.id": "chatcmpl-1"}.items() <= dict(span.attributes or {}).items()


def test_an_answer_that_is_closed_after_its_end_was_not_abandoned(exporter: InMemorySpanExporter) -> None:
    async def read_to_the_finish() -> None:
        async with trace(FakeEngine(), exporter) as run:
            async for _ in run:
                pass
            raise ClientDisconnected

    with pytest.raises(ClientDisconnected):
        asyncio.run(read_to_the_finish())
    (span,) = exporter.get_finished_spans()
    assert span.status.status_code is StatusCode.UNSET


@contextmanager
def collector() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """Take what an exporter sends; gives the address and what came."""
    received: list[tuple[str, bytes]] = []

    class Collector(BaseHTTPRequestHandler):
        """Takes what an exporter sends."""

        def do_POST(self) -> None:
            received.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", received
        server.shutdown()


def test_spans_reach_a_collector_over_http() -> None:
    with collector() as (url, received):
        provider = open_provider(url)
        asyncio.run(collect(open_run(FakeEngine(), [partial(TracingWatch, provider.get_tracer("candor"))])))
        provider.shutdown()
    assert [path for path, _ in received] == ["/v1/traces"]
    assert f"chat {BASE.id}".encode() in received[0][1]


def test_the_last_spans_are_sent_when_a_server_is_told_to_stop() -> None:
    with collector() as (url, received):
        with Server("--otlp-endpoint", url) as server:
            body = {"model": "gemma-3-demo", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 2}
            httpx.post(f"{server.url}/v1/chat/completions", json=body, timeout=60).raise_for_status()
        assert [path for path, _ in received] == ["/v1/traces"]
