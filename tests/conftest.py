"""Shared by all tests: the device is made ready before anything imports MLX, small random models are made once, slow tests are marked."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.base.device import Device, prepare_device

DEVICE = prepare_device()

from tests.browser import Browser  # noqa: E402
from tests.starters import is_slow  # noqa: E402
from tools.random_gemma3 import Shape, write_random_gemma3  # noqa: E402  (imports MLX)

SMALL = Shape(hidden=64, layers=4, intermediate=128, heads=2, head_dim=32, vocabulary=1024, window=32, pattern=3)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark slow tests by what they start."""
    for item in items:
        if isinstance(item, pytest.Function) and is_slow(item):
            item.add_marker(pytest.mark.slow)


def pytest_collection_finish() -> None:
    """Keep what was imported out of each collection of garbage: a fifth of the time of the HTTP layer's tests."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def device() -> Device:
    """What the tests run on."""
    return DEVICE


@pytest.fixture(scope="session")
def small_gemma(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random text-only Gemma 3 whose window (32 tokens) a short answer outgrows."""
    folder = tmp_path_factory.mktemp("models") / "small-gemma"
    write_random_gemma3(folder, SMALL)
    return folder


@pytest.fixture(scope="module")
def window() -> Iterator[Browser]:
    """One headless Chromium for the tests of a module."""
    with Browser() as browser:
        yield browser


@pytest.fixture
def browser(window: Browser) -> Iterator[Browser]:
    """The window at its usual size; a test that leaves a complaint in its console has failed: what a page's policy forbids is one."""
    window.show()
    yield window
    assert window.complaints() == []
