"""What most tests of the HTTP layer start from."""

from collections.abc import Iterator
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from server.app import create_app
from server.settings.settings import Settings
from tests.server.fake_engine import FakeEngine


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def client(engine: FakeEngine) -> Iterator[TestClient[Litestar]]:
    with TestClient(create_app(engine, Settings(max_completion_tokens=100))) as client:
        yield client


@pytest.fixture
def chat() -> dict[str, Any]:
    """The smallest good body."""
    return {"model": "gemma-3-demo", "messages": [{"role": "user", "content": "Hello"}]}
