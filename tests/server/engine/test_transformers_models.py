"""Models that transformers 5 saved, read from their own config.json: the log-probabilities and tokens that it gave, by the engine's passes.

`make test-transformers` makes them anew; `tests/outside/transformers_models` has the script, and what it is pinned to.
"""

import json
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
import pytest
from safetensors.numpy import save_file

from adapters.base.device import Device
from adapters.base.loading import load
from tests.outside.transformers_models.weights import make_weight
from tests.server.engine.reading_tokens import read_tokens

RECORDED = sorted((Path(__file__).parent / "transformers_models").glob("*.json"))
TOLERANCE = 1e-3


def write_model(folder: Path, told: dict[str, Any]) -> None:
    (folder / "config.json").write_text(json.dumps(told["config"]))
    save_file({name: make_weight(name, shape) for name, shape in told["shapes"].items()}, folder / "model.safetensors")


def assert_equal(logprobs: dict[int, Any], told: dict[str, Any]) -> None:
    for place, expected in told["logprobs"].items():
        np.testing.assert_allclose(logprobs[int(place)], expected, atol=TOLERANCE)


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_the_engine_gives_what_transformers_gave(tmp_path: Path, device: Device, file: Path) -> None:
    told = json.loads(file.read_text())
    write_model(tmp_path, told)
    assert_equal(dict(enumerate(read_tokens(tmp_path, device, told["token_ids"], num_drawn=0).logprobs)), told)
    read, expected = told["token_ids"][: told["num_read"]], told["token_ids"][told["num_read"] :]
    assert read_tokens(tmp_path, device, read, num_drawn=len(expected)).drawn == expected


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_the_model_by_itself_gives_it_too_at_once_and_token_by_token(tmp_path: Path, device: Device, file: Path) -> None:
    told = json.loads(file.read_text())
    write_model(tmp_path, told)
    model: Any = load(tmp_path, device).model
    token_ids = mx.array([told["token_ids"]])
    whole = model(token_ids)[0]
    cache = model.make_cache()
    parts = mx.concatenate([model(token_ids[:, at : at + 1], cache)[0] for at in range(token_ids.shape[1])])
    for logits in (whole, parts):
        assert_equal(dict(enumerate(np.array(logits - mx.logsumexp(logits, axis=-1, keepdims=True)))), told)


def test_there_are_recorded_models() -> None:
    assert len(RECORDED) >= 10
