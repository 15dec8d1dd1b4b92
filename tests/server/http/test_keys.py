"""Who may do what: the matrix of keys and routes."""

from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from server.app import create_app
from server.settings.settings import Settings
from server.settings.values import Secret
from tests.server.fake_engine import FakeEngine

ORDINARY = [("GET", "/v1/adapters", None), ("GET", "/v1/models", None), ("GET", "/metrics", None)]
MANAGEMENT = [
    ("POST", "/v1/adapters", {"name": "new", "path": "lek"}),
    ("DELETE", "/v1/adapters/lek-demo", None),
    ("POST", "/v1/load_lora_adapter", {"lora_name": "new", "lora_path": "lek"}),
    ("POST", "/v1/unload_lora_adapter", {"lora_name": "lek-demo"}),
]


def call(tmp_path: Path, method: str, path: str, body: Any, *, sent: str | None, api_key: str | None, admin_key: str | None) -> Any:
    (tmp_path / "lek").mkdir(exist_ok=True)
    settings = Settings(
        adapter_dirs=(str(tmp_path),),
        api_keys=(Secret(api_key),) if api_key else (),
        admin_key=Secret(admin_key) if admin_key else None,
    )
    headers = {"authorization": f"Bearer {sent}"} if sent else {}
    with TestClient(create_app(FakeEngine(), settings)) as client:
        return client.request(method, path, json=body, headers=headers)


@pytest.mark.parametrize(
    ("api_key", "admin_key", "sent", "ordinary", "management"),
    [
        (None, None, None, 200, 200),
        (None, None, "any", 200, 200),
        ("user", None, None, 401, 401),
        ("user", None, "wrong", 401, 401),
        ("user", None, "user", 200, 200),
        (None, "admin", None, 200, 401),
        (None, "admin", "wrong", 200, 401),
        (None, "admin", "admin", 200, 200),
        ("user", "admin", None, 401, 401),
        ("user", "admin", "wrong", 401, 401),
        ("user", "admin", "user", 200, 401),
        ("user", "admin", "admin", 200, 200),
        ("same", "same", "same", 200, 200),
    ],
)
def test_a_route_takes_its_own_keys(
    api_key: str | None, admin_key: str | None, sent: str | None, ordinary: int, management: int, tmp_path: Path
) -> None:
    for routes, status in ((ORDINARY, ordinary), (MANAGEMENT, management)):
        for method, path, body in routes:
            response = call(tmp_path, method, path, body, sent=sent, api_key=api_key, admin_key=admin_key)
            assert response.status_code == status, (method, path)
            if status == 401:
                assert response.json()["error"]["code"] == "invalid_api_key"


@pytest.mark.parametrize("path", ["/v1/adapters/", "/v1//adapters", "//v1/adapters", "/v1/%61dapters", "/v1/adapters?x=1", "/V1/adapters"])
def test_no_spelling_of_the_path_goes_round_the_admin_key(path: str, tmp_path: Path) -> None:
    response = call(tmp_path, "POST", path, {"name": "new", "path": "lek"}, sent="user", api_key="user", admin_key="admin")
    assert response.status_code in (401, 404)


def test_an_ordinary_key_is_told_that_the_admin_key_is_wanted(tmp_path: Path) -> None:
    response = call(tmp_path, "DELETE", "/v1/adapters/lek-demo", None, sent="user", api_key="user", admin_key="admin")
    assert "takes the admin key" in response.json()["error"]["message"]


def test_the_key_is_checked_before_the_body_is_read(tmp_path: Path) -> None:
    response = call(tmp_path, "POST", "/v1/adapters", {"nonsense": 1}, sent=None, api_key=None, admin_key="admin")
    assert response.status_code == 401
