"""A server is ready when it can answer: what would fail every request keeps it from starting."""

import json
import shutil
from pathlib import Path

import mlx.core as mx
import pytest

from adapters.base.device import Device
from adapters.base.errors import ModelLoadError
from server.engine.mlx.engine import MlxEngine
from server.settings.settings import Settings

LIMITS = Settings(max_batch_size=2, max_queue=2).limits


def copy(model: Path, folder: Path, **config: object) -> Path:
    shutil.copytree(model, folder)
    (folder / "config.json").write_text(json.dumps(json.loads((model / "config.json").read_text()) | config))
    return folder


@pytest.mark.parametrize("context", [2, 9])
def test_a_context_without_room_for_a_question_is_refused(small_gemma: Path, tmp_path: Path, device: Device, context: int) -> None:
    folder = copy(small_gemma, tmp_path / "model", max_position_embeddings=context)
    with pytest.raises(ModelLoadError, match=f"cannot be asked a question as short as 'Hello': .* the model's context {context}"):
        MlxEngine.open(model=str(folder), device=device, limits=LIMITS)


@pytest.mark.parametrize(("tensor", "value"), [("model.norm.weight", 3e38), ("model.embed_tokens.weight", 3e38)])
def test_a_model_whose_logits_are_not_finite_is_refused(
    small_gemma: Path, tmp_path: Path, device: Device, tensor: str, value: float
) -> None:
    folder = copy(small_gemma, tmp_path / "model")
    weights = mx.load(str(folder / "model.safetensors"))
    assert isinstance(weights, dict)
    mx.save_safetensors(str(folder / "model.safetensors"), weights | {tensor: mx.full(weights[tensor].shape, value)}, {"format": "mlx"})
    with pytest.raises(ModelLoadError, match=r"the model in .*model cannot be run: its logits are not finite"):
        MlxEngine.open(model=str(folder), device=device, limits=LIMITS)
