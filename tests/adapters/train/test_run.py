"""A training from its plan to its adapter: what is in the folder, and that nothing but the settings decides it."""

import json
from pathlib import Path

import mlx.core as mx
import msgspec
import numpy as np
import pytest
from mlx_lm.utils import load as mlx_lm_load

from adapters.base.device import Device
from adapters.command import CommandFault, UsageFault
from adapters.files.reading import read_adapter
from adapters.train.run import train
from tests.adapters.train.trainings import NUM_ROWS, Listener, make_plan, read_files, read_record, run, write_rows


def test_the_folder_is_the_adapter_with_its_record_and_checkpoints(small_gemma: Path, tmp_path: Path) -> None:
    outcome = run(make_plan(small_gemma, tmp_path))
    output = tmp_path / "out"
    assert (outcome.state, outcome.exit_code) == ("finished", 0)
    assert {entry.name for entry in output.iterdir()} == {
        "adapter_config.json",
        "adapters.safetensors",
        "checkpoints",
        "losses.jsonl",
        "losses.svg",
        "training.json",
    }
    assert {folder.name for folder in (output / "checkpoints").iterdir()} == {"2", "4", "6"}
    names = {"adapter_config.json", "adapters.safetensors", "optimizer.safetensors", "training.json"}
    assert all({file.name for file in folder.iterdir()} == names for folder in (output / "checkpoints").iterdir())


def test_the_record_counts_what_was_done(small_gemma: Path, tmp_path: Path) -> None:
    run(make_plan(small_gemma, tmp_path))
    record = read_record(tmp_path / "out")
    losses = [json.loads(line) for line in (tmp_path / "out" / "losses.jsonl").read_text().splitlines()]
    assert record["state"] == "finished"
    assert (record["optimizer_steps"], record["batches"], record["rows_trained"], record["epochs"]) == (6, 6, 2 * NUM_ROWS, 2.0)
    assert record["tokens_trained"] == sum(line["targets"] for line in losses)
    last = losses[-3:]  # an epoch
    assert record["final_loss"] == pytest.approx(sum(one["loss"] * one["targets"] for one in last) / sum(one["targets"] for one in last))
    assert record["final_validation_loss"] is None
    assert record["adapter_digest"] == read_adapter(tmp_path / "out").digest
    assert record["settings"]["learning_rate"] == 1e-3
    assert set(record["versions"]) == {"candor", "mlx", "mlx-lm", "python"}
    halfway = read_record(tmp_path / "out" / "checkpoints" / "4")
    assert (halfway["optimizer_steps"], halfway["rows_trained"]) == (4, 15)
    assert halfway["adapter_digest"] == read_adapter(tmp_path / "out" / "checkpoints" / "4").digest


def test_mlx_lm_loads_it(small_gemma: Path, tmp_path: Path) -> None:
    run(make_plan(small_gemma, tmp_path))
    for folder in (tmp_path / "out", tmp_path / "out" / "checkpoints" / "2"):
        model, _ = mlx_lm_load(str(small_gemma), adapter_path=str(folder))
        base, _ = mlx_lm_load(str(small_gemma))
        tokens = mx.array([[2, 40, 41, 42]])
        assert not np.array_equal(np.array(model(tokens).astype(mx.float32)), np.array(base(tokens).astype(mx.float32)))


def test_equal_trainings_give_equal_bytes_whatever_is_validated_or_saved(small_gemma: Path, tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    valid = write_rows(tmp_path / "held.jsonl", num_rows=3, first=50)
    one = make_plan(small_gemma, tmp_path / "one")
    run(one)
    run(make_plan(small_gemma, tmp_path / "other"))
    assert read_files(tmp_path / "one" / "out") == read_files(tmp_path / "other" / "out")
    run(make_plan(small_gemma, tmp_path / "other", overwrite=True, validation=valid, validate_every=1, save_every=1))
    weights = [(tmp_path / name / "out" / "adapters.safetensors").read_bytes() for name in ("one", "other")]
    assert weights[0] == weights[1]


def test_validation_is_before_in_between_and_after(small_gemma: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    write_rows(tmp_path / "data" / "train.jsonl")
    write_rows(tmp_path / "data" / "valid.jsonl", num_rows=3, first=50)
    run(make_plan(small_gemma, tmp_path, data=tmp_path / "data", validate_every=4))
    lines = [json.loads(line) for line in (tmp_path / "out" / "losses.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines if "validation_loss" in line] == [0, 4, 6]
    record = read_record(tmp_path / "out")
    assert record["final_validation_loss"] == lines[-1]["validation_loss"]
    assert record["validation"]["rows"] == 3
    assert read_record(tmp_path / "out" / "checkpoints" / "2")["final_validation_loss"] is None  # those weights were not held against it


def test_no_validation_is_said_and_nothing_is_held_back(small_gemma: Path, tmp_path: Path) -> None:
    listener = Listener()
    run(make_plan(small_gemma, tmp_path), listener)
    assert listener.has_told("no validation: nothing is held back")
    assert read_record(tmp_path / "out")["train"]["rows"] == NUM_ROWS


def test_epochs_are_steps_of_all_rows_and_the_last_step_of_one_may_be_smaller(small_gemma: Path, tmp_path: Path) -> None:
    run(make_plan(small_gemma, tmp_path, steps=None, epochs=2, batch_size=2, grad_accumulation=4))
    record = read_record(tmp_path / "out")
    assert (record["optimizer_steps"], record["batches"], record["rows_trained"]) == (4, 12, 2 * NUM_ROWS)


def test_pefts_format_is_beside_it_with_its_record(small_gemma: Path, tmp_path: Path) -> None:
    run(make_plan(small_gemma, tmp_path, formats=("mlx-lm", "peft")))
    peft = read_adapter(tmp_path / "out" / "peft")
    assert peft.format == "peft"
    assert read_record(tmp_path / "out" / "peft")["adapter_digest"] == peft.digest
    assert "peft_type" not in json.loads((tmp_path / "out" / "adapter_config.json").read_text())


def test_it_begins_with_another_adapters_weights(small_gemma: Path, tmp_path: Path) -> None:
    run(make_plan(small_gemma, tmp_path))
    first = read_adapter(tmp_path / "out")
    plan = make_plan(small_gemma, tmp_path, output=tmp_path / "second", init_adapter=tmp_path / "out", learning_rate=1e-9, steps=1)
    run(plan)
    second = read_adapter(tmp_path / "second")
    for module, pair in first.pairs.items():
        assert np.allclose(second.pairs[module].b, pair.b, atol=1e-6)
    record = read_record(tmp_path / "second")
    assert (record["started_from"], record["started_from_digest"]) == ("out", first.digest)
    assert record["optimizer_steps"] == 1


def test_an_adapter_that_does_not_fit_is_no_beginning(small_gemma: Path, tmp_path: Path) -> None:
    run(make_plan(small_gemma, tmp_path))
    with pytest.raises(UsageFault, match="--init-adapter"):
        run(make_plan(small_gemma, tmp_path, output=tmp_path / "second", init_adapter=tmp_path / "out", rank=4))
    assert not (tmp_path / "second").exists()


def test_rows_that_are_cut_or_dropped_are_told_and_counted(small_gemma: Path, tmp_path: Path) -> None:
    data = write_rows(tmp_path / "rows.jsonl")
    long = "Why? " * 100
    with data.open("a") as file:
        for user, answer in (("And?", long), (long, "No.")):
            file.write(json.dumps({"messages": [{"role": "user", "content": user}, {"role": "assistant", "content": answer}]}) + "\n")
    listener = Listener()
    run(make_plan(small_gemma, tmp_path, max_seq_length=100), listener)
    record = read_record(tmp_path / "out")
    assert (record["rows_cut"], record["rows_dropped"], record["train"]["rows"]) == (1, 1, NUM_ROWS + 2)
    assert listener.has_told("line 12: ") and listener.has_told("line 13: ")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"layers": "9"}, "--layers: 9 layers are not among the model's 4"),
        ({"data": Path("nowhere.jsonl")}, "nowhere.jsonl"),
        ({"validation": Path("nowhere.jsonl")}, "nowhere.jsonl"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_left_behind(small_gemma: Path, tmp_path: Path, asked: dict[str, object], words: str) -> None:
    with pytest.raises(CommandFault, match=words):
        run(make_plan(small_gemma, tmp_path, **asked))
    assert not (tmp_path / "out").exists()


def test_a_loss_that_is_not_finite_ends_it_with_the_last_good_checkpoint(small_gemma: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandFault, match=r"step \d+: .* not finite.*checkpoints/\d+"):
        train(make_plan(small_gemma, tmp_path, learning_rate=1e-2, weight_decay=1e6, save_every=1, steps=40), Listener())
    output = tmp_path / "out"
    record = read_record(output)
    assert record["state"] == "failed" and "not finite" in record["note"]
    assert not (output / "adapters.safetensors").exists()
    newest = max((output / "checkpoints").iterdir(), key=lambda folder: int(folder.name))
    assert record["optimizer_steps"] in (int(newest.name), int(newest.name) + 1)  # the step's own loss, or that after it
    assert all(np.isfinite(pair.b).all() for pair in read_adapter(newest).pairs.values())


def test_what_is_to_be_done_next_is_told_as_commands_that_work(small_gemma: Path, tmp_path: Path) -> None:
    runs = tmp_path / "my runs"
    runs.mkdir()
    listener = Listener()
    run(make_plan(small_gemma, tmp_path, output=runs / "candid", steps=1), listener)
    assert listener.has_told(f"python -m server --model {small_gemma} --adapter 'candid={runs}/candid' --adapter-dir '{runs}'")
    assert listener.has_told(f"python -m clients.checkpoints --url http://127.0.0.1:8000 --run '{runs}/candid'")


def test_finite_weights_that_give_no_loss_are_not_saved(small_gemma: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandFault, match="step 1: the loss after it is not finite; there is no checkpoint"):
        train(make_plan(small_gemma, tmp_path, learning_rate=1e30, steps=1), Listener())
    output = tmp_path / "out"
    assert (read_record(output)["state"], read_record(output)["optimizer_steps"]) == ("failed", 1)
    assert not (output / "adapters.safetensors").exists() and not (output / "checkpoints").exists()


def test_what_would_make_it_faster_is_said_before_it_begins(
    small_gemma: Path, device: Device, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = msgspec.structs.replace(device, advice="install something")
    monkeypatch.setattr("adapters.train.run.prepare_device", lambda: slow)
    listener = Listener()
    run(make_plan(small_gemma, tmp_path, steps=1), listener)
    assert "(install something)" in listener.told[0]
