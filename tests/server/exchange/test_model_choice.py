"""Whom a request means by `model` and `lora`."""

import msgspec
import pytest

from server.chat.translation import translate_chat
from server.engine.protocol import ServedModel
from server.errors import ApiError, InvalidRequest, ModelNotFound
from server.exchange.model_choice import choose_served, find_model
from server.wire.chat_request import ChatRequest
from tests.server.fake_engine import ADAPTER, BASE

USER = {"role": "user", "content": "Hello"}


def test_an_adapter_is_found_by_its_name() -> None:
    assert find_model("lek-demo", (BASE, ADAPTER)) is ADAPTER
    request = msgspec.convert({"model": "lek-demo", "messages": [USER]}, ChatRequest)
    assert translate_chat(request, id="1", served=ADAPTER, max_completion_tokens=1).adapter == "lek-demo"
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
    assert (generation.adapter, generation.adapter_scale) == (None if expected is BASE else ADAPTER.id, scale)


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
    other = msgspec.structs.replace(ADAPTER, id="other-adapter")
    request = msgspec.convert({"model": model, "messages": [USER], "lora": [{"name": name}]}, ChatRequest)
    with pytest.raises(error) as raised:
        choose_served(request, (BASE, ADAPTER, other))
    assert raised.value.param == "lora[0].name"
    assert repr(name) in str(raised.value)
