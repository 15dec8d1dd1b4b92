"""The OpenAPI document holds together, and says what the routes do."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from server.app import HANDLERS, create_app
from server.settings.settings import Settings
from server.settings.values import Secret
from tests.server.fake_engine import FakeEngine

ROOT = Path(__file__).parents[3]
Client = TestClient[Litestar]


@pytest.fixture
def document(client: Client) -> Any:
    response = client.get("/schema")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    return response.json()


def walk(node: Any) -> Iterator[dict[str, Any]]:
    """Every object in the document, however deep."""
    if isinstance(node, dict):
        yield node
    if isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            yield from walk(child)


def list_operations(document: Any) -> dict[tuple[str, str], Any]:
    return {(method.upper(), path): operation for path, item in document["paths"].items() for method, operation in item.items()}


def test_it_is_openapi_of_this_version(document: Any) -> None:
    assert document["openapi"] == "3.1.0"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert document["info"]["version"] == project["version"]


def test_every_route_is_described_and_no_other(document: Any) -> None:
    served = {(method, path.replace(":path}", "}")) for handler in HANDLERS for path in handler.paths for method in handler.http_methods}
    assert set(list_operations(document)) == served
    assert ("POST", "/v1/chat/completions") in served and ("GET", "/schema") in served


def test_every_reference_leads_somewhere(document: Any) -> None:
    references = {node["$ref"] for node in walk(document) if "$ref" in node}
    assert len(references) > 10
    for reference in references:
        hash_sign, *names = reference.split("/")
        assert hash_sign == "#"
        found = document
        for name in names:
            found = found[name]


def test_every_operation_is_whole(document: Any) -> None:
    operations = list_operations(document)
    ids = [operation["operationId"] for operation in operations.values() if "operationId" in operation]
    assert len(ids) == len(set(ids)) == len(HANDLERS)
    for (method, path), operation in operations.items():
        assert operation["summary"].endswith(".")
        assert {"200", "500"} <= set(operation["responses"])
        assert ("content" in operation["responses"]["200"]) == (method != "HEAD")
        assert ("requestBody" in operation) == (method == "POST")
        in_path = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"}
        assert in_path == {part[1:-1] for part in path.split("/") if part.startswith("{")}


def test_schemas_have_what_decoding_checks(document: Any) -> None:
    request = document["components"]["schemas"]["ChatRequest"]
    assert request["required"] == ["model", "messages"]
    assert request["additionalProperties"] is False
    assert {"type": "number", "minimum": 0, "maximum": 2} in request["properties"]["temperature"]["anyOf"]
    assert request["properties"]["messages"]["minItems"] == 1


def test_optional_fields_of_an_answer_are_not_required(document: Any) -> None:
    chunk = document["components"]["schemas"]["ChatChunk"]
    assert "usage" not in chunk["required"]
    assert "default" not in chunk["properties"]["usage"]


def test_the_bodies_of_a_chat(document: Any) -> None:
    operation = document["paths"]["/v1/chat/completions"]["post"]
    assert operation["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/ChatRequest"}
    content = operation["responses"]["200"]["content"]
    assert content["application/json"]["schema"] == {"$ref": "#/components/schemas/ChatCompletion"}
    assert content["text/event-stream"]["schema"] == {"$ref": "#/components/schemas/ChatChunk"}
    assert set(operation["responses"]) == {"200", "400", "404", "408", "409", "413", "429", "500", "503", "504"}
    score = document["paths"]["/v1/score"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert score == {"anyOf": [{"$ref": "#/components/schemas/Scores"}, {"$ref": "#/components/schemas/ScoreList"}]}


def test_the_bodies_of_a_response(document: Any) -> None:
    content = document["paths"]["/v1/responses"]["post"]["responses"]["200"]["content"]
    assert content["application/json"]["schema"] == {"$ref": "#/components/schemas/ResponseBody"}
    events = [schema["$ref"].rpartition("/")[2] for schema in content["text/event-stream"]["schema"]["anyOf"]]
    types = [name for event in events for name in document["components"]["schemas"][event]["properties"]["type"]["enum"]]
    assert len(types) == len(set(types)) == 14
    assert {"response.created", "response.output_text.delta", "response.completed", "error"} <= set(types)


@pytest.mark.parametrize(
    ("api_key", "admin_key", "wanting"),
    [
        (None, None, set()),
        (None, "admin", {"POST /v1/adapters"}),
        ("user", None, {"POST /v1/adapters", "GET /v1/models", "GET /schema"}),
        ("user", "admin", {"POST /v1/adapters", "GET /v1/models", "GET /schema"}),
    ],
)
def test_it_says_which_routes_want_a_key_and_they_do(api_key: str | None, admin_key: str | None, wanting: set[str]) -> None:
    settings = Settings(api_keys=(Secret(api_key),) if api_key else (), admin_key=Secret(admin_key) if admin_key else None)
    key = {"authorization": f"Bearer {api_key}"}
    with TestClient(create_app(FakeEngine(), settings)) as client:
        operations = list_operations(client.get("/schema", headers=key).json())
        for method, path in (("POST", "/v1/adapters"), ("GET", "/v1/models"), ("GET", "/schema"), ("GET", "/health"), ("GET", "/")):
            wants = f"{method} {path}" in wanting
            assert (client.request(method, path).status_code == 401) == wants
            assert operations[method, path]["security"] == ([{"key": []}] if wants else [])
            assert ("401" in operations[method, path]["responses"]) == wants


def test_it_is_the_same_however_often_it_is_made(client: Client) -> None:
    with TestClient(create_app(FakeEngine(), Settings())) as other:
        assert json.loads(other.get("/schema").content) == client.get("/schema").json()
