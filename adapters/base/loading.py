"""Load any Gemma 3: text-only or nested, quantised or not, from a folder or a GGUF file."""

import hashlib
import logging
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import mlx.core as mx
import mlx.nn as nn
import msgspec
from mlx_lm.utils import dequantize_model, load_model

from adapters.base.config.reading import read_config
from adapters.base.config.structs import TextConfig
from adapters.base.device import Device
from adapters.base.errors import ModelLoadError
from adapters.base.gemma import make_gemma
from adapters.base.gguf.model import load_gguf
from adapters.base.weights.files import read_headers
from adapters.base.weights.finite import evaluate_finite
from adapters.base.weights.names import LANGUAGE_MODEL
from adapters.base.weights.shapes import check_shapes

log = logging.getLogger(__name__)

WHOLE_HASH_BYTES = 256 * 2**20  # weight files up to this size are hashed whole


class LoadedModel(msgspec.Struct, frozen=True, kw_only=True):
    """A model ready to generate, with what the engine must know of it."""

    model: nn.Module
    vocabulary_size: int  # rows of the embedding, and so logits
    context_size: int  # tokens, prompt and answer together
    dtype: mx.Dtype
    fingerprint: str


def load(path: Path, device: Device) -> LoadedModel:
    """Load the model at `path`, a folder or a GGUF file, for `device`. Raises ModelLoadError with a message for people."""
    model, config = load_gguf(path, device) if path.is_file() else _load_folder(path, device)
    return LoadedModel(
        model=model,
        vocabulary_size=config.vocabulary_size,
        context_size=config.context_size,
        dtype=getattr(model, LANGUAGE_MODEL, model).model.norm.weight.dtype,
        fingerprint=_fingerprint([path] if path.is_file() else [path / "config.json", *sorted(path.glob("model*.safetensors"))]),
    )


def _load_folder(path: Path, device: Device) -> tuple[nn.Module, TextConfig]:
    config = read_config(path)
    has_head = check_shapes(config, read_headers(path), where=str(path))
    if has_head and config.text.is_tied and not config.quantization:
        log.warning("%s has a head beside its embedding, though tie_word_embeddings is true: it is used, as transformers does", path)
    try:
        model, _ = load_model(
            path,
            lazy=True,
            model_config={"quantization": config.quantization, "quantization_config": None},
            get_model_classes=lambda **_: (make_gemma, SimpleNamespace(from_dict=lambda _: config)),
        )
        trunk = getattr(model, LANGUAGE_MODEL, model).model
        trunk.stored_dtype = trunk.norm.weight.dtype
        if device.weights_dtype:
            dequantize_model(model)
            model.set_dtype(getattr(mx, device.weights_dtype))
        evaluate_finite(model)
    except (OSError, ValueError, RuntimeError, KeyError, TypeError) as exc:
        raise ModelLoadError(f"the model in {path} could not be loaded: {exc}") from exc
    return model, config.text


def _fingerprint(files: Sequence[Path]) -> str:
    """Digest the weights with the engine's versions. Of large files only size, header and both ends are read, to start quickly."""
    content = hashlib.sha256()
    for file in files:
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
