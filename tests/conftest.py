"""Shared by all tests: the device is made ready before anything imports MLX, and small random models are made once."""

from pathlib import Path

import pytest

from server.engine.mlx.device import Device, prepare_device

DEVICE = prepare_device()

from tools.random_gemma3 import Shape, write_random_gemma3  # noqa: E402  (imports MLX)

SMALL = Shape(hidden=64, layers=4, intermediate=128, heads=2, head_dim=32, vocabulary=1024, window=32, pattern=3)


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
