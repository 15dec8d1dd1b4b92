"""Load any Gemma 3: text-only or nested, quantised or not."""

import hashlib
import json
from importlib.metadata import version
from pathlib import Path

import mlx.core as mx
import mlx.nn as nn
import msgspec
from mlx_lm.utils import dequantize_model, load_config, load_model

from adapters.base.device import Device
from adapters.base.errors import ModelLoadError

MODEL_TYPES = ("gemma3_text", "gemma3")
DEFAULT_CONTEXT_SIZE = 32_768  # Gemma 3 1B's, for a configuration that does not say
WHOLE_HASH_BYTES = 256 * 2**20  # weight files up to this size are hashed whole


class LoadedModel(msgspec.Struct, frozen=True, kw_only=True):
    """A model ready to generate, with what the engine must know of it."""

    model: nn.Module
    vocabulary_size: int  # rows of the embedding, and so logits
    context_size: int  # tokens, prompt and answer together
    dtype: mx.Dtype
    fingerprint: str


def load(path: Path, device: Device) -> LoadedModel:
    """Load the model in folder `path` for `device`. Raises ModelLoadError with a message for people."""
    _check_type(path)
    try:
        config = load_config(path)
        model, _ = load_model(path, lazy=True)
        if device.weights_dtype:
            _cast(model, getattr(mx, device.weights_dtype))
        mx.eval(model.parameters())
    except (OSError, ValueError, RuntimeError, KeyError, TypeError) as exc:
        raise ModelLoadError(f"the model in {path} could not be loaded: {exc}") from exc
    if _text_model(model).sliding_window_pattern > len(model.layers):
        raise ModelLoadError(f"the model in {path} has {len(model.layers)} layers, none of them global: expected a whole Gemma 3")
    text_config = config.get("text_config", config)
    return LoadedModel(
        model=model,
        vocabulary_size=_text_model(model).embed_tokens.weight.shape[0],
        context_size=text_config.get("max_position_embeddings", DEFAULT_CONTEXT_SIZE),
        dtype=_text_model(model).norm.weight.dtype,
        fingerprint=_fingerprint(path),
    )


def _check_type(path: Path) -> None:
    try:
        model_type = json.loads((path / "config.json").read_bytes()).get("model_type")
    except FileNotFoundError as exc:
        raise ModelLoadError(f"{path} has no config.json: expected a model's folder") from exc
    except (OSError, ValueError, AttributeError, RecursionError) as exc:
        raise ModelLoadError(f"{path / 'config.json'} cannot be read: {exc}") from exc
    if model_type not in MODEL_TYPES:
        raise ModelLoadError(f"{path} holds a model of type {model_type!r}; candor serves Gemma 3: {' or '.join(MODEL_TYPES)}")


def _cast(model: nn.Module, dtype: mx.Dtype) -> None:
    dequantize_model(model)
    model.set_dtype(dtype)


def _text_model(model: nn.Module) -> nn.Module:
    """The stack of layers itself, under `language_model` where a vision tower was beside it."""
    return getattr(model, "language_model", model).model


def _fingerprint(path: Path) -> str:
    """Digest the weights with the engine's versions. Of large files only size, header and both ends are read, to start quickly."""
    content = hashlib.sha256()
    for file in [path / "config.json", *sorted(path.glob("model*.safetensors"))]:
        size = file.stat().st_size
        content.update(f"{file.name} {size}".encode())
        with file.open("rb") as stream:
            if size <= WHOLE_HASH_BYTES:
                content.update(stream.read())
            else:
                content.update(stream.read(2**20))
                stream.seek(-(2**20), 2)
                content.update(stream.read())
    return f"fp_{content.hexdigest()[:16]}_mlx-{version('mlx')}_mlx-lm-{version('mlx-lm')}"
