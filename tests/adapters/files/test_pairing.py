"""Everything that is wrong with an adapter's tensors is said at once."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from adapters.base.shape import BaseShape
from adapters.errors import MAX_LISTED, MismatchedAdapter
from adapters.files.formats.mlx_lm import MlxLmFormat
from adapters.files.module_names import PROJECTIONS
from adapters.files.pairing import read_pairs
from adapters.files.reading import read_adapter
from adapters.files.tensor_file import Floats, StoredTensor, TensorFile
from tests.adapters.adapter_files import (
    IN,
    MLX_LM_CONFIG,
    MODULES,
    OUT,
    PEFT_CONFIG,
    RANK,
    Stored,
    factors,
    mlx_lm_tensors,
    peft_tensors,
    write_mlx_lm,
    write_peft,
)

UP, QUERY = MODULES[:2]
NO_PLACE = "unexpected, expected lora_a or lora_b of a module in model.layers"


BASE = BaseShape(num_layers=2, linears={f"model.layers.{layer}.{name}": (IN, OUT) for layer in range(2) for name in PROJECTIONS})


def mismatches(folder: Path, base: BaseShape | None = None, max_rank: int | None = None) -> tuple[str, ...]:
    with pytest.raises(MismatchedAdapter) as refused:
        read_adapter(folder, base=base, max_rank=max_rank)
    return refused.value.mismatches


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"model.norm.lora_a": factors(2, 2)}, f"model.norm.lora_a: {NO_PLACE}"),
        ({f"{UP}.weight": factors(2, 2)}, f"{UP}.weight: {NO_PLACE}"),
        ({"model.layers.01.mlp.up_proj.lora_a": factors(2, 2)}, f"model.layers.01.mlp.up_proj.lora_a: {NO_PLACE}"),
        ({"model.layers.1000.mlp.up_proj.lora_a": factors(2, 2)}, f"model.layers.1000.mlp.up_proj.lora_a: {NO_PLACE}"),
        ({f"language_model.{UP}.lora_a": factors(2, 2)},
         f"language_model.{UP}.lora_a: unexpected, {UP}.lora_a is the same factor of the same module"),
        ({"model.layers.1.mlp.down_proj.lora_a": factors(8, RANK)}, "model.layers.1.mlp.down_proj.lora_b: missing"),
        ({f"{UP}.lora_a": factors(8, 3)}, f"{UP}: lora_a has rank 3, lora_b has rank 2"),
        ({f"{UP}.lora_a": factors(8, 3), f"{UP}.lora_b": factors(3, OUT)}, f"{UP}: its rank is 3, in the configuration 2"),
        ({f"{UP}.lora_a": factors(8, 0), f"{UP}.lora_b": factors(0, OUT)}, f"{UP}: its rank is 0, in the configuration 2"),
        ({f"{UP}.lora_b": factors(0)},
         f"{UP}.lora_b: it is empty, as DeepSpeed's ZeRO-3 leaves what was not gathered before it was saved"),
        ({f"{UP}.lora_a": factors(16)}, f"{UP}.lora_a: its shape is [16], expected two dimensions"),
        ({f"{UP}.lora_b": factors(1, RANK, OUT)}, f"{UP}.lora_b: its shape is [1, 2, 6], expected two dimensions"),
        ({f"{UP}.lora_a": Stored("I8", (8, RANK), bytes(16))}, f"{UP}.lora_a: its dtype is I8, expected one of F32, F16, BF16"),
        ({f"{UP}.lora_a": Stored("F64", (8, RANK), bytes(128))}, f"{UP}.lora_a: its dtype is F64, expected one of F32, F16, BF16"),
        ({f"{UP}.lora_a": np.full((8, RANK), np.nan, np.float32)}, f"{UP}.lora_a: holds values that are not finite"),
        ({f"{UP}.lora_b": np.full((RANK, OUT), np.inf, np.float32)}, f"{UP}.lora_b: holds values that are not finite, times its scale"),
        ({f"{UP}.lora_b": np.full((RANK, OUT), 3e38, np.float32)}, f"{UP}.lora_b: holds values that are not finite, times its scale"),
        ({f"{UP}.lora_a": Stored("F16", (8, RANK), b"\x00\x7c" * 16)}, f"{UP}.lora_a: holds values that are not finite"),
        ({f"{UP}.lora_a": Stored("BF16", (8, RANK), b"\xc0\x7f" * 16)}, f"{UP}.lora_a: holds values that are not finite"),
    ],
)  # fmt: skip
def test_a_tensor_that_does_not_fit_is_named(tmp_path: Path, changed: Mapping[str, Stored], line: str) -> None:
    assert mismatches(write_mlx_lm(tmp_path, tensors={**mlx_lm_tensors(), **changed})) == (line,)


def test_all_of_it_is_in_one_error(tmp_path: Path) -> None:
    tensors: dict[str, object] = {
        **mlx_lm_tensors(),
        "unknown": factors(1),
        f"{UP}.lora_a": factors(8, 3),
        "model.layers.1.mlp.up_proj.lora_b": np.full((RANK, OUT), np.nan, np.float32),
        "model.layers.1.self_attn.q_proj.lora_a": Stored("I8", (4,), bytes(4)),
    }
    del tensors[f"{QUERY}.lora_b"]
    assert mismatches(write_mlx_lm(tmp_path, tensors=tensors)) == (  # type: ignore[arg-type]
        f"unknown: {NO_PLACE}",
        "model.layers.0.self_attn.q_proj.lora_b: missing",
        "model.layers.0.mlp.up_proj: lora_a has rank 3, lora_b has rank 2",
        "model.layers.1.self_attn.q_proj.lora_a: its dtype is I8, expected one of F32, F16, BF16",
        "model.layers.1.self_attn.q_proj.lora_a: its shape is [4], expected two dimensions",
        "model.layers.1.mlp.up_proj.lora_b: holds values that are not finite, times its scale",
    )


def test_pefts_tensors_are_named_as_peft_names_them(tmp_path: Path) -> None:
    tensors = peft_tensors()
    tensors["base_model.model.model.layers.0.mlp.up_proj.lora_A.weight"] = factors(3, 8)
    del tensors["base_model.model.model.layers.1.mlp.up_proj.lora_B.weight"]
    assert mismatches(write_peft(tmp_path, tensors=tensors)) == (
        "model.layers.1.mlp.up_proj.lora_B.weight: missing",
        "model.layers.0.mlp.up_proj: lora_A.weight has rank 3, lora_B.weight has rank 2",
    )


def test_a_rank_above_the_highest_served_is_refused(tmp_path: Path) -> None:
    assert read_adapter(write_mlx_lm(tmp_path), max_rank=RANK).rank == RANK
    assert mismatches(tmp_path, max_rank=1) == ("its rank is 2, and the highest that is served here 1",)


@pytest.mark.parametrize("write", [write_mlx_lm, write_peft])
def test_an_adapter_that_fits_its_base_is_read(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    assert tuple(read_adapter(write(tmp_path), base=BASE).pairs) == MODULES


def test_what_does_not_fit_the_base_is_listed_with_everything_else(tmp_path: Path) -> None:
    wide, narrow = "model.layers.1.mlp.down_proj", "model.layers.1.self_attn.v_proj"
    tensors = mlx_lm_tensors(modules=(*MODULES, "model.layers.2.mlp.up_proj", "model.layers.2.self_attn.q_proj", wide, narrow))
    tensors |= {
        f"{wide}.lora_a": factors(IN + 1, RANK),
        f"{wide}.lora_b": factors(RANK, OUT - 1),
        f"{narrow}.lora_a": factors(IN, 9),
        f"{narrow}.lora_b": factors(9, OUT),
    }
    tensors[f"{UP}.lora_a"][0, 0] = np.nan
    assert mismatches(write_mlx_lm(tmp_path, tensors=tensors), BASE, max_rank=8) == (
        f"{wide}: expected {IN} inputs, the adapter has {IN + 1}",
        f"{wide}: expected {OUT} outputs, the adapter has {OUT - 1}",
        f"{narrow}: its rank is 9, in the configuration 2",
        "model.layers.2.mlp.up_proj: no such linear layer in the base",
        "model.layers.2.self_attn.q_proj: no such linear layer in the base",
        "its rank is 9, and the highest that is served here 8",
        f"{UP}.lora_a: holds values that are not finite",
    )


@pytest.mark.parametrize("write", [write_mlx_lm, write_peft])
def test_a_layer_of_the_base_without_the_tensors_that_are_due_is_missed(tmp_path: Path, write: Callable[[Path, object], Path]) -> None:
    base = BaseShape(num_layers=3, linears={f"model.layers.{layer}.{name}": (IN, OUT) for layer in range(3) for name in PROJECTIONS})
    config = MLX_LM_CONFIG | {"num_layers": -1} if write is write_mlx_lm else PEFT_CONFIG
    lines = (
        "model.layers.2.mlp.up_proj: missing, though the configuration targets it",
        "model.layers.2.self_attn.q_proj: missing, though the configuration targets it",
    )
    assert mismatches(write(tmp_path, config), base) == lines


class UnreadFile(TensorFile):
    """A file of which nothing may be read."""

    def __init__(self, shapes: Mapping[str, tuple[int, int]]) -> None:
        self.tensors = tuple(StoredTensor(name=name, dtype="F32", shape=shape, start=0, size_bytes=0) for name, shape in shapes.items())

    def read(self, tensor: StoredTensor) -> Floats:
        raise AssertionError(f"{tensor.name} was read")


@pytest.mark.parametrize("shapes", [((1 << 29, RANK), (RANK, OUT)), ((IN, 1 << 29), (RANK, OUT)), ((IN, RANK), (1 << 29, OUT))])
def test_what_cannot_fit_is_not_read(shapes: tuple[tuple[int, int], tuple[int, int]]) -> None:
    """A sparse file takes no room on the disk, but would in memory."""
    file = UnreadFile({f"{UP}.lora_a": shapes[0], f"{UP}.lora_b": shapes[1]})
    with pytest.raises(MismatchedAdapter, match=str(1 << 29)):
        read_pairs(file, file.tensors, MlxLmFormat(MLX_LM_CONFIG), base=BASE, max_rank=8)


def test_a_scale_that_is_too_large_for_its_values_is_refused(tmp_path: Path) -> None:
    lines = mismatches(write_mlx_lm(tmp_path, MLX_LM_CONFIG | {"lora_parameters": {"rank": RANK, "scale": 1e300}}))
    assert lines == tuple(f"{module}.lora_b: holds values that are not finite, times its scale" for module in MODULES)


def test_a_long_list_is_cut_in_the_message_and_whole_in_the_error(tmp_path: Path) -> None:
    odd = {f"odd.{number}": factors(1) for number in range(MAX_LISTED + 10)}
    with pytest.raises(MismatchedAdapter, match=r"and 10 more$") as refused:
        read_adapter(write_mlx_lm(tmp_path, tensors=mlx_lm_tensors() | odd))
    assert len(refused.value.mismatches) == MAX_LISTED + 10
