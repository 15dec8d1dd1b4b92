"""Every field of a request has one fate, and the SDK's own types hold no field without one."""

from typing import Any, get_args, get_type_hints

import pytest
from openai.types.responses import ResponseTextConfigParam
from openai.types.responses.response_create_params import ResponseCreateParamsStreaming, StreamOptions
from openai.types.responses.response_includable import ResponseIncludable
from openai.types.shared_params.reasoning import Reasoning as ReasoningParam

from server.responses.fields import ACCEPTED, REFUSED
from server.wire.generation_fields import GenerationFields
from server.wire.responses_request import Includable, Reasoning, ResponsesRequest, ResponseStreamOptions, TextConfig
from tests.server.responses.asking import accept, refuse, translate

HONOURED = {"input", "instructions", "max_output_tokens", "text", "stream_options", *GenerationFields.__struct_fields__}
TOP = {path.partition(".")[0] for path in (*ACCEPTED, *REFUSED)}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (ResponsesRequest, ResponseCreateParamsStreaming),
        (Reasoning, ReasoningParam),
        (TextConfig, ResponseTextConfigParam),
        (ResponseStreamOptions, StreamOptions),
    ],
)
def test_every_field_that_the_sdk_knows_is_declared(ours: Any, theirs: Any) -> None:
    known = set(get_type_hints(theirs))
    assert known
    assert not known - set(ours.__struct_fields__)


def test_every_includable_that_the_sdk_knows_is_declared() -> None:
    assert set(get_args(Includable)) == set(get_args(ResponseIncludable))


def test_every_declared_field_is_honoured_accepted_or_refused() -> None:
    assert set(ResponsesRequest.__struct_fields__) == HONOURED | TOP
    assert not set(ACCEPTED) & set(REFUSED)


def test_the_fields_within_an_accepted_one_are_accepted_one_by_one() -> None:
    assert {f"reasoning.{field}" for field in Reasoning.__struct_fields__} <= set(ACCEPTED)
    assert {f"stream_options.{field}" for field in ResponseStreamOptions.__struct_fields__} <= set(ACCEPTED)


@pytest.mark.parametrize("field", sorted(set(ResponsesRequest.__struct_fields__) - {"model", "input"}))
def test_null_is_the_same_as_nothing(field: str) -> None:
    assert translate(**{field: None}) == translate()
    assert accept(**{field: None}) == ()


NEUTRAL: list[dict[str, Any]] = [
    {"background": False},
    {"context_management": []},
    {"include": []},
    {"parallel_tool_calls": True, "tools": [], "tool_choice": "auto"},
    {"parallel_tool_calls": False, "tool_choice": "none"},
    {"reasoning": {}},
    {"reasoning": {"effort": "none", "mode": "standard", "context": "auto", "summary": None}},
    {"service_tier": "auto"},
    {"service_tier": "default"},
    {"store": False},
    {"stream": True, "stream_options": {"include_obfuscation": False}},
    {"text": {}},
    {"text": {"format": {"type": "text"}, "verbosity": "medium"}},
    {"top_logprobs": 0},
    {"top_logprobs": 0.0},
    {"truncation": "disabled"},
]


@pytest.mark.parametrize("fields", NEUTRAL)
def test_a_value_that_asks_for_nothing_passes_without_a_word(fields: dict[str, Any]) -> None:
    assert translate(**fields) == translate()
    assert accept(**fields) == ()


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"include": ["reasoning.encrypted_content"]}, "include"),
        ({"max_tool_calls": 3}, "max_tool_calls"),
        ({"prompt_cache_key": "k"}, "prompt_cache_key"),
        ({"prompt_cache_options": {"mode": "implicit", "ttl": "30m", "prewarm": True}}, "prompt_cache_options"),
        ({"prompt_cache_retention": "24h"}, "prompt_cache_retention"),
        ({"reasoning": {"effort": "high"}}, "reasoning.effort"),
        ({"reasoning": {"summary": "auto"}}, "reasoning.summary"),
        ({"reasoning": {"generate_summary": "auto"}}, "reasoning.generate_summary"),
        ({"reasoning": {"context": "all_turns"}}, "reasoning.context"),
        ({"reasoning": {"mode": "pro"}}, "reasoning.mode"),
        ({"safety_identifier": "s"}, "safety_identifier"),
        ({"service_tier": "flex"}, "service_tier"),
        ({"stream_options": {"include_obfuscation": True}}, "stream_options.include_obfuscation"),
        ({"text": {"verbosity": "low"}}, "text.verbosity"),
        ({"truncation": "auto"}, "truncation"),
        ({"user": "u"}, "user"),
    ],
)
def test_what_changes_nothing_is_named(fields: dict[str, Any], named: str) -> None:
    assert translate(**fields) == translate()
    assert accept(**fields) == (named,)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("access_programs", {"cyber": "standard"}),
        ("background", True),
        ("background_options", {"completion_window": "2h"}),
        ("context_management", [{"type": "compaction"}]),
        ("conversation", "conv_1"),
        ("image", {"context_compression": "disabled"}),
        ("moderation", {}),
        ("previous_response_id", "resp_0"),
        ("prompt", {"id": "pmpt_1"}),
        ("store", True),
        ("store", 0),
        ("tool_choice", "required"),
        ("tool_choice", {"type": "function", "name": "f"}),
        ("tools", [{"type": "function", "name": "f"}]),
        ("top_logprobs", 5),
    ],
)
def test_what_candor_does_not_have_is_refused_by_name(field: str, value: object) -> None:
    error = refuse(**{field: value})
    assert error.param == field
    assert f"'{field}' is not supported: " in str(error)


@pytest.mark.parametrize("format", [{"type": "json_object"}, {"type": "json_schema", "name": "n", "schema": {}, "strict": None}])
def test_a_form_other_than_text_is_refused(format: dict[str, Any]) -> None:
    assert refuse(text={"format": format}).param == "text.format"


def test_what_asks_for_something_kept_says_what_to_do() -> None:
    assert "send the whole conversation in 'input'" in str(refuse(previous_response_id="resp_0"))
    assert "leave it out, which here means false" in str(refuse(store=True))


def test_logprobs_are_refused_by_their_place() -> None:
    assert refuse(include=["reasoning.encrypted_content", "message.output_text.logprobs"]).param == "include[1]"


def test_all_faults_are_in_the_message() -> None:
    error = refuse(store=True, background=True, max_output_tokens=0, temperature=1, scorer="nobody", input=[])
    assert error.param == "background"
    assert all(f"'{name}'" in str(error) for name in ("background", "store", "max_output_tokens", "scorer", "input"))
