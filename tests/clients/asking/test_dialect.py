"""What is learnt of an endpoint that does not take every field."""

from typing import Any

import msgspec
import pytest

from clients.asking.dialect import Dialect, advise, unsent_fields
from clients.asking.exchange import MaxTokensField, Sampler
from clients.asking.refusal import read_refusal
from clients.asking.sampling_fields import SamplingFields
from server.chat.translation import translate_chat
from server.engine.protocol import Sampling
from server.engine.sampling_defaults import SamplingDefaults
from server.wire.chat_request import ChatRequest
from tests.server.fake_engine import BASE

OFF = SamplingFields()


def sampler(fields: SamplingFields = OFF, **more: Any) -> Sampler:
    return msgspec.structs.replace(Sampler(temperature=0.4, max_tokens=9, timeout_s=1.0, fields=fields), **more)


def phrase(*refusals: str, fields: SamplingFields = OFF, **more: Any) -> dict[str, Any]:
    dialect, asked = Dialect(), sampler(fields, **more)
    for words in refusals:
        dialect.learn(dialect.phrase(asked, 3), asked, read_refusal(words))
    return dialect.phrase(asked, 3)


@pytest.mark.parametrize("refusals", [(), ("top_k must be at least 0",)])
def test_no_file_of_a_model_changes_what_candor_draws_for_a_battery(refusals: tuple[str, ...]) -> None:
    body = {"model": BASE.id, "messages": [{"role": "user", "content": "Why?"}]}
    defaults = SamplingDefaults(temperature=0.7, top_p=0.5, top_k=5, min_p=0.5, repetition_penalty=1.5, max_tokens=1)
    request = msgspec.convert(body | phrase(*refusals), ChatRequest)
    generation = translate_chat(request, id="1", served=BASE, max_completion_tokens=100, defaults=defaults)
    assert (generation.sampling, generation.max_tokens) == (Sampling(temperature=0.4, seed=3), 9)


@pytest.mark.parametrize(
    "words",
    [
        "Unrecognized request argument supplied: min_p",
        "Unknown parameter: 'min_p'.",
        r'{"message": "Unknown name \"min_p\": Cannot find field."}',
        '{"detail":[{"type":"extra_forbidden","loc":["body","min_p"],"input":0.0}]}',
    ],
)
def test_a_refusal_is_understood_in_the_words_of_several_endpoints(words: str) -> None:
    assert phrase().keys() - phrase(words).keys() == {"min_p"}


@pytest.mark.parametrize(
    "words", ["too long", "min_probability", '{"input": {"min_p": 0.0, "top_k": -1}}', "got {'min_p': 0.0}", r'"{\"min_p\": 0.0}"']
)
def test_other_words_teach_nothing(words: str) -> None:
    dialect, asked = Dialect(), sampler()
    said = dialect.phrase(asked, 3)
    assert not dialect.learn(said, asked, read_refusal(words))
    assert unsent_fields(dialect.phrase(asked, 3), asked) == ()


def test_a_body_that_was_under_way_meanwhile_is_asked_again_in_the_new_words() -> None:
    dialect, asked = Dialect(), sampler()
    first = second = dialect.phrase(asked, 3)
    refusal = read_refusal("no such field: min_p")
    assert dialect.learn(first, asked, refusal)
    assert dialect.learn(second, asked, refusal)
    assert unsent_fields(dialect.phrase(asked, 3), asked) == ("min_p",)
    assert not dialect.learn(dialect.phrase(asked, 3), asked, refusal)


def test_top_k_that_is_refused_in_both_ways_is_left_out() -> None:
    assert phrase("top_k")["top_k"] == 0
    assert "top_k" not in phrase("top_k", "top_k")


def test_what_was_asked_for_stays() -> None:
    fields = SamplingFields(top_k=20)
    assert phrase("top_k", "top_k", fields=fields)["top_k"] == 20
    assert (fields.words, OFF.words) == ("top_k 20", "")


UNSUPPORTED = '{"error": {"message": "Unsupported parameter: \'%s\'.", "param": "%s", "code": "unsupported_parameter"}}'
NOT_MAX_TOKENS = [
    UNSUPPORTED % ("max_tokens", "max_tokens"),
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    "Use max_completion_tokens.",
    '{"detail": [{"type": "extra_forbidden", "loc": ["body", "max_tokens"], "msg": "Extra inputs are not permitted", "input": 9}]}',
]


@pytest.mark.parametrize("words", NOT_MAX_TOKENS)
def test_limit_goes_by_its_newer_name_where_the_older_is_refused(words: str) -> None:
    said = phrase(words)
    assert said["max_completion_tokens"] == 9 and "max_tokens" not in said
    assert unsent_fields(said, sampler()) == ("max_tokens",)


@pytest.mark.parametrize(
    "words",
    [
        "max_tokens is too large: 9. This model supports at most 4 completion tokens.",
        '{"error": {"message": "max_tokens must be at most 4", "param": "max_tokens", "code": "invalid_value"}}',
        '{"error": {"message": "Unsupported parameter: \'n\'", "param": "n", "code": "unsupported_parameter"}, "input": {"max_tokens": 9}}',
    ],
)
def test_limit_that_is_too_large_keeps_its_name(words: str) -> None:
    assert "max_tokens" in phrase(words)


def test_limit_that_is_refused_by_both_names_is_not_tried_for_ever() -> None:
    newer = NOT_MAX_TOKENS[0].replace("max_tokens", "max_completion_tokens")
    dialect, asked = Dialect(), sampler()
    tried = []
    for _ in range(9):
        said = dialect.phrase(asked, 3)
        tried.append("max_tokens" if "max_tokens" in said else "max_completion_tokens")
        if not dialect.learn(said, asked, read_refusal(NOT_MAX_TOKENS[0] if "max_tokens" in said else newer)):
            break
    assert tried == ["max_tokens", "max_completion_tokens", "max_tokens"]


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_limit_that_was_named_keeps_its_name(name: MaxTokensField) -> None:
    assert phrase(*NOT_MAX_TOKENS, max_tokens_field=name)[name] == 9


@pytest.mark.parametrize(
    "words",
    [
        '{"error": {"message": "This model only supports streaming requests."}}',
        '{"error": {"message": "stream must be set to true", "param": "stream"}}',
        "parameter.enable_thinking must be set to false for non-streaming calls",
        "Non-stream requests are not supported",
    ],
)
def test_stream_is_asked_for_where_nothing_else_is_served(words: str) -> None:
    assert "stream" not in phrase()
    said = phrase(words)
    assert (said["stream"], said["stream_options"]) == (True, {"include_usage": True})
    assert "stream_options" not in phrase(words, "Unknown field: stream_options")


def test_words_about_a_stream_of_water_ask_for_none() -> None:
    assert "stream" not in phrase('{"error": {"message": "the prompt is too long: Why does a stream murmur?"}}')


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (UNSUPPORTED % ("temperature", "temperature"), "--temperature none"),
        (
            "Unsupported value: 'temperature' does not support 0.4 with this model. Only the default (1) value is supported.",
            "--temperature 1 ",
        ),
        ("`temperature` is deprecated for this model.", "--temperature none"),
        (UNSUPPORTED % ("seed", "seed"), "--seed none"),
        (
            '{"detail": [{"type": "extra_forbidden", "loc": ["body", "seed"], "msg": "Extra inputs are not permitted", "input": 3}]}',
            "--seed none",
        ),
        (NOT_MAX_TOKENS[0], "--max-tokens-field max_completion_tokens"),
    ],
)
def test_flag_is_named_where_what_was_said_is_refused(words: str, expected: str) -> None:
    advice = advise(read_refusal(words), {"temperature": 0.4, "seed": 3, "max_tokens": 9})
    assert advice is not None and expected in advice


@pytest.mark.parametrize(
    "words",
    ["the prompt is too long", "temperature must be at most 0.3", '{"input": {"seed": 3}, "msg": "extra"}'],
)
def test_other_faults_name_no_flag(words: str) -> None:
    assert advise(read_refusal(words), {"temperature": 0.4, "seed": 3, "max_tokens": 9}) is None


def test_no_temperature_is_said_to_be_left_out() -> None:
    asked = sampler(temperature=None)
    said = Dialect().phrase(asked, None)
    assert "temperature" not in said and "seed" not in said
    assert unsent_fields(said, asked) == ("temperature",)
