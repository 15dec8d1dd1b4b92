"""`POST /v1/chat/completions` over Litestar's test client."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from scoring.scorers import scorer_names
from server.answers import group
from server.app import create_app
from server.engine.errors import AdapterWithdrawn, EngineError, EngineUnavailable, InvalidGeneration, QueueFull, RowFailed, UnknownAdapter
from server.engine.protocol import AdapterUse
from server.engine.sampling_defaults import SamplingDefaults
from server.settings.settings import Settings
from server.settings.values import DegenerationAction
from tests.server.chat.test_rendering import parse_events
from tests.server.fake_adapter_host import LEK
from tests.server.fake_engine import FakeEngine
from tests.server.live_server import LiveServer

Client = TestClient[Litestar]
URL = "/v1/chat/completions"


def test_a_whole_answer(engine: FakeEngine, client: Client, chat: dict[str, Any]) -> None:
    response = client.post(URL, json=chat | {"metadata": {"run": "7"}})
    assert response.status_code == 200
    body = response.json()
    assert body["choices"][0]["message"]["content"] == "Hello there."
    assert body["choices"][0]["finish_reason"] == "stop"
    assert body["id"] == engine.generations[0].id
    assert body["id"].startswith("chatcmpl-")
    assert body["metadata"]["scorer"] == "lek-v1"
    assert body["metadata"]["lek_score"] == "0"
    assert body["metadata"]["run"] == "7"
    assert body["choices"][0]["scores"]["lek_score"] == 0.0
    assert body["usage"]["total_tokens"] == 10
    assert engine.cancelled == []


def test_a_streamed_answer_says_the_same(engine: FakeEngine, client: Client, chat: dict[str, Any]) -> None:
    chat["seed"] = 7
    whole = client.post(URL, json=chat).json()
    response = client.post(URL, json=chat | {"stream": True})
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    *chunks, done = parse_events(response.content)
    assert done == "[DONE]"
    assert "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks) == "Hello there."
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-1]["choices"][0]["scores"] == whole["choices"][0]["scores"]
    assert (chunks[-1]["metadata"], chunks[-1]["usage"]) == (whole["metadata"], whole["usage"])
    assert engine.cancelled == []


def test_a_piece_without_text_is_no_chunk(chat: dict[str, Any]) -> None:
    with TestClient(create_app(FakeEngine(["a", "", "b"]), Settings())) as client:
        chunks = parse_events(client.post(URL, json=chat | {"stream": True}).content)
    assert len(chunks) == 1 + 2 + 1 + 1


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_without_any_piece_is_whole(stream: bool, chat: dict[str, Any]) -> None:
    with TestClient(create_app(FakeEngine([]), Settings())) as client:
        response = client.post(URL, json=chat | {"stream": stream})
    last = parse_events(response.content)[-2] if stream else response.json()
    assert "empty" in last["metadata"]["degeneration_flags"]


def test_an_adapter_is_chosen_by_model(engine: FakeEngine, client: Client, chat: dict[str, Any]) -> None:
    body = client.post(URL, json=chat | {"model": "lek-demo"}).json()
    assert engine.generations[0].adapters == (AdapterUse(name="lek-demo"),)
    assert (body["model"], body["metadata"]["adapter"], body["metadata"]["adapter_digest"]) == ("lek-demo", "lek-demo", "sha256:abc")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("model", ["gemma-3-demo", "lek-demo"])
def test_lora_scales_an_adapter(model: str, stream: bool, engine: FakeEngine, client: Client, chat: dict[str, Any]) -> None:
    response = client.post(URL, json=chat | {"model": model, "lora": [{"name": "lek-demo", "scale": 0.5}], "stream": stream})
    assert engine.generations[0].adapters == (AdapterUse(name="lek-demo", scale=0.5),)
    body = parse_events(response.content)[-2] if stream else response.json()
    assert body["model"] == model
    metadata = body["metadata"]
    assert (metadata["adapter"], metadata["adapter_digest"], metadata["adapter_scale"]) == ("lek-demo", "sha256:abc", "0.5")


@pytest.mark.parametrize("stream", [False, True])
def test_several_adapters_are_named_in_order_in_the_metadata_and_as_several_in_the_metrics(
    stream: bool, engine: FakeEngine, client: Client, chat: dict[str, Any]
) -> None:
    engine.adapters.loaded["two"] = msgspec.structs.replace(LEK, name="two", digest="sha256:two")
    lora = [{"name": "two", "scale": 0.5}, {"name": "lek-demo"}]
    response = client.post(URL, json=chat | {"lora": lora, "stream": stream})
    metadata = (parse_events(response.content)[-2] if stream else response.json())["metadata"]
    told = metadata["adapter"], metadata["adapter_digest"], metadata["adapter_scale"]
    assert told == ("two,lek-demo", "sha256:two,sha256:abc", "0.5,1")
    unscaled = client.post(URL, json=chat | {"lora": [{"name": "two"}, {"name": "lek-demo"}]}).json()["metadata"]
    assert "adapter_scale" not in unscaled
    counted = [line for line in client.get("/metrics").text.splitlines() if line.startswith("candor_requests_total") and "several" in line]
    assert 'candor_requests_total{adapter="several",model="gemma-3-demo",outcome="completed"} 2.0' in counted


def test_the_digest_is_that_of_the_version_that_answered(engine: FakeEngine, chat: dict[str, Any]) -> None:
    gate = engine.gate = asyncio.Event()
    with LiveServer(engine) as server, server.connect() as client, ThreadPoolExecutor() as threads:
        answer = threads.submit(client.post, URL, json=chat | {"model": "lek-demo"})
        server.run(engine.has_reached_gate.wait())
        server.run(engine.adapters.load("lek-demo", Path("/adapters/newer"), replace=True))
        server.set(gate)
        assert answer.result().json()["metadata"]["adapter_digest"] == "sha256:abc"
        assert client.post(URL, json=chat | {"model": "lek-demo"}).json()["metadata"]["adapter_digest"] == "sha256:newer"


def test_every_answer_says_how_it_was_drawn_and_so_can_be_asked_for_again(chat: dict[str, Any]) -> None:
    engine = FakeEngine()
    engine.sampling_defaults = SamplingDefaults(temperature=0.7, top_k=64, top_p=0.95)
    with TestClient(create_app(engine, Settings(default_top_p=0.9, default_min_p=0.1))) as client:
        whole = json.loads(client.post(URL, json=chat).json()["metadata"]["sampling"])
        *_, last, _ = parse_events(client.post(URL, json=chat | {"stream": True, "seed": -1}).content)
        again = client.post(URL, json=chat | whole).json()["metadata"]["sampling"]
    streamed = json.loads(last["metadata"]["sampling"])
    for told, generation in zip((whole, streamed, json.loads(again)), engine.generations, strict=True):
        assert told == msgspec.to_builtins(generation.sampling)
        assert (told["temperature"], told["top_p"], told["top_k"], told["min_p"]) == (0.7, 0.9, 64, 0.1)
        assert 0 <= told["seed"] < 2**53
    assert whole["seed"] != streamed["seed"]
    assert json.loads(again) == whole


def test_a_request_for_more_tokens_is_capped(engine: FakeEngine, client: Client, chat: dict[str, Any]) -> None:
    client.post(URL, json=chat | {"max_tokens": 5000})
    assert engine.generations[0].max_tokens == 100


@pytest.mark.parametrize(
    ("fields", "status", "param"),
    [
        ({"model": "nobody"}, 404, "model"),
        ({"temperature": 5}, 400, "temperature"),
        ({"zz": 5}, 400, "zz"),
        ({"n": 17}, 400, "n"),
        ({"messages": []}, 400, "messages"),
        ({"lora": [{"name": "nobody"}]}, 404, "lora[0].name"),
        ({"lora": [{"scale": 1}]}, 400, "lora[0].name"),
        ({"lora": [{"name": "lek-demo", "scale": 8.1}]}, 400, "lora[0].scale"),
        ({"lora": [{"name": "lek-demo", "scale": "1"}]}, 400, "lora[0].scale"),
        ({"lora": [{"name": "lek-demo", "path": "/etc"}]}, 400, "lora[0].path"),
        ({"lora": [{"name": "lek-demo"}, {"name": "lek-demo"}]}, 400, "lora[1].name"),
        ({"lora": [{"name": "lek-demo"}, {"name": "nobody"}]}, 404, "lora[1].name"),
        ({"lora": [{"name": "lek-demo"}] * 9}, 400, "lora"),
        ({"lora": {"name": "lek-demo"}}, 400, "lora"),
        ({"scorer": "lek-v0"}, 400, "scorer"),
        ({"scorer": 1}, 400, "scorer"),
        ({"degeneration": "stop"}, 400, "degeneration"),
        ({"degeneration": {}}, 400, "degeneration.action"),
        ({"degeneration": {"action": None}}, 400, "degeneration.action"),
        ({"degeneration": {"action": "halt"}}, 400, "degeneration.action"),
        ({"degeneration": {"action": "stop", "tier": "soft"}}, 400, "degeneration.tier"),
    ],
)
def test_a_wrong_field_never_reaches_the_engine(
    fields: dict[str, Any], status: int, param: str, engine: FakeEngine, client: Client, chat: dict[str, Any]
) -> None:
    response = client.post(URL, json=chat | fields)
    assert (response.status_code, response.json()["error"]["param"]) == (status, param)
    assert engine.generations == []


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("servers", "requests", "is_stopped"), [("observe", "stop", True), ("stop", None, True), ("stop", "observe", False)]
)
def test_the_guard_ends_an_answer_and_says_so(
    servers: DegenerationAction, requests: str | None, is_stopped: bool, stream: bool, chat: dict[str, Any]
) -> None:
    engine = FakeEngine(["la "] * 200, reason="length")
    fields = {"stream": stream, "degeneration": {"action": requests} if requests else None}
    with TestClient(create_app(engine, Settings(on_degeneration=servers))) as client:
        response = client.post(URL, json=chat | fields)
    if stream:
        *chunks, last, _ = parse_events(response.content)
        text = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)
    else:
        last = response.json()
        text = last["choices"][0]["message"]["content"]
    assert last["choices"][0]["finish_reason"] == ("stop" if is_stopped else "length")
    assert last["metadata"].get("stopped_by") == ("token_loop" if is_stopped else None)
    assert "token_loop" in last["metadata"]["degeneration_flags"]
    assert last["usage"]["completion_tokens"] == text.count("la ") == (200 if not is_stopped else len(text) // 3)
    assert (text.count("la ") < 200) == is_stopped


@pytest.mark.parametrize("name", scorer_names())
def test_a_request_chooses_its_scorer(name: str, client: Client, chat: dict[str, Any]) -> None:
    body = client.post(URL, json=chat | {"scorer": name}).json()
    assert body["metadata"]["scorer"] == body["choices"][0]["scores"]["scorer"] == name


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"[" * 100_000, b'"\xff"', b'{"model": "\\ud800"}', b"1" * 5000])
def test_a_body_that_is_no_json_is_400(body: bytes, client: Client) -> None:
    response = client.post(URL, content=body, headers={"content-type": "application/json"})
    assert response.status_code == 400
    assert response.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (InvalidGeneration("too long", param="messages", code="context_length_exceeded"), 400),
        (UnknownAdapter("gone"), 404),
        (AdapterWithdrawn("lek-demo"), 409),
        (QueueFull("full", retry_after_s=2), 429),
        (EngineUnavailable("draining"), 503),
        (RowFailed("secret"), 500),
    ],
)
def test_a_failure_at_the_first_event_is_a_status(
    failure: EngineError, status: int, stream: bool, engine: FakeEngine, client: Client, chat: dict[str, Any]
) -> None:
    engine.failure = failure
    response = client.post(URL, json=chat | {"stream": stream})
    assert response.status_code == status
    assert response.headers.get("retry-after") == ("2" if status == 429 else None)
    assert "secret" not in response.text


def test_a_failure_later_is_an_event_that_ends_the_stream(engine: FakeEngine, client: Client, chat: dict[str, Any]) -> None:
    engine.failure, engine.fails_at = RowFailed("secret"), 2
    response = client.post(URL, json=chat | {"stream": True})
    assert response.status_code == 200
    assert "[DONE]" not in response.text
    event = json.loads(response.text.strip().split("\n\n")[-1].removeprefix("data: "))
    assert event["error"]["code"] == "internal_error"
    assert "secret" not in response.text


def test_a_failure_later_is_a_status_where_nothing_is_streamed(engine: FakeEngine, client: Client, chat: dict[str, Any]) -> None:
    engine.failure, engine.fails_at = RowFailed("secret"), 2
    assert client.post(URL, json=chat).status_code == 500


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_without_a_token_in_time_is_504_and_cancelled(stream: bool, engine: FakeEngine, chat: dict[str, Any]) -> None:
    engine.gate, engine.opens_at_stop = asyncio.Event(), True
    with TestClient(create_app(engine, Settings(request_timeout_s=0.3))) as client:
        response = client.post(URL, json=chat | {"stream": stream})
    assert response.status_code == 504
    assert response.json()["error"]["code"] == "request_timeout"
    assert engine.cancelled == [engine.generations[0].id]


def read_answer(response: httpx.Response, *, stream: bool) -> tuple[str, dict[str, Any]]:
    """Give the text of an answer, and what stands beside the end of it."""
    assert response.status_code == 200
    if not stream:
        last = response.json()
        return last["choices"][0]["message"]["content"], last
    *chunks, last, done = parse_events(response.content)
    assert done == "[DONE]"
    return "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks), last


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("opens_at_stop", "text"), [(True, "Hello there."), (False, "Hello there")])
def test_an_answer_that_takes_too_long_ends_with_what_there_is(
    opens_at_stop: bool, text: str, stream: bool, chat: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group, "STOP_GRACE_S", 5 if opens_at_stop else 0.05)
    engine = FakeEngine(["Hello", " there", ".", " Never drawn"])
    engine.gate, engine.gate_at, engine.opens_at_stop = asyncio.Event(), 2, opens_at_stop
    with TestClient(create_app(engine, Settings(request_timeout_s=0.3))) as client:
        shown, last = read_answer(client.post(URL, json=chat | {"model": "lek-demo", "stream": stream}), stream=stream)
        state = client.get("/board/state").json()
    assert shown == text
    assert last["choices"][0]["finish_reason"] == "length"
    assert last["usage"]["completion_tokens"] == (3 if opens_at_stop else 2)
    metadata = last["metadata"]
    assert (metadata["stopped_by"], metadata["scorer"], metadata["adapter_digest"]) == ("timeout", "lek-v1", "sha256:abc")
    assert last["choices"][0]["scores"]["lek_score"] == float(metadata["lek_score"])
    assert engine.stops == [(engine.generations[0].id, "timeout")]
    assert len(state["answers"]) == 1


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("failure", "is_cut"), [(EngineUnavailable("closed"), True), (RowFailed("broken"), False)])
def test_an_engine_that_closes_over_what_it_was_told_to_stop_leaves_what_there_is(
    failure: EngineError, is_cut: bool, stream: bool, engine: FakeEngine, chat: dict[str, Any]
) -> None:
    engine.gate, engine.gate_at, engine.opens_at_stop = asyncio.Event(), 1, True
    engine.failure, engine.fails_at = failure, 1
    with TestClient(create_app(engine, Settings(request_timeout_s=0.3))) as client:
        response = client.post(URL, json=chat | {"stream": stream})
    if is_cut:
        text, last = read_answer(response, stream=stream)
        assert (text, last["choices"][0]["finish_reason"], last["metadata"]["stopped_by"]) == ("Hello", "length", "timeout")
    else:
        assert "internal_error" in response.text


@pytest.mark.parametrize("stream", [False, True])
def test_an_engine_that_dies_in_an_answer_is_an_error(stream: bool, engine: FakeEngine, client: Client, chat: dict[str, Any]) -> None:
    engine.failure, engine.fails_at = EngineUnavailable("the engine has died"), 1
    response = client.post(URL, json=chat | {"stream": stream})
    assert response.status_code == (200 if stream else 503)
    assert "engine_unavailable" in response.text and "[DONE]" not in response.text


def test_a_body_over_the_limit_is_413(engine: FakeEngine, chat: dict[str, Any]) -> None:
    with TestClient(create_app(engine, Settings(max_body_bytes=200))) as client:
        chat["messages"][0]["content"] = "a" * 50
        assert client.post(URL, json=chat).status_code == 200
        chat["messages"][0]["content"] = "a" * 200
        assert client.post(URL, json=chat).status_code == 413


def test_a_large_body_is_answered_as_a_small_one_is(engine: FakeEngine, client: Client, chat: dict[str, Any]) -> None:
    text = "word " * 100_000
    assert client.post(URL, json=chat | {"messages": [{"role": "user", "content": text}]}).status_code == 200
    assert engine.generations[0].messages[0].content == text
    refused = client.post(URL, json=chat | {"messages": [{"role": "user", "content": text, "nope": 1}]})
    assert refused.json()["error"]["param"] == "messages[0].nope"
