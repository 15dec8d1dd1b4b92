"""Whom a request means by `model` and `lora`."""

import msgspec
import pytest

from server.chat.translation import translate_chat
from server.engine.protocol import AdapterUse, ServedModel
from server.errors import ApiError, InvalidRequest, ModelNotFound
from server.exchange.model_choice import choose_served, find_model
from server.metrics.pair import pair_of
from server.wire.chat_request import ChatRequest
from tests.server.fake_engine import ADAPTER, BASE

USER = {"role": "user", "content": "Hello"}


def test_an_adapter_is_found_by_its_name() -> None:
    assert find_model("lek-demo", (BASE, ADAPTER)) is ADAPTER
    request = msgspec.convert({"model": "lek-demo", "messages": [USER]}, ChatRequest)
    assert translate_chat(request, id="1", served=ADAPTER, max_completion_tokens=1).adapters == (AdapterUse(name="lek-demo"),)
    with pytest.raises(ModelNotFound, match="'nobody'"):
        find_model("nobody", (BASE, ADAPTER))


@pytest.mark.parametrize(
    ("model", "lora", "expected", "scale"),
    [
        (BASE.id, None, BASE, 1.0),
        (BASE.id, [], BASE, 1.0),
        (ADAPTER.id, [], ADAPTER, 1.0),
        (BASE.id, [{"name": ADAPTER.id}], ADAPTER, 1.0),
        (BASE.id, [{"name": ADAPTER.id, "scale": None}], ADAPTER, 1.0),
        (BASE.id, [{"name": ADAPTER.id, "scale": 0}], ADAPTER, 0.0),
        (BASE.id, [{"name": ADAPTER.id, "scale": -8}], ADAPTER, -8.0),
        (ADAPTER.id, [{"name": ADAPTER.id, "scale": 0.5}], ADAPTER, 0.5),
    ],
)
def test_lora_chooses_an_adapter_and_its_scale(model: str, lora: object, expected: ServedModel, scale: float) -> None:
    request = msgspec.convert({"model": model, "messages": [USER], "lora": lora}, ChatRequest)
    served = choose_served(request, (BASE, ADAPTER))
    assert served is expected
    generation = translate_chat(request, id="1", served=served, max_completion_tokens=1)
    assert generation.adapters == (() if expected is BASE else (AdapterUse(name=ADAPTER.id, scale=scale),))


OTHER = msgspec.structs.replace(ADAPTER, id="other-adapter", digest="sha256:other")


@pytest.mark.parametrize("model", [BASE.id, ADAPTER.id, OTHER.id])
def test_several_adapters_answer_together_in_the_order_of_the_request(model: str) -> None:
    lora = [{"name": "other-adapter", "scale": 0}, {"name": "lek-demo"}]
    request = msgspec.convert({"model": model, "messages": [USER], "lora": lora}, ChatRequest)
    served = choose_served(request, (BASE, ADAPTER, OTHER))
    assert (served.id, served.parent, served.digest) == ("other-adapter,lek-demo", BASE.id, "sha256:other,sha256:abc")
    assert pair_of(served) == (BASE.id, "several")
    generation = translate_chat(request, id="1", served=served, max_completion_tokens=1)
    assert generation.adapters == (AdapterUse(name="other-adapter", scale=0), AdapterUse(name="lek-demo"))


@pytest.mark.parametrize(
    ("model", "names", "error", "param"),
    [
        (BASE.id, ["lek-demo", "nobody"], ModelNotFound, "lora[1].name"),
        (BASE.id, ["lek-demo", BASE.id], ModelNotFound, "lora[1].name"),
        ("third", ["lek-demo", "other-adapter"], InvalidRequest, "lora[0].name"),
    ],
)
def test_several_adapters_must_all_be_there_and_the_model_one_of_them(
    model: str, names: list[str], error: type[ApiError], param: str
) -> None:
    third = msgspec.structs.replace(ADAPTER, id="third")
    request = msgspec.convert({"model": model, "messages": [USER], "lora": [{"name": name} for name in names]}, ChatRequest)
    with pytest.raises(error) as raised:
        choose_served(request, (BASE, ADAPTER, OTHER, third))
    assert raised.value.param == param


def test_an_adapter_named_twice_is_refused_and_so_are_more_than_eight() -> None:
    body = {
        "model": BASE.id,
        "messages": [USER],
        "lora": [{"name": "lek-demo"}, {"name": "other-adapter"}, {"name": "lek-demo", "scale": 2}],
    }
    request = msgspec.convert(body, ChatRequest)
    served = choose_served(request, (BASE, ADAPTER, OTHER))
    with pytest.raises(InvalidRequest, match=r"'lek-demo', as 'lora\[0\]\.name'") as raised:
        translate_chat(request, id="1", served=served, max_completion_tokens=1)
    assert raised.value.param == "lora[2].name"
    for number in (8, 9):
        asked = {"model": BASE.id, "messages": [USER], "lora": [{"name": f"adapter-{n}"} for n in range(number)]}
        if number == 9:
            with pytest.raises(msgspec.ValidationError, match="lora"):
                msgspec.convert(asked, ChatRequest)
        else:
            msgspec.convert(asked, ChatRequest)


@pytest.mark.parametrize(
    ("model", "name", "error"),
    [
        (BASE.id, "nobody", ModelNotFound),
        (BASE.id, "", ModelNotFound),
        (BASE.id, BASE.id, ModelNotFound),
        (ADAPTER.id, "nobody", ModelNotFound),
        (ADAPTER.id, "other-adapter", InvalidRequest),
    ],
)
def test_lora_of_another_adapter_is_refused(model: str, name: str, error: type[ApiError]) -> None:
    request = msgspec.convert({"model": model, "messages": [USER], "lora": [{"name": name}]}, ChatRequest)
    with pytest.raises(error) as raised:
        choose_served(request, (BASE, ADAPTER, OTHER))
    assert raised.value.param == "lora[0].name"
    assert repr(name) in str(raised.value)
