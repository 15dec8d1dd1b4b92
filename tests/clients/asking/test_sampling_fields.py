"""The fields of a sampling, and what is learnt of an endpoint that does not take all of them."""

from typing import Any

import msgspec
import pytest

from clients.asking.sampling_fields import Dialect, SamplingFields
from server.chat.translation import translate_chat
from server.engine.protocol import Sampling
from server.engine.sampling_defaults import SamplingDefaults
from server.wire.chat_request import ChatRequest
from tests.server.fake_engine import BASE

OFF = SamplingFields()


def phrase(*refusals: str, fields: SamplingFields = OFF) -> dict[str, Any]:
    dialect = Dialect()
    for words in refusals:
        dialect.learn(dialect.phrase(fields), fields, words)
    return dialect.phrase(fields)


@pytest.mark.parametrize("refusals", [(), ("top_k must be at least 0",)])
def test_no_file_of_a_model_changes_what_candor_draws_for_a_battery(refusals: tuple[str, ...]) -> None:
    body = {"model": BASE.id, "messages": [{"role": "user", "content": "Why?"}], "temperature": 0.4, "seed": 3, "max_tokens": 9}
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
    assert msgspec.structs.asdict(OFF).keys() - phrase(words).keys() == {"min_p"}


@pytest.mark.parametrize(
    "words", ["too long", "min_probability", '{"input": {"min_p": 0.0, "top_k": -1}}', "got {'min_p': 0.0}", r'"{\"min_p\": 0.0}"']
)
def test_other_words_teach_nothing(words: str) -> None:
    dialect = Dialect()
    assert not dialect.learn(dialect.phrase(OFF), OFF, words)
    assert dialect.unsent(OFF) == ()


def test_a_body_that_was_under_way_meanwhile_is_asked_again_in_the_new_words() -> None:
    dialect = Dialect()
    first = second = dialect.phrase(OFF)
    assert dialect.learn(first, OFF, "no such field: min_p")
    assert dialect.learn(second, OFF, "no such field: min_p")
    assert dialect.unsent(OFF) == ("min_p",)
    assert not dialect.learn(dialect.phrase(OFF), OFF, "no such field: min_p")


def test_top_k_that_is_refused_in_both_ways_is_left_out() -> None:
    assert phrase("top_k")["top_k"] == 0
    assert "top_k" not in phrase("top_k", "top_k")


def test_what_was_asked_for_stays() -> None:
    fields = SamplingFields(top_k=20)
    assert phrase("top_k", "top_k", fields=fields)["top_k"] == 20
    assert (fields.words, OFF.words) == ("top_k 20", "")
