"""Write an adapter's folder, in mlx-lm's format or PEFT's."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np

from adapters.errors import UnsupportedAdapter
from adapters.files.digest import digest_pairs
from adapters.files.file_writing import replace_file
from adapters.files.formats.adapter_format import CONFIG_NAME
from adapters.files.formats.mlx_lm import MlxLmFormat
from adapters.files.formats.peft import PeftFormat
from adapters.files.module_names import layer_of, name_in_text_model
from adapters.files.pairing import LowRankPair
from adapters.files.tensor_file import Floats
from adapters.files.tensor_writing import write_tensors

WrittenFormat = Literal["mlx-lm", "peft"]

NESTED = "language_model."  # before a module's name where the text model is a part of another
NESTED_LAYERS = "language_model.layers"  # where those stand: names of projections are the vision tower's too
CLOSE = 4  # floats that are tried on each side of a product


class Factors(msgspec.Struct, frozen=True, kw_only=True):
    """The update of one linear layer, the scale not in it."""

    a: Floats  # (in, rank)
    b: Floats  # (rank, out)
    magnitude: Floats | None = None  # (out,): DoRA's


class TrainedAdapter(msgspec.Struct, frozen=True, kw_only=True):
    """What a training made."""

    modules: dict[str, Factors]  # by names such as model.layers.0.self_attn.q_proj, with language_model. before it where the base has that
    rank: int
    scale: float
    dropout: float
    num_layers: int  # the last ones of the base's
    targets: tuple[str, ...]  # of each of those
    base_name: str
    told: dict[str, int | float]  # what mlx-lm's configuration also holds: iters, batch_size, learning_rate, …


def write_adapter(folder: Path, adapter: TrainedAdapter, *, format: WrittenFormat) -> str:
    """Write configuration and weights into `folder`, which exists, synced; equal adapters give equal bytes. Give candor's digest of it.

    The configuration comes last: a folder without one is no adapter. Raises UnsupportedAdapter for values that nobody could load, and
    OSError; either leaves the files that were there.
    """
    pairs = {_in_text_model(module): _as_pair(factors, adapter.scale) for module, factors in adapter.modules.items()}
    if broken := sorted(module for module, pair in pairs.items() if not _is_finite(pair)):
        raise UnsupportedAdapter(f"the adapter is not written: its values are not finite in {len(broken)} modules, such as {broken[0]}")
    if format == "peft":
        config, weights_name, tensors = _as_peft(adapter, pairs), PeftFormat.weights_name, _peft_tensors(adapter.modules)
    else:
        config, weights_name, tensors = _as_mlx_lm(adapter), MlxLmFormat.weights_name, _mlx_lm_tensors(adapter.modules)
    write_tensors(folder / weights_name, tensors)
    replace_file(folder / CONFIG_NAME, [msgspec.json.format(msgspec.json.encode(config, order="sorted"), indent=2), b"\n"])
    return digest_pairs(pairs)


def _as_mlx_lm(adapter: TrainedAdapter) -> dict[str, Any]:
    return adapter.told | {
        "fine_tune_type": "dora" if _is_dora(adapter) else "lora",
        "num_layers": adapter.num_layers,
        "lora_parameters": {"rank": adapter.rank, "scale": float(adapter.scale), "dropout": adapter.dropout, "keys": adapter.targets},
    }


def _mlx_lm_tensors(modules: Mapping[str, Factors]) -> dict[str, Floats]:
    tensors: dict[str, Floats] = {}
    for module, factors in modules.items():
        tensors |= {f"{module}.lora_a": factors.a, f"{module}.lora_b": factors.b}
        tensors |= {} if factors.magnitude is None else {f"{module}.m": factors.magnitude}
    return tensors


def _as_peft(adapter: TrainedAdapter, pairs: Mapping[str, LowRankPair]) -> dict[str, Any]:
    is_nested = any(module.startswith(NESTED) for module in adapter.modules)
    alpha = find_alpha(adapter.scale, adapter.rank)
    return {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": adapter.base_name,
        "inference_mode": True,
        "r": adapter.rank,
        "lora_alpha": int(alpha) if alpha.is_integer() else alpha,
        "lora_dropout": adapter.dropout,
        "target_modules": [target.rpartition(".")[2] for target in adapter.targets],
        "layers_to_transform": sorted({layer_of(module) for module in pairs}),
        "layers_pattern": NESTED_LAYERS if is_nested else None,
        "bias": "none",
        "fan_in_fan_out": False,
        "modules_to_save": None,
        "use_rslora": False,
        "use_dora": _is_dora(adapter),
    }


def _peft_tensors(modules: Mapping[str, Factors]) -> dict[str, Floats]:
    """Name and turn them as PEFT does. transformers says `model.language_model` where mlx-lm says `language_model.model`."""
    tensors: dict[str, Floats] = {}
    for module, factors in modules.items():
        is_nested = module.startswith(NESTED)
        name = f"base_model.model.{module.replace(f'{NESTED}model.', f'model.{NESTED}', 1) if is_nested else module}"
        tensors |= {f"{name}.lora_A.weight": factors.a.T, f"{name}.lora_B.weight": factors.b.T}
        tensors |= {} if factors.magnitude is None else {f"{name}.lora_magnitude_vector": factors.magnitude}
    return tensors


def find_alpha(scale: float, rank: int) -> float:
    """Find PEFT's alpha, which it divides by the rank: the float that gives the scale back, or where there is none the nearest."""
    near = [float(scale * rank)]
    for direction in (-math.inf, math.inf):
        alpha = near[0]
        near += [alpha := math.nextafter(alpha, direction) for _ in range(CLOSE)]
    return min(near, key=lambda alpha: abs(alpha / rank - scale))


def _in_text_model(module: str) -> str:
    if (name := name_in_text_model(module)) is None:
        raise ValueError(f"{module} is no module of a decoder layer")
    return name


def _as_pair(factors: Factors, scale: float) -> LowRankPair:
    with np.errstate(all="ignore"):  # what overflows is found afterwards
        b = np.ascontiguousarray(factors.b, np.float32) * np.float32(scale)
    magnitude = factors.magnitude
    return LowRankPair(
        np.ascontiguousarray(factors.a, np.float32), b, None if magnitude is None else np.ascontiguousarray(magnitude, np.float32)
    )


def _is_finite(pair: LowRankPair) -> bool:
    return all(np.isfinite(values).all() for values in (pair.a, pair.b, pair.magnitude) if values is not None)


def _is_dora(adapter: TrainedAdapter) -> bool:
    return any(factors.magnitude is not None for factors in adapter.modules.values())
