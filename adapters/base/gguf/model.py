"""A Gemma 3 out of a GGUF file: dequantised where the device wants plain weights, else quantised anew as MLX does it."""

import logging
from collections.abc import Iterable
from pathlib import Path

import mlx.core as mx
import mlx.nn as nn
import numpy as np
from gguf.constants import GGMLQuantizationType
from mlx.utils import tree_flatten

from adapters.base.config.structs import ModelConfig, TextConfig
from adapters.base.device import Device, Requantisation, find_requantisation
from adapters.base.errors import ModelLoadError
from adapters.base.gemma import make_gemma
from adapters.base.gguf.grid import is_on_grid, pack, read_grid
from adapters.base.gguf.header import GgufHeader, read_header
from adapters.base.gguf.text_config import read_text_config
from adapters.base.gguf.weights import Bytes, Floats, GgufWeights

MOST_NAMED = 5  # faults in a message
SUFFIX = ".weight"

log = logging.getLogger(__name__)


def load_gguf(path: Path, device: Device) -> tuple[nn.Module, TextConfig]:
    """Load the model in a file for `device`. Raises ModelLoadError, before memory is taken where the file's head shows the fault."""
    header = read_header(path)
    config = read_text_config(header)
    weights = GgufWeights(header)
    if weights.left_out:
        log.info("%s: %d tensors that see images are left out: texts are served", path, len(weights.left_out))
    _check_layers(header, weights, config)
    model = make_gemma(ModelConfig(text=config, is_nested=False))
    model.sanitize(dict.fromkeys(weights.tensors))
    _check_shapes(header, weights, dict(tree_flatten(model.parameters())))
    if device.weights_dtype:
        loaded = ((name, _read(weights, name, getattr(mx, device.weights_dtype))) for name in weights.tensors)
    else:
        choices = _choose(weights)
        nn.quantize(model, class_predicate=lambda place, _: _as_mlx(choices.get(place)))
        loaded = (part for name in weights.tensors for part in _requantise(weights, name, choices.get(name.removesuffix(SUFFIX))))
    model.load_weights(list(loaded))
    model.eval()
    return model, config


def _check_layers(header: GgufHeader, weights: GgufWeights, config: TextConfig) -> None:
    """Count the layers before a model of so many is made."""
    found = {name.split(".")[2] for name in weights.tensors if name.startswith("model.layers.")}
    if len(found) != config.num_layers:
        raise ModelLoadError(f"{header.path} has tensors of {len(found)} layers, and {config.num_layers} in its metadata")


def _check_shapes(header: GgufHeader, weights: GgufWeights, expected: dict[str, mx.array]) -> None:
    faults = [f"{name} is missing" for name in expected if name not in weights.tensors]
    for name, tensor in weights.tensors.items():
        wanted = expected[name].shape if name in expected else None
        if tensor.shape != wanted:
            faults.append(f"{tensor.name} is {list(tensor.shape)}, {f'expected {list(wanted)}' if wanted else 'which no layer has'}")
    if faults:
        more = f" and {len(faults) - MOST_NAMED} more" if len(faults) > MOST_NAMED else ""
        raise ModelLoadError(f"{header.path} has tensors that do not fit its metadata: {'; '.join(faults[:MOST_NAMED])}{more}")


def _choose(weights: GgufWeights) -> dict[str, Requantisation]:
    """Find how each matrix is quantised anew, by the module's name; those that cannot be are not in it."""
    found = {
        name.removesuffix(SUFFIX): find_requantisation(tensor.type.name, row_size=tensor.shape[-1])
        for name, tensor in weights.tensors.items()
        if len(tensor.shape) > 1
    }
    return {name: choice for name, choice in found.items() if choice}


def _as_mlx(choice: Requantisation | None) -> dict[str, int] | bool:
    return {"group_size": choice.group_size, "bits": choice.bits} if choice else False


def _read(weights: GgufWeights, name: str, dtype: mx.Dtype) -> mx.array:
    """Read one, with no second copy of it in memory where it stays in float32."""
    if dtype != mx.float32:
        return _join(mx.array(piece).astype(dtype) for piece in weights.pieces(name))
    array = mx.zeros(weights.tensors[name].shape)
    mx.eval(array)
    view, start = np.array(array, copy=False), 0
    for piece in weights.pieces(name):
        view[start : start + len(piece)] = piece
        start += len(piece)
    return array


def _requantise(weights: GgufWeights, name: str, choice: Requantisation | None) -> Iterable[tuple[str, mx.array]]:
    if choice is None:
        return [(name, _read(weights, name, mx.bfloat16))]
    parts: list[tuple[mx.array, ...]] = []
    for blocks in weights.blocks(name):
        parts.append(_requantise_piece(weights.dequantize(name, blocks), blocks, weights.tensors[name].type, choice))
        mx.eval(parts[-1])
    packed, scales, biases = (mx.concatenate(list(part)) for part in zip(*parts, strict=True))
    named = {
        name: packed,
        **{name.removesuffix(SUFFIX) + end: part.astype(mx.bfloat16) for end, part in ((".scales", scales), (".biases", biases))},
    }
    mx.eval(named)
    return named.items()


def _requantise_piece(rows: Floats, blocks: Bytes, kind: GGMLQuantizationType, choice: Requantisation) -> tuple[mx.array, ...]:
    if not is_on_grid(kind):
        return tuple(mx.quantize(mx.array(rows), group_size=choice.group_size, bits=choice.bits))
    steps, offsets = grid = read_grid(blocks, kind)
    return mx.array(pack(rows, grid, bits=choice.bits)), mx.array(steps), mx.array(offsets)


def _join(pieces: Iterable[mx.array]) -> mx.array:
    listed = []
    for piece in pieces:
        mx.eval(piece)
        listed.append(piece)
    joined = listed[0] if len(listed) == 1 else mx.concatenate(listed)
    mx.eval(joined)
    return joined
