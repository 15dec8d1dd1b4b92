"""DoRA's magnitudes as PEFT writes them."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from adapters.errors import MismatchedAdapter
from adapters.files.reading import read_adapter
from tests.adapters.adapter_files import MODULES, OUT, PEFT_CONFIG, factors, peft_tensors, write_peft


def dora_tensors(spelling: str = "lora_magnitude_vector", *shape: int) -> dict[str, npt.NDArray[np.float32]]:
    modules = [name.removesuffix(".lora_A.weight") for name in peft_tensors() if "lora_A" in name]
    return peft_tensors() | {f"{module}.{spelling}": factors(*(shape or (OUT,)), seed=number) for number, module in enumerate(modules)}


@pytest.mark.parametrize("spelling", ["lora_magnitude_vector" + end for end in ("", ".weight", ".default", ".default.weight")])
def test_doras_magnitudes_are_read_however_they_are_spelled(tmp_path: Path, spelling: str) -> None:
    plain = read_adapter(write_peft(tmp_path / "plain"))
    for shape in ((OUT,), (OUT, 1)):
        adapter = read_adapter(write_peft(tmp_path / "dora", PEFT_CONFIG | {"use_dora": True}, dora_tensors(spelling, *shape)))
        assert (adapter.kind, plain.kind) == ("dora", "lora")
        assert adapter.digest != plain.digest
        for number, module in enumerate(MODULES):
            magnitude = adapter.pairs[module].magnitude
            assert magnitude is not None and np.array_equal(magnitude, factors(*shape, seed=number).reshape(-1))
            assert np.array_equal(adapter.pairs[module].b, plain.pairs[module].b)


def test_magnitudes_and_use_dora_must_agree(tmp_path: Path) -> None:
    name = "base_model.model.model.layers.0.mlp.up_proj.lora_magnitude_vector"
    without = {key: tensor for key, tensor in dora_tensors().items() if key != name}
    for config, tensors, lines in (
        ({}, dora_tensors(), ["unexpected, use_dora is not set"] * 4),
        ({"use_dora": True}, peft_tensors(), ["lora_magnitude_vector: missing"] * 4),
        ({"use_dora": True}, without, ["model.layers.0.mlp.up_proj.lora_magnitude_vector: missing"]),
        ({"use_dora": True}, dora_tensors() | {name: factors(OUT + 1)}, [f"has {OUT + 1} values"]),
        ({"use_dora": True}, dora_tensors() | {name: factors(OUT, 2)}, ["its shape is"]),
        ({"use_dora": True}, dora_tensors() | {name: factors(1, OUT)}, ["its shape is"]),
        ({"use_dora": True}, dora_tensors() | {name: np.full(OUT, np.nan, np.float32)}, ["holds values that are not finite"]),
    ):
        with pytest.raises(MismatchedAdapter) as refused:
            read_adapter(write_peft(tmp_path, PEFT_CONFIG | config, tensors))
        assert len(refused.value.mismatches) == len(lines)
        assert all(part in line for line, part in zip(refused.value.mismatches, lines, strict=True)), refused.value.mismatches
