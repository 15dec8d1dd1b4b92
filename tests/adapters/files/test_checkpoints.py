"""What was done is known where a numbered checkpoint holds the adapter's weights."""

from pathlib import Path

import pytest

from adapters.files.checkpoints import PIECE_BYTES
from adapters.files.reading import TrainingRecord, read_adapter
from tests.adapters.adapter_files import (
    MLX_LM_CONFIG,
    MLX_VLM_CONFIG,
    mlx_lm_tensors,
    mlx_vlm_tensors,
    safetensors_bytes,
    write_folder,
    write_mlx_lm,
)

PLAN: dict[str, object] = {"iters": 20, "batch_size": 2, "grad_accumulation_steps": 2}
PLANNED = TrainingRecord(basis="planned", iterations=20, batch_size=2, examples_seen=40, effective_updates=10)


def after(num_iterations: int) -> bytes:
    """Make the weights that a training has after so many iterations."""
    return safetensors_bytes({name: tensor * (1 + num_iterations) for name, tensor in mlx_lm_tensors().items()})


def read_record(folder: Path, plan: dict[str, object], weights: bytes, checkpoints: dict[int, bytes]) -> TrainingRecord:
    write_mlx_lm(folder, MLX_LM_CONFIG | plan)
    (folder / "adapters.safetensors").write_bytes(weights)
    for number, content in checkpoints.items():
        (folder / f"{number:07d}_adapters.safetensors").write_bytes(content)
    return read_adapter(folder).record


@pytest.mark.parametrize(
    ("last", "checkpoints", "record"),
    [
        (20, {10: after(10), 20: after(20)},
         TrainingRecord(basis="done", iterations=20, batch_size=2, examples_seen=40, effective_updates=10)),
        (10, {5: after(5), 10: after(10)},  # it broke off
         TrainingRecord(basis="done", iterations=10, batch_size=2, examples_seen=20, effective_updates=5)),
        (5, {5: after(5), 10: after(10), 20: after(20)},  # an earlier checkpoint copied into its place
         TrainingRecord(basis="done", iterations=5, batch_size=2, examples_seen=8, effective_updates=2)),
        (20, {15: after(20), 20: after(20)},  # the rate had sunk to nothing
         TrainingRecord(basis="done", iterations=20, batch_size=2, examples_seen=40, effective_updates=10)),
        (20, {8: after(8), 16: after(16)}, PLANNED),
        (20, {20: after(20)[:-8]}, PLANNED),
        (20, {}, PLANNED),
        (40, {40: after(40)},
         TrainingRecord(note="its weights are those of its checkpoint after 40 iterations, of another training than the configuration's: "
                        "that has 20")),
    ],
)  # fmt: skip
def test_the_last_checkpoint_with_the_same_weights_says_what_was_done(
    tmp_path: Path, last: int, checkpoints: dict[int, bytes], record: TrainingRecord
) -> None:
    assert read_record(tmp_path, PLAN, after(last), checkpoints) == record


def test_a_training_that_went_on_from_another_has_no_totals(tmp_path: Path) -> None:
    resumed = {"resume_adapter_file": "first/adapters.safetensors"}
    assert read_record(tmp_path, PLAN | resumed, after(20), {20: after(20)}) == TrainingRecord(
        basis="done", iterations=20, batch_size=2, resumed_from="adapters.safetensors"
    )


def test_without_a_plan_the_checkpoint_says_it_alone(tmp_path: Path) -> None:
    assert read_record(tmp_path / "mlx-lm-lora", {}, after(3), {3: after(3)}) == TrainingRecord(basis="done", iterations=3)
    weights = safetensors_bytes(mlx_vlm_tensors())
    folder = write_folder(tmp_path / "mlx-vlm", MLX_VLM_CONFIG | {"scale": 1.0}, adapters__safetensors=weights)
    (folder / "0000007_adapters.safetensors").write_bytes(weights)
    assert read_adapter(folder).record == TrainingRecord(basis="done", iterations=7)


def test_files_that_differ_late_are_told_apart(tmp_path: Path) -> None:
    tensors = mlx_lm_tensors(rank=PIECE_BYTES // 16)
    config = {"lora_parameters": {"rank": PIECE_BYTES // 16, "scale": 1.0}, "iters": 1}
    whole = safetensors_bytes(tensors)
    write_mlx_lm(tmp_path, config, tensors)
    for content, basis in ((whole, "done"), (whole[:-1] + b"?", "planned"), (whole + b"?", "planned")):
        (tmp_path / "0000001_adapters.safetensors").write_bytes(content)
        assert read_adapter(tmp_path).record.basis == basis


@pytest.mark.parametrize("name", ["20_adapters.safetensors", "0000020_adapters.safetensors.tmp", "x0000020_adapters.safetensors"])
def test_other_names_are_no_checkpoints(tmp_path: Path, name: str) -> None:
    write_mlx_lm(tmp_path, MLX_LM_CONFIG | PLAN)
    (tmp_path / name).write_bytes((tmp_path / "adapters.safetensors").read_bytes())
    assert read_adapter(tmp_path).record == PLANNED


def test_checkpoints_that_cannot_be_read_prove_nothing(tmp_path: Path) -> None:
    write_mlx_lm(tmp_path, MLX_LM_CONFIG | PLAN)
    (tmp_path / "0000020_adapters.safetensors").mkdir()
    (tmp_path / "0000010_adapters.safetensors").symlink_to("nowhere")
    assert read_adapter(tmp_path).record == PLANNED


def test_checkpoints_outside_the_roots_are_not_read(tmp_path: Path) -> None:
    folder = write_mlx_lm(tmp_path / "root" / "adapter", MLX_LM_CONFIG | PLAN)
    (tmp_path / "outside").write_bytes((folder / "adapters.safetensors").read_bytes())
    (folder / "0000020_adapters.safetensors").symlink_to(tmp_path / "outside")
    assert read_adapter(folder, within=[tmp_path / "root"]).record == PLANNED
    assert read_adapter(folder).record.basis == "done"
