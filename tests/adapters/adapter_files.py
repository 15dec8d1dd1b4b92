"""Write adapters for the tests, whole ones and such as no tool would write."""

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

RANK, IN, OUT = 2, 8, 6
MLX_LM_CONFIG = {
    "fine_tune_type": "lora",
    "num_layers": 2,
    "lora_parameters": {"rank": RANK, "scale": 20.0, "dropout": 0.0, "keys": ["self_attn.q_proj", "mlp.up_proj"]},
}
PEFT_CONFIG = {"peft_type": "LORA", "r": RANK, "lora_alpha": 40, "target_modules": ["q_proj", "up_proj"], "bias": "none"}
MLX_VLM_CONFIG = {"rank": RANK, "alpha": 20.0, "dropout": 0.1}
MODULES = tuple(f"model.layers.{layer}.{name}" for layer in range(2) for name in ("mlp.up_proj", "self_attn.q_proj"))


class Stored(NamedTuple):
    """A tensor as it is to stand in a file, right or wrong."""

    dtype: str
    shape: tuple[int, ...]
    content: bytes


Tensors = Mapping[str, Stored | npt.NDArray[Any]]


def factors(*shape: int, seed: int = 0) -> npt.NDArray[np.float32]:
    """Make values that bfloat16 holds exactly."""
    values = np.random.default_rng(seed).standard_normal(shape, np.float32)
    return (values.view(np.uint32) & 0xFFFF0000).view(np.float32)


def stored(values: npt.NDArray[np.float32], dtype: str = "F32") -> Stored:
    """Store values in one of the dtypes an adapter may have."""
    if dtype == "BF16":
        return Stored(dtype, values.shape, (values.view("<u4") >> 16).astype("<u2").tobytes())
    return Stored(dtype, values.shape, values.astype({"F32": "<f4", "F16": "<f2"}[dtype]).tobytes())


def mlx_lm_tensors(*, prefix: str = "", modules: tuple[str, ...] = MODULES, rank: int = RANK) -> dict[str, npt.NDArray[np.float32]]:
    """Make the tensors of an adapter on two layers, as mlx-lm names and lays them out."""
    tensors = {}
    for seed, module in enumerate(modules):
        tensors[f"{prefix}{module}.lora_a"] = factors(IN, rank, seed=2 * seed)
        tensors[f"{prefix}{module}.lora_b"] = factors(rank, OUT, seed=2 * seed + 1)
    return tensors


def magnitudes(modules: tuple[str, ...] = MODULES) -> dict[str, npt.NDArray[np.float32]]:
    """Make what DoRA adds to them."""
    return {f"{module}.m": np.abs(factors(OUT, seed=100 + seed)) for seed, module in enumerate(modules)}


def mlx_vlm_tensors(*, modules: tuple[str, ...] = MODULES) -> dict[str, npt.NDArray[np.float32]]:
    """Make the same adapter as mlx-vlm named it before it wrote mlx-lm's format."""
    return {
        f"language_model.{name[: -len('lora_a')]}{name[-1].upper()}": tensor for name, tensor in mlx_lm_tensors(modules=modules).items()
    }


def peft_tensors(
    *, prefix: str = "base_model.model.model.", infix: str = "", modules: tuple[str, ...] = MODULES, rank: int = RANK
) -> dict[str, npt.NDArray[np.float32]]:
    """Make the same adapter as PEFT names and lays it out; `prefix` stands before `layers`."""
    return {
        f"{prefix}{name[len('model.') : -len('.lora_a')]}.lora_{name[-1].upper()}{infix}.weight": np.ascontiguousarray(tensor.T)
        for name, tensor in mlx_lm_tensors(modules=modules, rank=rank).items()
    }


def safetensors_bytes(tensors: Tensors, *, header: Mapping[str, object] | bytes | None = None, header_bytes: int | None = None) -> bytes:
    """Lay out a safetensors file; `header` and `header_bytes` replace what would be right."""
    entries, content = {}, b""
    for name, tensor in tensors.items():
        kept = tensor if isinstance(tensor, Stored) else stored(tensor)
        entries[name] = {"dtype": kept.dtype, "shape": kept.shape, "data_offsets": [len(content), len(content) + len(kept.content)]}
        content += kept.content
    text = header if isinstance(header, bytes) else json.dumps(entries if header is None else header).encode()
    return struct.pack("<Q", len(text) if header_bytes is None else header_bytes) + text + content


def write_folder(folder: Path, config: object, **files: bytes) -> Path:
    """Write a configuration, an object or the bytes themselves, and other files; `__` in a file's name stands for its dot."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "adapter_config.json").write_bytes(config if isinstance(config, bytes) else json.dumps(config).encode())
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_bytes(content)
    return folder


def write_mlx_lm(folder: Path, config: object = MLX_LM_CONFIG, tensors: Tensors | None = None) -> Path:
    """Write an adapter in mlx-lm's format."""
    return write_folder(folder, config, adapters__safetensors=safetensors_bytes(mlx_lm_tensors() if tensors is None else tensors))


def write_peft(folder: Path, config: object = PEFT_CONFIG, tensors: Tensors | None = None) -> Path:
    """Write an adapter in PEFT's format."""
    return write_folder(folder, config, adapter_model__safetensors=safetensors_bytes(peft_tensors() if tensors is None else tensors))
