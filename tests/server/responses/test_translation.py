"""From a request for a response to a generation."""

import pytest

from server.engine.protocol import AdapterUse, Generation, Message, Sampling
from server.engine.sampling_defaults import SamplingDefaults
from server.responses.translation import translate_request
from tests.server.fake_engine import ADAPTER, BASE
from tests.server.responses.asking import ask, refuse, translate


def test_the_smallest_request_gets_the_defaults() -> None:
    assert translate() == Generation(
        id="resp_1",
        messages=(Message(role="user", content="Hello"),),
        sampling=Sampling(),
        max_tokens=100,
        is_limit_asked_for=False,
    )


def test_sampling_stops_and_the_limit_arrive() -> None:
    generation = translate(temperature=0, top_p=0.5, top_k=4, min_p=0.1, seed=7, presence_penalty=1, stop=["a"], max_output_tokens=8.0)
    assert generation.sampling == Sampling(temperature=0, top_p=0.5, top_k=4, min_p=0.1, seed=7, presence_penalty=1)
    assert (generation.stop, generation.max_tokens, generation.is_limit_asked_for) == (("a",), 8, True)


@pytest.mark.parametrize(("asked", "given"), [(None, 100), (-1, 100), (5000, 100), (16, 16)])
def test_a_limit_is_capped(asked: int | None, given: int) -> None:
    assert translate(max_output_tokens=asked).max_tokens == given


@pytest.mark.parametrize("limit", [0, 1.5])
def test_a_limit_that_is_no_number_of_tokens_is_refused(limit: float) -> None:
    assert refuse(max_output_tokens=limit).param == "max_output_tokens"


def test_what_a_request_leaves_unset_is_the_models() -> None:
    defaults = SamplingDefaults(temperature=0.7, top_k=64, max_tokens=30)
    generation = translate_request(ask(), id="1", served=BASE, max_completion_tokens=100, defaults=defaults, drawn_seed=9)
    assert generation.sampling == Sampling(temperature=0.7, top_k=64, seed=9)
    assert (generation.max_tokens, generation.is_limit_asked_for) == (30, False)


def test_an_adapter_and_its_scale_arrive() -> None:
    request = ask(model=ADAPTER.id, lora=[{"name": ADAPTER.id, "scale": 0.5}])
    generation = translate_request(request, id="1", served=ADAPTER, max_completion_tokens=100)
    assert generation.adapters == (AdapterUse(name=ADAPTER.id, scale=0.5),)


def test_a_scorer_that_nobody_has_is_refused() -> None:
    assert refuse(scorer="lek-v0").param == "scorer"


def test_what_is_vllms_of_any_route_arrives() -> None:
    generation = translate(
        min_tokens=2,
        ignore_eos=True,
        stop_token_ids=[5],
        include_stop_str_in_output=True,
        skip_special_tokens=True,
        logit_bias={"7": 1.5},
    )
    assert (generation.min_tokens, generation.ignores_stop_ids, generation.stop_token_ids) == (2, True, (5,))
    assert (generation.shows_stop, generation.hides_special_tokens, generation.logit_bias) == (True, True, ((7, 1.5),))
