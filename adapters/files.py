"""Read an adapter's folder in mlx-lm's format.

The folder holds `adapter_config.json` {fine_tune_type, num_layers, lora_parameters {rank, scale, keys}} and `adapters.safetensors`
with `<module>.lora_a` (in, rank) and `<module>.lora_b` (rank, out), as written by `mlx_lm.lora`.
"""

from pathlib import Path

import mlx.core as mx
import msgspec

from adapters.digest import digest_adapter
from adapters.errors import MismatchedAdapter, UnreadableAdapter, UnsupportedAdapter

CONFIG_NAME = "adapter_config.json"
WEIGHTS_NAME = "adapters.safetensors"
PEFT_WEIGHTS_NAME = "adapter_model.safetensors"


class LoraParameters(msgspec.Struct, frozen=True):
    """The part of mlx-lm's configuration that serving needs; training's own fields are left alone."""

    rank: int
    scale: float


class AdapterConfig(msgspec.Struct, frozen=True):
    """mlx-lm's `adapter_config.json`; fields that only its trainer reads are ignored."""

    lora_parameters: LoraParameters
    fine_tune_type: str = "lora"


class LowRankPair(msgspec.Struct, frozen=True):
    """The update of one linear layer: `x @ a @ b`, not yet scaled."""

    a: mx.array  # (in, rank)
    b: mx.array  # (rank, out)


class AdapterWeights(msgspec.Struct, frozen=True, kw_only=True):
    """An adapter as read from its folder, paired but not yet held against a base."""

    path: Path
    pairs: dict[str, LowRankPair]  # by the module's name in the base, such as model.layers.0.self_attn.q_proj
    scale: float
    digest: str


def read_adapter(path: Path) -> AdapterWeights:
    """Read and pair the tensors of the adapter in folder `path`.

    Raises UnreadableAdapter, UnsupportedAdapter, or MismatchedAdapter for tensors without their partner.
    """
    if not path.is_dir():
        raise UnreadableAdapter(f"expected a folder with {CONFIG_NAME} and {WEIGHTS_NAME}, but {path} is not a folder")
    config = _read_config(path)
    tensors = _read_tensors(path)
    return AdapterWeights(
        path=path,
        pairs=_pair(tensors),
        scale=config.lora_parameters.scale,
        digest=digest_adapter(path / WEIGHTS_NAME, config.lora_parameters.scale),
    )


def _read_config(path: Path) -> AdapterConfig:
    if (path / PEFT_WEIGHTS_NAME).exists() and not (path / WEIGHTS_NAME).exists():
        raise UnsupportedAdapter(f"{path} is an adapter in PEFT's format, which is not served yet: convert it to mlx-lm's")
    try:
        raw = (path / CONFIG_NAME).read_bytes()
        kind = msgspec.json.decode(raw, type=dict[str, object]).get("fine_tune_type", "lora")
        if kind != "lora":
            raise UnsupportedAdapter(f"{path} has fine_tune_type {kind!r}, which is not served yet: expected 'lora'")
        return msgspec.json.decode(raw, type=AdapterConfig)
    except FileNotFoundError as exc:
        raise UnreadableAdapter(f"{path} has no {CONFIG_NAME}") from exc
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as exc:
        raise UnreadableAdapter(f"{path / CONFIG_NAME} is not mlx-lm's adapter configuration: {exc}") from exc


def _read_tensors(path: Path) -> dict[str, mx.array]:
    file = path / WEIGHTS_NAME
    if not file.is_file():
        raise UnreadableAdapter(f"{path} has no {WEIGHTS_NAME}")
    try:
        tensors = mx.load(str(file))
    except (RuntimeError, ValueError) as exc:
        raise UnreadableAdapter(f"{file} is not a whole safetensors file: {exc}") from exc
    if not isinstance(tensors, dict) or not tensors:
        raise UnreadableAdapter(f"{file} holds no tensors")
    return tensors


def _pair(tensors: dict[str, mx.array]) -> dict[str, LowRankPair]:
    modules: dict[str, dict[str, mx.array]] = {}
    mismatches = []
    for name, tensor in tensors.items():
        module, _, leaf = name.rpartition(".")
        if leaf not in ("lora_a", "lora_b"):
            mismatches.append(f"{name}: unexpected, expected <module>.lora_a or <module>.lora_b")
            continue
        modules.setdefault(module, {})[leaf] = tensor
    for module, leaves in modules.items():
        mismatches += [f"{module}.{leaf}: missing" for leaf in ("lora_a", "lora_b") if leaf not in leaves]
    if mismatches:
        raise MismatchedAdapter(mismatches)
    return {module: LowRankPair(leaves["lora_a"], leaves["lora_b"]) for module, leaves in sorted(modules.items())}
