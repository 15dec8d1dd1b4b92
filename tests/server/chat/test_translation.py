"""From a wire request to a generation."""

from typing import Any

import msgspec
import pytest

from scoring.scorers import scorer_names
from server.answers.answer import ScoringWish
from server.chat.translation import translate_chat
from server.engine.protocol import Generation, Message, Sampling
from server.engine.sampling_defaults import SamplingDefaults
from server.exchange.sampling import translate_scoring
from tests.server.chat.asking import ask, refuse, translate
from tests.server.fake_engine import BASE


def test_the_smallest_request_gets_the_defaults() -> None:
    assert translate() == Generation(
        id="chatcmpl-1",
        messages=(Message(role="user", content="Hello"),),
        sampling=Sampling(),
        max_tokens=100,
        is_limit_asked_for=False,
        stop=(),
        adapters=(),
    )


def test_every_sampling_field_arrives() -> None:
    asked = {
        "temperature": 0,
        "top_p": 0.5,
        "top_k": 4,
        "min_p": 0.1,
        "seed": 7,
        "repetition_penalty": 1.1,
        "presence_penalty": -1,
        "frequency_penalty": 2,
    }
    assert translate(**asked).sampling == msgspec.convert(asked, Sampling)


@pytest.mark.parametrize("top_k", [-1, 0, None, -1.0, 0.0])
def test_top_k_can_be_off(top_k: float | None) -> None:
    assert translate(top_k=top_k).sampling.top_k == 0


DEFAULTS = SamplingDefaults(temperature=0.7, top_p=0.95, top_k=64, min_p=0.05, repetition_penalty=1.1, max_tokens=30)


def translate_with_defaults(**fields: Any) -> Generation:
    return translate_chat(ask(**fields), id="1", served=BASE, max_completion_tokens=100, defaults=DEFAULTS, drawn_seed=99)


def test_what_a_request_leaves_unset_is_the_models() -> None:
    generation = translate_with_defaults(temperature=None)
    assert generation.sampling == Sampling(temperature=0.7, top_p=0.95, top_k=64, min_p=0.05, repetition_penalty=1.1, seed=99)
    assert (generation.max_tokens, generation.is_limit_asked_for) == (30, False)


def test_what_a_request_says_goes_before_the_models_also_where_it_turns_something_off() -> None:
    off = {"temperature": 0, "top_p": 1, "top_k": 0, "min_p": 0, "repetition_penalty": 1, "seed": 3, "max_tokens": 50}
    generation = translate_with_defaults(**off)
    assert generation.sampling == Sampling(temperature=0, seed=3)
    assert (generation.max_tokens, generation.is_limit_asked_for) == (50, True)
    assert translate_with_defaults(top_k=-1).sampling.top_k == 0


def test_the_servers_cap_holds_for_the_models_limit_too() -> None:
    defaults = SamplingDefaults(max_tokens=5000)
    assert translate_chat(ask(), id="1", served=BASE, max_completion_tokens=100, defaults=defaults).max_tokens == 100


@pytest.mark.parametrize(
    ("seed", "expected"), [(None, 99), (-1, 99), (-1.0, 99), (0, 0), (7.0, 7), (-2, -2), (2**63 - 1, 2**63 - 1), (-(2**63), -(2**63))]
)
def test_a_seed_of_minus_one_is_a_random_one_and_any_other_a_seed(seed: float | None, expected: int) -> None:
    drawn = translate_with_defaults(seed=seed).sampling.seed
    assert (drawn, type(drawn)) == (expected, int)


@pytest.mark.parametrize("field", ["top_k", "max_tokens", "max_completion_tokens"])
def test_an_integral_float_is_an_integer(field: str) -> None:
    whole, floating = translate(**{field: 64}), translate(**{field: 64.0})
    assert whole == floating
    assert (type(floating.max_tokens), type(floating.sampling.top_k)) == (int, int)


@pytest.mark.parametrize("field", ["top_k", "seed", "max_tokens", "max_completion_tokens"])
def test_a_fraction_is_refused_where_a_whole_number_is_expected(field: str) -> None:
    error = refuse(**{field: 1.5})
    assert (error.param, str(error)) == (field, f"'{field}' is 1.5: expected a whole number.")


@pytest.mark.parametrize(
    "fields", [{"max_tokens": -1}, {"max_completion_tokens": -1.0}, {"max_tokens": None}, {"max_tokens": -1, "max_completion_tokens": None}]
)
def test_no_limit_of_the_clients_leaves_the_servers(fields: dict[str, float | None]) -> None:
    generation = translate(**fields)
    assert (generation.max_tokens, generation.is_limit_asked_for) == (100, False)


def test_a_limit_beside_none_is_no_contradiction() -> None:
    assert translate(max_tokens=-1, max_completion_tokens=5).max_tokens == 5


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
@pytest.mark.parametrize("value", [0, 0.0])
def test_no_token_at_all_is_refused(field: str, value: float) -> None:
    error = refuse(**{field: value})
    assert error.param == field
    assert "expected a whole number from 1, or -1 or null for no limit" in str(error)


def test_top_p_of_zero_arrives() -> None:
    assert translate(top_p=0).sampling.top_p == 0


@pytest.mark.parametrize("field", ["temperature", "top_p", "min_p", "seed", "repetition_penalty", "presence_penalty", "stop", "max_tokens"])
def test_null_is_the_default(field: str) -> None:
    assert translate(**{field: None}) == translate()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, 100),
        ({"max_tokens": 5}, 5),
        ({"max_completion_tokens": 6}, 6),
        ({"max_tokens": 7, "max_completion_tokens": 7}, 7),
        ({"max_tokens": 101}, 100),
    ],
)
def test_max_tokens_is_capped(fields: dict[str, int], expected: int) -> None:
    assert translate(**fields).max_tokens == expected


@pytest.mark.parametrize(("stop", "expected"), [(None, ()), ("a", ("a",)), (["a"] * 64, ("a",) * 64), (["a", "b"], ("a", "b")), ([], ())])
def test_stop_becomes_a_tuple(stop: object, expected: tuple[str, ...]) -> None:
    assert translate(stop=stop).stop == expected


@pytest.mark.parametrize("name", scorer_names())
def test_a_scorer_is_chosen_by_its_name(name: str) -> None:
    assert translate_scoring(ask(scorer=name)).scorer == name


@pytest.mark.parametrize("name", ["lek-v0", "", "LEK-V1"])
def test_an_unknown_scorer_is_refused_with_those_on_offer(name: str) -> None:
    error = refuse(scorer=name)
    assert error.param == "scorer"
    assert repr(name) in str(error)
    assert ", ".join(scorer_names()) in str(error)


@pytest.mark.parametrize("action", ["observe", "stop"])
def test_what_is_done_at_a_hard_flag_is_chosen(action: str) -> None:
    assert translate_scoring(ask(degeneration={"action": action})).on_degeneration == action


def test_who_says_nothing_of_scoring_leaves_it_to_the_server() -> None:
    assert translate_scoring(ask()) == ScoringWish(scorer=None, on_degeneration=None)


def test_limits_that_contradict_each_other_are_refused() -> None:
    assert refuse(max_tokens=1, max_completion_tokens=2).param == "max_completion_tokens"


def test_all_faults_are_in_the_message() -> None:
    error = refuse(audio={"voice": "x"}, web_search_options={}, max_tokens=1, max_completion_tokens=2)
    assert error.param == "audio"
    assert all(name in str(error) for name in ("'audio'", "'web_search_options'", "'max_tokens'"))


def test_of_very_many_faults_the_first_are_in_the_message() -> None:
    error = refuse(messages=[{"role": "tool", "content": None}] * 10_000)
    assert error.param == "messages[0].content"
    assert len(str(error)) < 2_000
