"""A training that was cut short goes on to the same bytes as one that was not, and nothing that is there is lost."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from adapters.command import CommandFault, UsageFault
from adapters.train.folder import TrainingFolder
from adapters.train.plan import TrainingPlan
from tests.adapters.train.trainings import Killed, Listener, kill, make_plan, read_files, read_record, run, write_rows

ROOT = Path(__file__).parents[3]


@pytest.fixture
def validated(small_gemma: Path, tmp_path: Path) -> TrainingPlan:
    """A training that tells of each step, as it validates behind each."""
    return make_plan(small_gemma, tmp_path, validation=write_rows(tmp_path / "held.jsonl", num_rows=3, first=50), validate_every=1)


def change(plan: TrainingPlan, **more: Any) -> TrainingPlan:
    fields = {name: getattr(plan, name) for name in plan.__struct_fields__}
    return TrainingPlan(**(fields | more))


def run_whole(plan: TrainingPlan) -> dict[str, bytes]:
    """Run it elsewhere without a break, and give its files."""
    output = plan.output.with_name("whole")
    run(change(plan, output=output))
    return read_files(output)


@pytest.mark.parametrize("step", [0, 2, 3, 6])
def test_killed_at_any_step_it_goes_on_to_the_same_bytes(validated: TrainingPlan, step: int) -> None:
    with pytest.raises(Killed):
        run(validated, Listener().at(f"step {step}: ", kill))
    assert read_record(validated.output)["state"] == "running"
    listener = Listener()
    run(change(validated, resume=True), listener)
    assert read_files(validated.output) == run_whole(validated)
    record = read_record(validated.output)
    last_saved = (step - 1) // 2 * 2 if step else 0
    assert record["resumed_at"] == ([last_saved] if last_saved > 0 else [])
    assert (record["state"], record["optimizer_steps"], record["rows_trained"]) == ("finished", 6, 22)
    assert listener.has_told("begins with the first step") == (last_saved <= 0)


def test_accumulation_schedule_and_dora_go_on_too(validated: TrainingPlan) -> None:
    plan = change(validated, kind="dora", batch_size=2, grad_accumulation=4, schedule="cosine", warmup="20%", weight_decay=0.1)
    with pytest.raises(Killed):
        run(plan, Listener().at("step 3: ", kill))
    run(change(plan, resume=True))
    assert read_files(plan.output) == run_whole(plan)


@pytest.mark.parametrize(("name", "share"), [("adapters.safetensors", 0.6), ("optimizer.safetensors", 0.6), ("training.json", 0.0)])
def test_a_checkpoint_that_is_not_whole_is_passed_over(validated: TrainingPlan, name: str, share: float) -> None:
    with pytest.raises(Killed):
        run(validated, Listener().at("step 5: ", kill))
    broken = validated.output / "checkpoints" / "4" / name
    os.truncate(broken, int(broken.stat().st_size * share))
    (validated.output / "training.json").write_text("{}")  # whatever the record says
    listener = Listener()
    run(change(validated, resume=True), listener)
    assert listener.has_told(f"{broken.parent} is not whole")
    assert read_files(validated.output) == run_whole(validated)


def test_a_state_of_the_optimiser_that_was_changed_is_passed_over(validated: TrainingPlan) -> None:
    with pytest.raises(Killed):
        run(validated, Listener().at("step 5: ", kill))
    state = validated.output / "checkpoints" / "4" / "optimizer.safetensors"
    content = bytearray(state.read_bytes())
    content[-3] ^= 0x40
    state.write_bytes(content)
    listener = Listener()
    run(change(validated, resume=True), listener)
    assert listener.has_told(f"{state.parent} is not whole, and is passed over: its optimizer.safetensors is another")
    assert read_files(validated.output) == run_whole(validated)


def test_weights_that_are_not_the_records_are_passed_over(validated: TrainingPlan) -> None:
    with pytest.raises(Killed):
        run(validated, Listener().at("step 5: ", kill))
    weights = validated.output / "checkpoints" / "4" / "adapters.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x3c")
    listener = Listener()
    run(change(validated, resume=True), listener)
    assert listener.has_told("checkpoints/4 is not whole")


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_step_saves_and_is_recorded(validated: TrainingPlan, number: signal.Signals, exit_code: int) -> None:
    before = signal.getsignal(number)
    outcome = run(validated, Listener().at("step 3: ", lambda: os.kill(os.getpid(), number)))
    assert signal.getsignal(number) is before
    assert (outcome.state, outcome.exit_code) == ("interrupted", exit_code)
    assert read_record(validated.output)["state"] == "interrupted"
    assert (validated.output / "checkpoints" / "3").is_dir()
    assert not (validated.output / "adapters.safetensors").exists()
    shutil.rmtree(validated.output / "checkpoints" / "2")
    run(change(validated, resume=True))
    assert read_record(validated.output)["resumed_at"] == [3]
    files, whole = read_files(validated.output), run_whole(validated)
    assert {name: files[name] for name in whole if "checkpoints/2" not in name} == {
        name: content for name, content in whole.items() if "checkpoints/2" not in name
    }


def test_a_second_signal_ends_it_at_once(validated: TrainingPlan) -> None:
    def interrupt() -> None:
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run(validated, Listener().at("step 3: ", interrupt).at("SIGINT: ", interrupt))
    assert read_record(validated.output)["state"] == "interrupted"
    assert {folder.name for folder in (validated.output / "checkpoints").iterdir()} == {"2"}


def test_a_request_to_stop_ends_it_with_an_adapter_and_goes_on_later(validated: TrainingPlan) -> None:
    request = validated.output / "stop"
    outcome = run(validated, Listener().at("step 2: ", lambda: request.write_text("degeneration begins\nat step 2\n")))
    record = read_record(validated.output)
    assert (outcome.state, outcome.exit_code) == ("stopped", 0)
    assert (record["state"], record["note"], record["optimizer_steps"]) == ("stopped", "degeneration begins at step 2", 3)
    assert not request.exists()
    adapter = (validated.output / "adapters.safetensors").read_bytes()
    assert adapter == (validated.output / "checkpoints" / "3" / "adapters.safetensors").read_bytes()
    run(change(validated, resume=True))
    assert read_record(validated.output)["state"] == "finished"
    assert (validated.output / "adapters.safetensors").read_bytes() == run_whole(validated)["adapters.safetensors"]


def test_a_request_to_stop_that_a_killed_run_left_does_not_stop_the_next(validated: TrainingPlan) -> None:
    run(validated, Listener().at("step 2: ", lambda: (validated.output / "stop").write_text("degeneration begins")))
    (validated.output / "stop").write_text("degeneration began\nat step 2")
    listener = Listener()
    run(change(validated, resume=True), listener)
    assert listener.has_told("a request to stop from before this run is not followed: degeneration began at step 2")
    assert read_record(validated.output)["state"] == "finished" and not (validated.output / "stop").exists()


def test_at_its_end_there_is_nothing_to_do_but_to_see_that_the_adapter_is_there(validated: TrainingPlan) -> None:
    run(validated)
    files, record = read_files(validated.output), read_record(validated.output)
    listener = Listener()
    outcome = run(change(validated, resume=True), listener)
    assert listener.has_told("6 of 6 steps are done already")
    assert outcome.exit_code == 0
    assert (read_files(validated.output), read_record(validated.output)) == (files, record)
    (validated.output / "adapters.safetensors").unlink()
    run(change(validated, resume=True))
    assert read_files(validated.output) == files
    assert read_record(validated.output)["resumed_at"] == []


def test_more_steps_go_on_where_the_rate_is_constant(validated: TrainingPlan) -> None:
    run(change(validated, steps=4))
    run(change(validated, resume=True))
    assert read_record(validated.output)["resumed_at"] == [4]
    assert read_files(validated.output) == run_whole(validated)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"rank": 4}, "rank was 2, and is 4"),
        ({"learning_rate": 5e-4}, "learning_rate was 0.001, and is 0.0005"),
        ({"seed": 3}, "seed was 0, and is 3"),
        ({"train_on": "last", "batch_size": 2}, "batch_size was 4, and is 2\n  train_on was all"),
        ({"steps": 3}, "4 steps are done, and 3 asked for"),
    ],
)
def test_other_settings_are_no_way_to_go_on(validated: TrainingPlan, asked: dict[str, Any], words: str) -> None:
    run(change(validated, steps=4))
    files = read_files(validated.output)
    with pytest.raises(UsageFault) as refused:
        run(change(validated, steps=4, resume=True) if not asked else change(validated, **({"steps": 4} | asked), resume=True))
    assert words in str(refused.value).replace("examples_digest", "~")
    assert read_files(validated.output) == files


def test_more_steps_of_a_falling_rate_are_another_training(validated: TrainingPlan) -> None:
    run(change(validated, steps=4, schedule="linear"))
    with pytest.raises(UsageFault, match="num_steps was 4, and is 6"):
        run(change(validated, schedule="linear", resume=True))


def test_other_data_are_no_way_to_go_on(validated: TrainingPlan) -> None:
    run(change(validated, steps=4))
    write_rows(validated.data, first=1)
    with pytest.raises(UsageFault, match=r"the data were rows\.jsonl"):
        run(change(validated, resume=True))


@pytest.mark.parametrize("name", ["training.json", "losses.jsonl", "adapter_config.json", "0000100_adapters.safetensors", "checkpoints"])
def test_another_programs_training_is_never_written_over(small_gemma: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).write_text("somebody else's")
    for flags in ({}, {"resume": True}, {"overwrite": True}):
        with pytest.raises(UsageFault, match="which no training of ours left there"):
            run(make_plan(small_gemma, tmp_path, **flags))
    assert (tmp_path / "out" / name).read_text() == "somebody else's"


def test_a_training_is_written_over_if_asked_and_what_is_beside_it_stays(validated: TrainingPlan) -> None:
    run(validated)
    notes = [validated.output / "notes.md", validated.output / "checkpoints" / "2" / "notes.md"]
    for note in notes:
        note.write_text("mine")
    with pytest.raises(UsageFault, match="--resume goes on, --overwrite begins anew"):
        run(validated)
    run(change(validated, overwrite=True, steps=1))
    assert all(note.read_text() == "mine" for note in notes)
    assert read_record(validated.output)["optimizer_steps"] == 1
    assert not (validated.output / "checkpoints" / "4").exists()


def test_a_file_is_no_folder(small_gemma: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(UsageFault, match="is not a folder"):
        run(make_plan(small_gemma, tmp_path))


def test_one_training_at_a_time_writes_to_a_folder(validated: TrainingPlan) -> None:
    with TrainingFolder(validated.output).hold(), pytest.raises(CommandFault, match="another training is writing to"):
        run(validated)


def test_a_full_disk_is_one_line_and_leaves_every_checkpoint(validated: TrainingPlan) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    largest = 20_000  # bytes of a file, as if the disk had no more: the weights take more than that

    def fill() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, limits[1]))

    try:
        with pytest.raises(CommandFault, match=r"cannot be written to: File too large; the last good checkpoint is \S+checkpoints/2\Z"):
            run(validated, Listener().at("step 3: ", fill))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert read_record(validated.output)["state"] == "failed"
    run(change(validated, resume=True))
    assert read_files(validated.output) == run_whole(validated)


def test_a_process_that_is_killed_goes_on(validated: TrainingPlan) -> None:
    asked = ["--model", validated.model, "--data", str(validated.data), "--output", str(validated.output), "--validation"]
    asked += [str(validated.validation), "--steps", "300", "--learning-rate", "1e-3", "--rank", "2", "--layers", "2", "--save-every", "5"]
    command = [sys.executable, "-m", "adapters.train", *asked, "--resume"]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    checkpoints = validated.output / "checkpoints"
    while process.poll() is None and not (checkpoints.is_dir() and any(checkpoints.iterdir())):
        time.sleep(0.02)
    process.kill()
    process.wait()
    before = read_record(validated.output)
    assert before["state"] == "running" and before["optimizer_steps"] < 300
    most = max(int(folder.name) for folder in checkpoints.iterdir())
    plan = change(validated, steps=most + 3, validate_every=None, dropout=0.0, save_every=5)
    run(change(plan, resume=True))
    assert read_record(validated.output)["resumed_at"] == [most]
    assert (plan.output / "adapters.safetensors").read_bytes() == run_whole(plan)["adapters.safetensors"]


def test_what_is_held_back_now_is_validated_though_others_were_before(validated: TrainingPlan, tmp_path: Path) -> None:
    run(validated)
    before = read_record(validated.output)["final_validation_loss"]
    held = write_rows(tmp_path / "others.jsonl", num_rows=2, first=80)
    listener = Listener()
    run(change(validated, validation=held, resume=True), listener)
    record = read_record(validated.output)
    assert listener.has_told("until step 6 others were held back (held.jsonl)")
    assert record["validation"]["name"] == "others.jsonl" and record["final_validation_loss"] != before
    whole = run_whole(change(validated, validation=held))["losses.jsonl"]
    assert (validated.output / "losses.jsonl").read_bytes().splitlines()[-1] == whole.splitlines()[-1]


def test_losses_that_no_checkpoint_tells_of_are_not_believed(validated: TrainingPlan, tmp_path: Path) -> None:
    with pytest.raises(Killed):
        run(validated, Listener().at("step 0: ", kill))
    plan = change(validated, validation=write_rows(tmp_path / "others.jsonl", num_rows=2, first=80))
    run(change(plan, resume=True))
    assert read_files(plan.output) == run_whole(plan)
