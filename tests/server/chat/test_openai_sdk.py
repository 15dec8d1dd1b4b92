"""The real OpenAI SDK, unmodified, on a real uvicorn."""

import asyncio
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI, OpenAI

from server.engine.errors import EngineError, EngineUnavailable, InvalidGeneration, QueueFull, RowFailed
from server.settings.settings import Settings
from server.settings.values import Secret
from tests.server.fake_engine import FakeEngine
from tests.server.live_server import TIMEOUT_S, LiveServer

KEY = "a-good-key"


@pytest.fixture(scope="module")
def engine() -> FakeEngine:
    return FakeEngine(["I", " think", " so."])


@pytest.fixture(scope="module")
def server(engine: FakeEngine) -> Iterator[LiveServer]:
    with LiveServer(engine, Settings(api_keys=(Secret(KEY),))) as server:
        yield server


@pytest.fixture
def sdk(server: LiveServer) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{server.url}/v1", api_key=KEY, max_retries=0, timeout=TIMEOUT_S) as sdk:
        yield sdk


@pytest.fixture
def failing(engine: FakeEngine) -> Iterator[FakeEngine]:
    yield engine
    engine.failure, engine.fails_at = None, 0


def test_a_completion_has_its_text_usage_and_metadata(sdk: OpenAI) -> None:
    completion = sdk.chat.completions.create(model="lek-demo", messages=[{"role": "user", "content": "Hello"}], metadata={"run": "7"})
    assert completion.choices[0].message.content == "I think so."
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage is not None
    assert completion.usage.total_tokens == 10
    assert completion.usage.prompt_tokens_details is not None
    assert completion.usage.prompt_tokens_details.cached_tokens == 2
    assert completion.system_fingerprint == "fp_fake"
    assert completion.metadata is not None
    assert completion.metadata["lek_score"] == "1.5"
    assert (completion.metadata["adapter"], completion.metadata["run"]) == ("lek-demo", "7")


def test_signs_of_life_are_passed_over() -> None:
    engine = FakeEngine(["I", " think", " so."])
    gate = engine.gate = asyncio.Event()
    with (
        LiveServer(engine, Settings(heartbeat_s=0.01)) as server,
        OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0, timeout=TIMEOUT_S) as sdk,
        sdk.chat.completions.create(model="gemma-3-demo", messages=[{"role": "user", "content": "Hello"}], stream=True) as stream,
    ):
        server.set(gate)  # the head is there, and so the first comment under way
        assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == "I think so."


def test_an_answer_can_be_sent_back_as_it_came(sdk: OpenAI) -> None:
    first = sdk.chat.completions.create(model="gemma-3-demo", messages=[{"role": "user", "content": "Hello"}])
    second = sdk.chat.completions.create(
        model="gemma-3-demo",
        messages=[
            {"role": "user", "content": "Hello"},
            first.choices[0].message.model_dump(),  # type: ignore[list-item]
            {"role": "user", "content": [{"type": "text", "text": "And?"}]},
        ],
    )
    assert second.choices[0].message.content == "I think so."


def test_a_stream_has_its_text_and_ends_with_the_scores(sdk: OpenAI) -> None:
    with sdk.chat.completions.create(model="gemma-3-demo", messages=[{"role": "user", "content": "Hello"}], stream=True) as stream:
        chunks = list(stream)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "I think so."
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert chunks[-1].usage is not None
    assert chunks[-1].model_extra is not None
    assert chunks[-1].model_extra["metadata"]["scorer"] == "lek-v1"
    assert chunks[-1].choices[0].model_extra is not None
    assert chunks[-1].choices[0].model_extra["scores"]["lek_score"] == 1.5


def test_include_usage_gives_one_more_chunk(sdk: OpenAI) -> None:
    with sdk.chat.completions.create(
        model="gemma-3-demo",
        messages=[{"role": "user", "content": "Hello"}],
        stream=True,
        stream_options={"include_usage": True},
    ) as stream:
        chunks = list(stream)
    assert [chunk.usage for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == 3


def test_a_scorer_and_the_guard_are_asked_for_in_extra_body(engine: FakeEngine, sdk: OpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "pieces", ("la ",) * 200)
    extra_body = {"scorer": "lek-v2", "degeneration": {"action": "stop"}}
    completion = sdk.chat.completions.create(model="lek-demo", messages=[{"role": "user", "content": "Hello"}], extra_body=extra_body)
    assert completion.metadata is not None
    assert (completion.metadata["scorer"], completion.metadata["stopped_by"]) == ("lek-v2", "token_loop")
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage is not None
    assert 0 < completion.usage.completion_tokens < 200


def test_any_text_is_scored(sdk: OpenAI) -> None:
    scores: Any = sdk.post("/score", body={"text": ["I think so.", ""]}, cast_to=object)
    assert [one["lek_score"] for one in scores["results"]] == [1.5, -60]


def test_the_sdks_own_stream_helper_takes_it(sdk: OpenAI) -> None:
    with sdk.chat.completions.stream(model="gemma-3-demo", messages=[{"role": "user", "content": "Hello"}]) as stream:
        completion = stream.get_final_completion()
    assert completion.choices[0].message.content == "I think so."


def test_the_async_sdk(server: LiveServer) -> None:
    async def ask() -> tuple[str | None, str]:
        async with AsyncOpenAI(base_url=f"{server.url}/v1", api_key=KEY, max_retries=0) as sdk:
            whole = await sdk.chat.completions.create(model="gemma-3-demo", messages=[{"role": "user", "content": "Hello"}])
            stream = await sdk.chat.completions.create(model="gemma-3-demo", messages=[{"role": "user", "content": "Hello"}], stream=True)
            texts = [chunk.choices[0].delta.content or "" async for chunk in stream]
            return whole.choices[0].message.content, "".join(texts)

    assert asyncio.run(ask()) == ("I think so.", "I think so.")


def test_models(sdk: OpenAI) -> None:
    assert [model.id for model in sdk.models.list()] == ["gemma-3-demo", "lek-demo"]
    assert sdk.models.retrieve("lek-demo").owned_by == "candor"
    with pytest.raises(openai.NotFoundError):
        sdk.models.retrieve("nobody")


def test_a_wrong_key_is_an_authentication_error(server: LiveServer) -> None:
    with OpenAI(base_url=f"{server.url}/v1", api_key="wrong", max_retries=0) as sdk, pytest.raises(openai.AuthenticationError) as raised:
        sdk.models.list()
    assert raised.value.code == "invalid_api_key"


def test_an_unknown_model_is_a_not_found_error(sdk: OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as raised:
        sdk.chat.completions.create(model="nobody", messages=[{"role": "user", "content": "Hello"}])
    assert (raised.value.code, raised.value.param) == ("model_not_found", "model")


def test_a_wrong_field_is_a_bad_request_error(sdk: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        sdk.chat.completions.create(model="gemma-3-demo", messages=[{"role": "user", "content": "Hello"}], temperature=9)
    assert raised.value.param == "temperature"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (InvalidGeneration("too long", param="messages"), openai.BadRequestError),
        (QueueFull("full", retry_after_s=1), openai.RateLimitError),
        (EngineUnavailable("draining"), openai.InternalServerError),
        (RowFailed("broken"), openai.InternalServerError),
    ],
)
def test_an_engines_failure_is_the_sdks_exception(
    failure: EngineError, expected: type[openai.APIStatusError], stream: bool, sdk: OpenAI, failing: FakeEngine
) -> None:
    failing.failure = failure
    with pytest.raises(expected):
        sdk.chat.completions.create(model="gemma-3-demo", messages=[{"role": "user", "content": "Hello"}], stream=stream)


def test_a_failure_in_mid_stream_is_an_api_error(sdk: OpenAI, failing: FakeEngine) -> None:
    failing.failure, failing.fails_at = RowFailed("broken"), 2
    stream = sdk.chat.completions.create(model="gemma-3-demo", messages=[{"role": "user", "content": "Hello"}], stream=True)
    with stream, pytest.raises(openai.APIError, match="its log says why"):
        list(stream)


def test_the_sdks_request_id(sdk: OpenAI) -> None:
    completion = sdk.chat.completions.create(model="gemma-3-demo", messages=[{"role": "user", "content": "Hello"}])
    assert completion._request_id is not None
    assert completion._request_id.removeprefix("req_") == completion.id.removeprefix("chatcmpl-")
    with pytest.raises(openai.NotFoundError) as raised:
        sdk.models.retrieve("nobody")
    assert raised.value.request_id is not None
