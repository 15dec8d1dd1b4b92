"""The tokenizer over HTTP."""

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from server.app import create_app
from server.settings.settings import Settings
from server.settings.values import Secret
from tests.server.fake_engine import FakeEngine

Client = TestClient[Litestar]


@pytest.mark.parametrize(
    ("body", "tokens"),
    [
        ({"prompt": "Hi"}, [2, 72, 105]),
        ({"prompt": "Hi", "add_special_tokens": False, "model": "gemma-3-demo"}, [72, 105]),
        ({"prompt": ""}, [2]),
        ({"messages": [{"role": "user", "content": "H"}]}, [2, 72, *map(ord, "\nmodel\n")]),
        ({"messages": [{"role": "user", "content": "H"}], "add_generation_prompt": False}, [2, 72, 10]),
    ],
)
def test_a_prompt_or_messages_are_tokenised(body: dict[str, Any], tokens: list[int], client: Client) -> None:
    response = client.post("/tokenize", json=body)
    assert response.status_code == 200
    assert response.json() == {"count": len(tokens), "max_model_len": 8192, "tokens": tokens, "token_strs": None}


def test_tokens_are_spelt_where_that_is_asked(client: Client) -> None:
    assert client.post("/tokenize", json={"prompt": "ß", "return_token_strs": True}).json()["token_strs"] == ["<bos>", "ß"]


def test_tokens_become_text_again(client: Client) -> None:
    response = client.post("/detokenize", json={"tokens": [2, 72, 105], "model": "gemma-3-demo"})
    assert (response.status_code, response.json()) == (200, {"prompt": "<bos>Hi"})


def test_the_tokenizer_names_its_special_tokens_and_the_template(client: Client) -> None:
    assert client.get("/tokenizer_info").json() == {
        "bos_token": "<bos>",
        "eos_token": "<eos>",
        "pad_token": "<pad>",
        "unk_token": None,
        "chat_template": "{{ messages }}",
        "max_model_len": 8192,
    }


@pytest.mark.parametrize(
    ("path", "body", "status", "param"),
    [
        ("/tokenize", {}, 400, "prompt"),
        ("/tokenize", {"prompt": "a", "messages": [{"role": "user", "content": "a"}]}, 400, "prompt"),
        ("/tokenize", {"prompt": "a", "add_generation_prompt": True}, 400, "add_generation_prompt"),
        ("/tokenize", {"messages": [{"role": "user", "content": "a"}], "add_special_tokens": True}, 400, "add_special_tokens"),
        ("/tokenize", {"messages": []}, 400, "messages"),
        ("/tokenize", {"prompt": "a", "model": "nobody"}, 404, "model"),
        ("/tokenize", {"prompt": ["a"]}, 400, "prompt"),
        ("/detokenize", {}, 400, "tokens"),
        ("/detokenize", {"tokens": [1 << 40]}, 400, "tokens"),
        ("/detokenize", {"tokens": [-1]}, 400, "tokens[0]"),
        ("/detokenize", {"tokens": [5], "model": "nobody"}, 404, "model"),
    ],
)
def test_what_cannot_be_is_refused_by_name(path: str, body: dict[str, Any], status: int, param: str, client: Client) -> None:
    response = client.post(path, json=body)
    assert (response.status_code, response.json()["error"]["param"]) == (status, param)


def test_they_want_a_key_where_there_is_one() -> None:
    with TestClient(create_app(FakeEngine(), Settings(api_keys=(Secret("one"),)))) as client:
        assert client.post("/tokenize", json={"prompt": "a"}).status_code == 401
        assert client.post("/detokenize", json={"tokens": [1]}).status_code == 401
        assert client.get("/tokenizer_info").status_code == 401
