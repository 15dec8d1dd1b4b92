"""Folders that are no adapters, or none that can be served: each is made in its place from the good one beside it."""

import json
import os
import shutil
from pathlib import Path

import numpy as np

from tests.adapters.adapter_files import MLX_LM_CONFIG, mlx_lm_tensors, safetensors_bytes, write_folder, write_mlx_lm

WEIGHTS = "adapters.safetensors"


def copy(place: Path) -> Path:
    """A good adapter, to be spoilt; gives its weights."""
    shutil.copytree(place.parent / "good", place)
    return place / WEIGHTS


def make_empty(place: Path) -> None:
    place.mkdir()


def make_pickle(place: Path) -> None:
    copy(place).rename(place / "adapter_model.bin")


def make_huge_header(place: Path) -> None:
    weights = copy(place)
    weights.write_bytes((10 << 30).to_bytes(8, "little") + weights.read_bytes()[8:])


def make_truncated(place: Path) -> None:
    weights = copy(place)
    weights.write_bytes(weights.read_bytes()[:-100])


def make_nan(place: Path) -> None:
    weights = copy(place)
    weights.write_bytes(weights.read_bytes()[:-4] + np.float32(np.nan).tobytes())


def make_other_architecture(place: Path) -> None:
    write_mlx_lm(place)


def make_infinite(place: Path) -> None:
    weights = copy(place)
    weights.write_bytes(weights.read_bytes()[:-4] + np.float32(-np.inf).tobytes())


def spoil_header(place: Path, **changes: object) -> None:
    """Rewrite the header's entry of the first tensor."""
    weights = copy(place)
    content = weights.read_bytes()
    end = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:end])
    first = next(name for name in header if name != "__metadata__")
    header[first] |= changes
    spoilt = json.dumps(header).encode()
    weights.write_bytes(len(spoilt).to_bytes(8, "little") + spoilt + content[end:])


def make_float8(place: Path) -> None:
    spoil_header(place, dtype="F8_E4M3")


def make_wrong_shape(place: Path) -> None:
    spoil_header(place, shape=[1 << 39, 1 << 39])


def spoil_config(place: Path, content: bytes) -> None:
    copy(place)
    (place / "adapter_config.json").write_bytes(content)


def make_deep_config(place: Path) -> None:
    spoil_config(place, b'{"lora_parameters": ' * 10_000)


def make_text_for_rank(place: Path) -> None:
    spoil_config(place, b'{"lora_parameters": {"rank": "4", "scale": 1}}')


def make_negative_rank(place: Path) -> None:
    spoil_config(place, b'{"lora_parameters": {"rank": -4, "scale": 1}}')


def make_endless_rank(place: Path) -> None:
    spoil_config(place, b'{"lora_parameters": {"rank": 1e308, "scale": 1}}')


def make_useless(place: Path) -> None:
    spoil_config(place, b'{"lora_parameters": {"rank": 4, "scale": 0}}')


def make_dora(place: Path) -> None:
    spoil_config(place, b'{"fine_tune_type": "dora", "lora_parameters": {"rank": 4, "scale": 1}}')


def make_folder_for_weights(place: Path) -> None:
    weights = copy(place)
    weights.unlink()
    weights.mkdir()


def make_endless_weights(place: Path) -> None:
    weights = copy(place)
    weights.unlink()
    weights.symlink_to("/dev/zero")


def make_high_rank(place: Path) -> None:
    config = MLX_LM_CONFIG | {"lora_parameters": {"rank": 64, "scale": 1.0, "dropout": 0.0, "keys": ["self_attn.q_proj"]}}
    write_mlx_lm(place, config, mlx_lm_tensors(modules=("model.layers.0.self_attn.q_proj",), rank=64))


def make_noise(place: Path) -> None:
    write_folder(place, b"\xff" * 1000, adapters__safetensors=safetensors_bytes({}))


def make_pipe(place: Path) -> None:
    weights = copy(place)
    weights.unlink()
    os.mkfifo(weights)


def make_link_out(place: Path) -> None:
    place.symlink_to(place.parent.parent / "outside")


def make_file_link_out(place: Path) -> None:
    weights = copy(place)
    weights.unlink()
    weights.symlink_to(place.parent.parent / "outside" / WEIGHTS)
