"""candor's own record of a training: believed of the weights that it names, and of no others; whatever lies in its place does no harm."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adapters.files.reading import TrainingRecord, read_adapter
from adapters.files.training_file import BaseIdentity, DataIdentity, TrainingFile
from tests.adapters.adapter_files import MLX_LM_CONFIG, factors, mlx_lm_tensors, write_mlx_lm, write_peft

PLAN = MLX_LM_CONFIG | {"iters": 20, "batch_size": 4, "grad_accumulation_steps": 2, "learning_rate": 1e-5}
PLANNED = TrainingRecord(basis="planned", iterations=20, learning_rate=1e-5, batch_size=4, examples_seen=80, effective_updates=10)
DATA = DataIdentity(name="train.jsonl", digest="sha256:rows", rows=50, rows_cut=2, rows_dropped=1, told=("line 7 is cut",))
DONE = TrainingRecord(
    basis="done",
    iterations=13,
    learning_rate=2e-5,
    batch_size=4,
    examples_seen=49,
    effective_updates=7,
    state="stopped",
    rows_trained=49,
    tokens_trained=3120,
    epochs=0.98,
    rows_cut=2,
    rows_dropped=1,
    final_loss=2.31,
    final_validation_loss=2.5,
    wall_time_s=12.5,
    base_digest="sha256:base",
    data_digest="sha256:rows",
)


def told(digest: str | None, **changes: Any) -> dict[str, Any]:
    """What candor's command leaves, with other values for some."""
    file = TrainingFile(
        state="stopped",
        adapter_digest=digest,
        base=BaseIdentity(name="tiny", digest="sha256:base", num_layers=2),
        train=DATA,
        validation=None,
        settings={"learning_rate": 2e-5, "batch_size": 4, "num_steps": 20},
        versions={"candor": "1"},
        optimizer_steps=7,
        batches=13,
        rows_trained=49,
        tokens_trained=3120,
        epochs=0.98,
        rows_cut=2,
        rows_dropped=1,
        final_loss=2.31,
        final_validation_loss=2.5,
        wall_time_s=12.5,
    )
    built: dict[str, Any] = msgspec.to_builtins(file) | changes
    return built


def leave(folder: Path, content: object) -> TrainingRecord:
    """Put a file beside the adapter, and say what is read then."""
    (folder / "training.json").write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return read_adapter(folder).record


@pytest.mark.parametrize("write", [lambda folder: write_mlx_lm(folder, PLAN), write_peft])
def test_what_was_done_is_told_in_place_of_what_was_planned(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    digest = read_adapter(write(tmp_path)).digest
    assert leave(tmp_path, told(digest)) == DONE
    assert leave(tmp_path, told(digest, a_later_versions="field")) == DONE


def test_the_weights_that_a_training_began_with_are_named_and_why_it_ended(tmp_path: Path) -> None:
    digest = read_adapter(write_mlx_lm(tmp_path, PLAN)).digest
    record = leave(tmp_path, told(digest, started_from="runs/first", note="stopped at step 7:\n it repeats itself\x1b"))
    assert (record.resumed_from, record.note) == ("first", "stopped at step 7: it repeats itself\N{REPLACEMENT CHARACTER}")


@pytest.mark.parametrize(
    ("content", "doubt"),
    [
        (told("sha256:others"), "training.json tells of other weights than those beside it, and is not believed"),
        (told(None), "training.json tells of a training that has made no weights yet: those beside it are not its own"),
    ],
)
def test_what_tells_of_other_weights_is_not_believed(tmp_path: Path, content: object, doubt: str) -> None:
    write_mlx_lm(tmp_path, PLAN)
    assert leave(tmp_path, content) == msgspec.structs.replace(PLANNED, note=doubt)


def test_weights_that_were_changed_afterwards_are_no_more_what_was_trained(tmp_path: Path) -> None:
    digest = read_adapter(write_mlx_lm(tmp_path, PLAN)).digest
    assert leave(tmp_path, told(digest)).basis == "done"
    write_mlx_lm(tmp_path, PLAN, mlx_lm_tensors() | {"model.layers.0.self_attn.q_proj.lora_b": factors(2, 6, seed=99)})
    assert read_adapter(tmp_path).record.basis == "planned"


def test_a_note_of_the_format_is_kept_beside_the_doubt(tmp_path: Path) -> None:
    write_peft(tmp_path)
    (tmp_path / "trainer_state.json").write_text("[]")
    note = leave(tmp_path, told("sha256:others")).note
    assert note
    assert note.startswith("trainer_state.json is not read")
    assert note.endswith("and is not believed")


@pytest.mark.parametrize("content", [{}, {"format": 1}, {"state": "done", "steps": 100}, {"settings": {}, "log": [1]}])
def test_another_programs_file_of_the_name_is_passed_over(tmp_path: Path, content: object) -> None:
    write_mlx_lm(tmp_path, PLAN)
    assert leave(tmp_path, content) == PLANNED


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[1, 2]",
        b"null",
        b"[" * 100_000,
        b'{"a":' * 40_000,
        b"1" * 200_000,
        json.dumps(told("sha256:x")).encode().replace(b'"state"', b'"state": "failed", "state"', 1),
        b" " * (300 << 10),
        told("sha256:x", format=2),
        told("sha256:x", state="done"),
        told("sha256:x", optimizer_steps=-1),
        told("sha256:x", batches=2**70),
        told("sha256:x", rows_trained="49"),
        told("sha256:x", final_loss=[]),
        told("sha256:x", adapter_digest="x" * 1000),
        json.dumps(told("sha256:x")).encode().replace(b"2.31", b"1e999"),
        json.dumps(told("sha256:x")).encode().replace(b"2.31", b"NaN"),
    ],
    ids=range(19),
)
def test_what_is_no_such_record_is_said_in_one_line_and_nothing_else_is_changed(tmp_path: Path, broken: object) -> None:
    write_mlx_lm(tmp_path, PLAN)
    record = leave(tmp_path, broken)
    assert record.note
    assert record.note.startswith("training.json is not read: ")
    assert "\n" not in record.note
    assert len(record.note) < 400
    assert msgspec.structs.replace(record, note=None) == PLANNED


@pytest.mark.parametrize("settings", [{}, {"learning_rate": "fast", "batch_size": True}, {"learning_rate": [1], "batch_size": -4}])
def test_settings_that_are_none_are_left_out(tmp_path: Path, settings: dict[str, object]) -> None:
    digest = read_adapter(write_mlx_lm(tmp_path, PLAN)).digest
    record = leave(tmp_path, told(digest, settings=settings))
    assert (record.learning_rate, record.batch_size, record.basis) == (None, None, "done")


def test_a_pipe_or_a_folder_in_its_place_keeps_nobody_waiting(tmp_path: Path) -> None:
    write_mlx_lm(tmp_path, PLAN)
    os.mkfifo(tmp_path / "training.json")
    assert "is not a file" in str(read_adapter(tmp_path).record.note)
    (tmp_path / "training.json").unlink()
    (tmp_path / "training.json").mkdir()
    assert "is not a file" in str(read_adapter(tmp_path).record.note)


def test_a_link_out_of_the_folders_is_not_followed(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    digest = read_adapter(write_mlx_lm(inside, PLAN)).digest
    shutil.copytree(inside, outside)
    leave(outside, told(digest))
    (inside / "training.json").symlink_to(outside / "training.json")
    record = read_adapter(inside, within=(inside,)).record
    assert record.basis == "planned"
    assert "leads out of the folders" in str(record.note)
