"""Resident memory of a server: after the load in proportion to the weights, and level from request to request. Nothing is timed."""

from pathlib import Path

import mlx.core as mx
import pytest

from adapters.base.device import Device
from bench.soak import resident_bytes
from tests.server_process import Server

FLOAT32_BYTES = 4  # a weight's in memory on a CPU, where they are cast
MOST_OVER_WEIGHTS = 1.6  # the rest is the interpreter, its libraries, and a vocabulary of 262,144 three times over
NUM_WARM_UP, NUM_REQUESTS = 15, 50
MOST_GROWTH = 0.02


@pytest.fixture(scope="module")
def own_server(real_gemma: Path) -> Server:
    """A server that nobody else has asked."""
    return Server("--model", str(real_gemma), "--prefix-cache-bytes", str(4 << 20))


def count_weights(folder: Path) -> int:
    tensors = mx.load(str(folder / "model.safetensors"))
    assert isinstance(tensors, dict)
    return sum(tensor.size for tensor in tensors.values())


def test_memory_is_the_weights_and_little_more_and_stays_level(real_gemma: Path, device: Device, own_server: Server) -> None:
    if device.backend != "cpu":
        pytest.skip("weights lie in the GPU's memory here")
    with own_server as server, server.connect() as client:
        num_weights = count_weights(real_gemma)
        at_rest = resident_bytes(server.process.pid)
        assert at_rest < MOST_OVER_WEIGHTS * FLOAT32_BYTES * num_weights

        def ask(number: int) -> None:
            client.completions.create(model=server.announced, prompt=f"Number {number}: " + "and then came " * 20, max_tokens=4)

        for number in range(NUM_WARM_UP):
            ask(number)
        before = resident_bytes(server.process.pid)
        for number in range(NUM_REQUESTS):
            ask(NUM_WARM_UP + number)
        growth = resident_bytes(server.process.pid) / before - 1
    print(f"at rest {at_rest / FLOAT32_BYTES / num_weights:.2f} of the weights, grown by {growth:+.2%} in {NUM_REQUESTS} requests")
    assert growth < MOST_GROWTH
