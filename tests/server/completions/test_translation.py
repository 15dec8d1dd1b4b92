"""What a completion's body comes to, and what of it is refused by name."""

from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from openai.types.completion_create_params import CompletionCreateParamsNonStreaming, CompletionCreateParamsStreaming

from server.completions.fields import REQUEST
from server.completions.translation import MAX_ANSWERS, Prompt, translate_completion
from server.engine.protocol import AdapterUse, Generation, ServedModel
from server.errors import InvalidRequest
from server.wire.completion_request import CompletionRequest
from tests.server.chat.test_fields import names
from tests.server.fake_engine import BASE, FakeEngine

URL = "/v1/completions"
BODY = {"model": "gemma-3-demo", "prompt": "Once"}
LORA = ServedModel(id="lek", created=0, parent=BASE.id)


def translate(served: ServedModel = BASE, **fields: Any) -> tuple[Generation, ...]:
    request = msgspec.json.decode(msgspec.json.encode(BODY | fields), type=CompletionRequest)
    return translate_completion(request, id="cmpl-1", served=served, max_completion_tokens=100)


@pytest.mark.parametrize(
    ("prompt", "prompts"),
    [
        ("Once", ("Once",)),
        (["Once", "Twice"], ("Once", "Twice")),
        (["Once"], ("Once",)),
        ([5, 6], ((5, 6),)),
        ([[5, 6], [7]], ((5, 6), (7,))),
        ([[5, 6]], ((5, 6),)),
        ("", ("",)),
    ],
)
def test_a_prompt_comes_in_four_forms(prompt: Any, prompts: tuple[Prompt, ...]) -> None:
    assert tuple(one.prompt for one in translate(prompt=prompt)) == prompts


def test_the_other_fields_are_those_of_every_route() -> None:
    (one,) = translate(
        LORA, stop=["\n"], logit_bias={"5": 1}, min_tokens=2, ignore_eos=True, stop_token_ids=[7], temperature=0.5, logprobs=3
    )
    assert (one.stop, one.logit_bias, one.min_tokens, one.stop_token_ids) == (("\n",), ((5, 1.0),), 2, (7,))
    assert (one.adapters, one.sampling.temperature, one.ignores_stop_ids) == ((AdapterUse(name="lek"),), 0.5, True)
    assert (one.num_top_logprobs, one.num_prompt_logprobs) == (3, None)
    assert translate(logprobs=2.0, echo=True)[0].num_prompt_logprobs == 2
    assert translate(echo=True)[0].num_prompt_logprobs is None


@pytest.mark.parametrize(
    ("fields", "seeds"),
    [({}, [40, 42, 44]), ({"seed": -1}, [40, 42, 44]), ({"seed": -1.0}, [40, 42, 44]), ({"seed": 7}, [7, 7, 7])],
)
def test_equal_prompts_have_answers_of_their_own_unless_a_seed_is_asked_for(fields: dict[str, Any], seeds: list[int]) -> None:
    request = msgspec.json.decode(msgspec.json.encode(BODY | {"prompt": ["Once"] * 3, "n": 2} | fields), type=CompletionRequest)
    asked = translate_completion(request, id="cmpl-1", served=BASE, max_completion_tokens=100, drawn_seed=40)
    assert [one.sampling.seed for one in asked] == seeds  # each has room for its choices


@pytest.mark.parametrize(
    ("max_tokens", "limit", "is_asked_for"), [(None, 16, True), (5, 5, True), (128.0, 100, True), (-1, 100, False), (1000, 100, True)]
)
def test_without_a_limit_there_are_sixteen_tokens(max_tokens: float | None, limit: int, is_asked_for: bool) -> None:
    (one,) = translate(max_tokens=max_tokens)
    assert (one.max_tokens, one.is_limit_asked_for) == (limit, is_asked_for)
    assert translate()[0].max_tokens == 16


@pytest.mark.parametrize(
    ("fields", "param", "said"),
    [
        ({"prompt": ["a", 5]}, "prompt", "different things"),
        ({"prompt": [[5], "a"]}, "prompt", "different things"),
        ({"prompt": []}, "prompt", "length >= 1"),
        ({"prompt": None}, "prompt", "prompt"),
        ({"prompt": [-1]}, "prompt[0]", ">= 0"),
        ({"prompt": ["a"] * 65, "n": 16}, "prompt", f"no more than {MAX_ANSWERS}"),
        ({"suffix": "end"}, "suffix", "fill in"),
        ({"best_of": 3}, "best_of", "'best_of' is 3"),
        ({"best_of": 3, "n": 2}, "best_of", "'best_of' is 3"),
        ({"max_tokens": 0}, "max_tokens", "leaves nothing to answer"),
        ({"max_tokens": 1.5}, "max_tokens", "whole number"),
        ({"logprobs": 21}, "logprobs", "<= 20"),
        ({"messages": []}, "messages", "Unknown field"),
        ({"nonsense": 1}, "nonsense", "Unknown field"),
        ({"prompt": [1 << 40], "echo": True}, "prompt", "does not know"),
    ],
)
def test_what_cannot_be_is_refused_by_name(fields: dict[str, Any], param: str, said: str, client: TestClient[Litestar]) -> None:
    response = client.post(URL, json=BODY | fields)
    assert response.status_code == 400
    assert response.json()["error"]["param"] == param
    assert said in response.json()["error"]["message"]


def test_a_request_without_a_prompt_is_refused(client: TestClient[Litestar]) -> None:
    response = client.post(URL, json={"model": "gemma-3-demo"})
    assert (response.status_code, response.json()["error"]["param"]) == (400, "prompt")


@pytest.mark.parametrize(
    "fields", [{"suffix": ""}, {"suffix": None}, {"best_of": 1}, {"best_of": 2, "n": 2}, {"best_of": 1, "n": 2}, {"logprobs": None}]
)
def test_what_asks_for_nothing_passes(fields: dict[str, Any], client: TestClient[Litestar]) -> None:
    response = client.post(URL, json=BODY | fields)
    assert response.status_code == 200
    assert "x-candor-accepted" not in response.headers


def test_what_changes_nothing_is_named(client: TestClient[Litestar]) -> None:
    response = client.post(URL, json=BODY | {"user": "ada", "stream_options": {"include_usage": True}})
    assert response.headers["x-candor-accepted"] == "user, stream_options"
    streamed = client.post(URL, json=BODY | {"stream": True, "stream_options": {"include_obfuscation": True}})
    assert streamed.headers["x-candor-accepted"] == "stream_options.include_obfuscation"


def test_every_field_that_openais_sdk_sends_was_decided_on() -> None:
    assert names(CompletionCreateParamsNonStreaming) | names(CompletionCreateParamsStreaming) <= set(REQUEST.fields)


# Client and version, and what it was seen to send.
BODIES: list[tuple[str, dict[str, Any]]] = [
    (
        "lm-eval 0.4.13, log-likelihood",
        {"prompt": [[2, 5, 6, 7]], "temperature": 0, "max_tokens": 1, "logprobs": 1, "seed": 1234, "echo": True},
    ),
    ("lm-eval 0.4.13, texts", {"prompt": ["Once", "Twice"], "temperature": 0, "max_tokens": 1, "logprobs": 1, "seed": 1234, "echo": True}),
    ("lm-eval 0.4.13, until", {"prompt": [[2, 5]], "max_tokens": 32, "temperature": 0, "stop": ["\n\n", "<eos>"], "seed": 1234}),
    (
        "langchain-openai 1.7.4, OpenAI()",
        {
            "prompt": ["Hi"],
            "frequency_penalty": 0,
            "presence_penalty": 0,
            "logprobs": None,
            "max_tokens": 256,
            "n": 1,
            "seed": None,
            "temperature": 0.7,
            "top_p": 1,
        },
    ),
    ("llama-index-llms-openai-like 0.8.1", {"prompt": "user: Hi\nassistant: ", "temperature": 0.1}),
    ("llama-index-llms-openai-like 0.8.1, stream", {"prompt": "user: Hi\nassistant: ", "temperature": 0.1, "stream": True}),
    (
        "promptfoo 0.123.1",
        {"prompt": "Hi", "max_tokens": 1024, "temperature": 0, "best_of": 1, "stop": ["<|im_end|>", "<|endoftext|>"]},
    ),
    ("@ai-sdk/openai-compatible 3.0.92", {"prompt": "user:\nHi\n\nassistant:\n", "stop": ["\nuser:"]}),
    (
        "@ai-sdk/openai-compatible 3.0.92, stream",
        {"prompt": "user:\nHi\n\nassistant:\n", "stop": ["\nuser:"], "stream": True, "stream_options": {"include_usage": True}},
    ),
    ("litellm 1.108.7, text_completion", {"prompt": "Hi", "user": None}),
]


@pytest.mark.parametrize("fields", [fields for _, fields in BODIES], ids=[client for client, _ in BODIES])
def test_bodies_of_clients_are_answered(fields: dict[str, Any], client: TestClient[Litestar], engine: FakeEngine) -> None:
    response = client.post(URL, json=BODY | fields)
    assert response.status_code == 200
    assert "x-candor-accepted" not in response.headers
    assert len(engine.generations) == (2 if fields["prompt"] == ["Once", "Twice"] else 1)


def test_an_answer_may_be_held_to_a_form() -> None:
    (generation,) = translate(structured_outputs={"choice": ["yes", "no"]})
    assert generation.grammar is not None and generation.grammar.param == "structured_outputs.choice"
    (generation,) = translate(response_format={"type": "json_object"})
    assert generation.grammar is not None and generation.grammar.kind == "json_schema"
    with pytest.raises(InvalidRequest, match="structured_outputs"):
        translate(structured_outputs={"choice": ["yes"], "regex": "no"})
