"""mlx-vlm's own format: the same adapter under other names, and a scale that its versions disagree on."""

from pathlib import Path
from typing import Any

import pytest

from adapters.base.shape import BaseShape
from adapters.errors import MismatchedAdapter, UnreadableAdapter
from adapters.files.module_names import PROJECTIONS
from adapters.files.reading import AdapterWeights, TrainingRecord, read_adapter
from tests.adapters.adapter_files import (
    IN,
    MLX_LM_CONFIG,
    MLX_VLM_CONFIG,
    MODULES,
    OUT,
    RANK,
    mlx_vlm_tensors,
    safetensors_bytes,
    write_folder,
    write_mlx_lm,
)


def read(folder: Path, config: object = MLX_VLM_CONFIG, tensors: Any = None, base: BaseShape | None = None) -> AdapterWeights:
    content = safetensors_bytes(mlx_vlm_tensors() if tensors is None else tensors)
    return read_adapter(write_folder(folder, config, adapters__safetensors=content), base=base)


def test_it_is_the_adapter_that_mlx_lm_would_write(tmp_path: Path) -> None:
    adapter = read(tmp_path / "mlx-vlm")
    assert (adapter.format, adapter.rank, adapter.scale, adapter.kind) == ("mlx-vlm", RANK, 20.0, "lora")
    assert adapter.digest == read_adapter(write_mlx_lm(tmp_path / "mlx-lm", MLX_LM_CONFIG)).digest


@pytest.mark.parametrize(
    ("fields", "scale", "note"),
    [
        ({}, 20.0, "its scale is 20, alpha, as mlx-vlm up to 0.4 trained it; if 0.5 or newer did, it is alpha / rank: "
                   'write "scale": 10 into its adapter_config.json'),
        ({"scale": 10.0}, 10.0, None),
        ({"base_quantization": {}}, 10.0, None),
    ],
)  # fmt: skip
def test_the_scale_is_alpha_unless_something_says_otherwise(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, fields: dict[str, object], scale: float, note: str | None
) -> None:
    adapter = read(tmp_path, MLX_VLM_CONFIG | fields)
    assert (adapter.scale, adapter.record) == (scale, TrainingRecord(note=note))
    assert (note or "") in caplog.text


def test_alpha_has_mlx_vlms_default(tmp_path: Path) -> None:
    assert read(tmp_path, {"rank": RANK}).scale == 0.1


@pytest.mark.parametrize("field", ["use_rslora", "r", "keys"])
def test_a_field_that_is_not_known_is_refused(tmp_path: Path, field: str) -> None:
    with pytest.raises(UnreadableAdapter, match=f"contains unknown field `{field}`"):
        read(tmp_path, MLX_VLM_CONFIG | {field: None})


def test_tensors_that_do_not_fit_are_named(tmp_path: Path) -> None:
    tensors = mlx_vlm_tensors() | {"language_model.model.layers.1.mlp.up_proj.C": mlx_vlm_tensors()[f"language_model.{MODULES[0]}.A"]}
    del tensors[f"language_model.{MODULES[1]}.B"]
    with pytest.raises(MismatchedAdapter) as refused:
        read(tmp_path, tensors=tensors)
    assert refused.value.mismatches == (
        "language_model.model.layers.1.mlp.up_proj.C: unexpected, expected A or B of a module in model.layers",
        f"{MODULES[1]}.B: missing",
    )


def test_what_one_layer_has_all_have(tmp_path: Path) -> None:
    base = BaseShape(num_layers=3, linears={f"model.layers.{layer}.{name}": (IN, OUT) for layer in range(3) for name in PROJECTIONS})
    with pytest.raises(MismatchedAdapter) as refused:
        read(tmp_path, base=base)
    assert refused.value.mismatches == tuple(
        f"model.layers.2.{kind}: missing, though the configuration targets it" for kind in ("mlp.up_proj", "self_attn.q_proj")
    )
