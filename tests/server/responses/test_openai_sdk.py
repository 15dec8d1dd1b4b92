"""The real OpenAI SDK's responses, unmodified, on a real uvicorn."""

import asyncio
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from openai.types.responses import ResponseInputItemParam

from server.engine.errors import EngineError, EngineUnavailable, InvalidGeneration, QueueFull, RowFailed
from server.settings.settings import Settings
from tests.server.fake_engine import FakeEngine
from tests.server.live_server import TIMEOUT_S, LiveServer


@pytest.fixture(scope="module")
def engine() -> FakeEngine:
    return FakeEngine(["I", " think", " so."])


@pytest.fixture(scope="module")
def server(engine: FakeEngine) -> Iterator[LiveServer]:
    with LiveServer(engine) as server:
        yield server


@pytest.fixture
def sdk(server: LiveServer) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0, timeout=TIMEOUT_S) as sdk:
        yield sdk


@pytest.fixture
def changing(engine: FakeEngine) -> Iterator[FakeEngine]:
    yield engine
    engine.failure, engine.fails_at, engine.reason = None, 0, "stop"


def test_a_response_has_its_text_usage_metadata_and_scores(sdk: OpenAI) -> None:
    response = sdk.responses.create(model="lek-demo", input="Hello", metadata={"run": "7"}, store=False)
    assert (response.output_text, response.status) == ("I think so.", "completed")
    assert response.usage is not None
    assert (response.usage.total_tokens, response.usage.input_tokens_details.cached_tokens) == (10, 2)
    assert response.metadata is not None
    assert (response.metadata["lek_score"], response.metadata["adapter"], response.metadata["run"]) == ("1.5", "lek-demo", "7")
    assert response.model_extra is not None
    assert response.model_extra["scores"]["lek_score"] == 1.5


def test_what_came_is_sent_back_as_it_came(engine: FakeEngine, sdk: OpenAI) -> None:
    first = sdk.responses.create(model="gemma-3-demo", input="Hello")
    items: list[Any] = [{"role": "user", "content": "Hello"}, *first.output, {"role": "user", "content": "And?"}]
    dumped: list[Any] = [item if isinstance(item, dict) else item.model_dump() for item in items]
    for output in (items, dumped):
        sdk.responses.create(model="gemma-3-demo", input=output)
        assert [message.content for message in engine.generations[-1].messages] == ["Hello", "I think so.", "And?"]


def test_what_the_stream_helper_gathered_is_sent_back(engine: FakeEngine, sdk: OpenAI) -> None:
    with sdk.responses.stream(model="gemma-3-demo", input="Hello") as stream:
        gathered = stream.get_final_response()
    question: ResponseInputItemParam = {"role": "user", "content": "And?"}
    sdk.responses.create(model="gemma-3-demo", input=[question, *gathered.output, question])  # type: ignore[list-item]
    assert [message.content for message in engine.generations[-1].messages] == ["And?", "I think so.", "And?"]


def test_a_stream_has_its_text_and_ends_with_the_scores(sdk: OpenAI) -> None:
    with sdk.responses.create(model="gemma-3-demo", input="Hello", stream=True) as stream:
        events = list(stream)
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == "I think so."
    assert [event.sequence_number for event in events] == list(range(len(events)))
    last = events[-1]
    assert last.type == "response.completed"
    assert last.response.output_text == "I think so."
    assert last.response.metadata is not None
    assert last.response.metadata["lek_score"] == "1.5"
    assert last.response.model_extra is not None
    assert last.response.model_extra["scores"]["scorer"] == "lek-v1"


def test_the_sdks_own_stream_helper_takes_it_and_keeps_the_scores(sdk: OpenAI) -> None:
    with sdk.responses.stream(model="gemma-3-demo", input="Hello") as stream:
        snapshots = [event.snapshot for event in stream if event.type == "response.output_text.delta"]
        response = stream.get_final_response()
    assert snapshots == ["I", "I think", "I think so."]
    assert response.output_text == "I think so."
    assert response.metadata is not None
    assert response.metadata["scorer"] == "lek-v1"
    assert response.model_extra is not None
    assert response.model_extra["scores"]["lek_score"] == 1.5


def test_the_async_sdk(server: LiveServer) -> None:
    async def ask() -> tuple[str, str]:
        async with AsyncOpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0) as sdk:
            whole = await sdk.responses.create(model="gemma-3-demo", input="Hello")
            async with sdk.responses.stream(model="gemma-3-demo", input="Hello") as stream:
                streamed = await stream.get_final_response()
            return whole.output_text, streamed.output_text

    assert asyncio.run(ask()) == ("I think so.", "I think so.")


def test_at_the_limit_it_is_incomplete_and_the_stream_helper_raises(sdk: OpenAI, changing: FakeEngine) -> None:
    changing.reason = "length"
    whole = sdk.responses.create(model="gemma-3-demo", input="Hello", max_output_tokens=16)
    assert (whole.status, whole.incomplete_details and whole.incomplete_details.reason) == ("incomplete", "max_output_tokens")
    with sdk.responses.stream(model="gemma-3-demo", input="Hello") as stream:
        last = list(stream)[-1]
        assert last.type == "response.incomplete"
        assert last.response.output_text == "I think so."
        with pytest.raises(RuntimeError, match=r"response\.completed"):
            stream.get_final_response()


def test_signs_of_life_are_passed_over() -> None:
    engine = FakeEngine(["I", " think", " so."])
    gate = engine.gate = asyncio.Event()
    with (
        LiveServer(engine, Settings(heartbeat_s=0.01)) as server,
        OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0, timeout=TIMEOUT_S) as sdk,
        sdk.responses.stream(model="gemma-3-demo", input="Hello") as stream,
    ):
        server.set(gate)  # the head is there, and so the first comment under way
        assert stream.get_final_response().output_text == "I think so."


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (InvalidGeneration("too long", param="messages"), openai.BadRequestError),
        (QueueFull("full", retry_after_s=1), openai.RateLimitError),
        (EngineUnavailable("draining"), openai.InternalServerError),
    ],
)
def test_an_engines_failure_is_the_sdks_exception(
    failure: EngineError, expected: type[openai.APIStatusError], stream: bool, sdk: OpenAI, changing: FakeEngine
) -> None:
    changing.failure = failure
    with pytest.raises(expected):
        sdk.responses.create(model="gemma-3-demo", input="Hello", stream=stream)


def test_a_failure_in_mid_stream_is_an_api_error(sdk: OpenAI, changing: FakeEngine) -> None:
    changing.failure, changing.fails_at = RowFailed("broken"), 2
    with sdk.responses.create(model="gemma-3-demo", input="Hello", stream=True) as stream, pytest.raises(openai.APIError, match="its log"):
        list(stream)
    with sdk.responses.stream(model="gemma-3-demo", input="Hello") as helper, pytest.raises(openai.APIError, match="its log"):
        helper.get_final_response()


def test_what_is_kept_at_openai_is_not_implemented(sdk: OpenAI) -> None:
    for ask in (sdk.responses.retrieve, sdk.responses.cancel, sdk.responses.delete, sdk.responses.input_items.list):
        with pytest.raises(openai.InternalServerError) as raised:
            ask("resp_1")
        assert (raised.value.status_code, raised.value.code) == (501, "not_implemented")


def test_what_is_asked_to_be_kept_is_a_bad_request(sdk: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        sdk.responses.create(model="gemma-3-demo", input="Hello", previous_response_id="resp_1")
    assert raised.value.param == "previous_response_id"
