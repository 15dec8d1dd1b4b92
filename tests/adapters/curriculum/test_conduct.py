"""Stages are trained one on the other, recognised when they are done, and never redone unasked."""

import json
from pathlib import Path

import mlx.core as mx
import msgspec
import numpy as np
import pytest

from adapters.base.identity import digest_model
from adapters.command import CommandFault, UsageFault
from adapters.curriculum.curriculum_file import read_curriculum
from adapters.curriculum.plan_page import describe_plan
from adapters.curriculum.prospects import foresee
from adapters.files.reading import read_adapter
from tests.adapters.curriculum.curricula import COMMON, read_tree, record_of, run, write_curriculum, write_rows
from tests.conftest import SMALL
from tools.random_gemma3 import write_random_gemma3

FUSED = '[[stages]]\nname = "one"\ndata = "a.jsonl"\n\n[[stages]]\nname = "two"\ndata = "b.jsonl"\nreplay = 0.5\n'
CONTINUED = FUSED.replace('"a.jsonl"\n', '"a.jsonl"\nthen = "continue"\n') + 'then = "continue"\n'


@pytest.fixture(scope="module")
def done(small_gemma: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two stages, fused, of which tests read only."""
    file = write_curriculum(tmp_path_factory.mktemp("curriculum"), small_gemma, FUSED)
    ended, _ = run(file)
    assert ended.exit_code == 0
    return file


def weights(folder: Path) -> dict[str, np.ndarray]:
    loaded = mx.load(str(folder / "model.safetensors"))
    assert isinstance(loaded, dict)
    return {name: np.array(values.astype(mx.float32)) for name, values in loaded.items()}


def test_each_stage_begins_with_the_merged_weights_of_the_one_before(done: Path, small_gemma: Path) -> None:
    one, two = record_of(done).stages
    assert one.basis.base_digest == digest_model(small_gemma)
    assert two.basis.base_digest == one.fused[0].digest == digest_model(done.parent / "made/01-one/fused")
    base, merged = weights(small_gemma), weights(done.parent / "made/01-one/fused")
    pairs = read_adapter(done.parent / "made/01-one").pairs
    for module, pair in pairs.items():
        np.testing.assert_allclose(merged[f"{module}.weight"], base[f"{module}.weight"] + (pair.a @ pair.b).T, rtol=1e-5, atol=1e-6)


def test_the_last_model_is_the_first_base_with_all_updates_in_its_own_dtype(done: Path, small_gemma: Path) -> None:
    made = done.parent / "made"
    base, last = weights(small_gemma), weights(made / "02-two/fused")
    updates = [read_adapter(made / name).pairs for name in ("01-one", "02-two")]
    for module in updates[0]:
        wanted = base[f"{module}.weight"] + sum((pairs[module].a @ pairs[module].b).T for pairs in updates)
        np.testing.assert_allclose(last[f"{module}.weight"], wanted, rtol=2**-8, atol=1e-6)
    stored, first = mx.load(str(made / "02-two/fused/model.safetensors")), mx.load(str(small_gemma / "model.safetensors"))
    assert isinstance(stored, dict) and isinstance(first, dict)
    assert {name: values.dtype for name, values in stored.items()} == {name: values.dtype for name, values in first.items()}


def test_what_was_done_and_what_fusing_lost_are_recorded(done: Path) -> None:
    record = record_of(done)
    one, two = record.stages
    assert (one.state, one.optimizer_steps, one.rows_trained, one.own_rows, one.replayed) == ("finished", 2, 4, 4, {})
    assert (two.own_rows, two.replayed) == (4, {"one": 4})
    assert one.fused[0].rounding.stored == ("float32",) and one.fused[0].rounding.update_error < 1e-5
    assert two.fused[0].rounding.stored == ("bfloat16",) and 1e-4 < two.fused[0].rounding.update_error < 1
    assert two.fused[0].adapters == (one.adapter_digest, two.adapter_digest)
    assert record.result == ("02-two/fused",)
    assert str(done.parent) not in (done.parent / "made/curriculum.json").read_text()


def test_replayed_rows_are_trained_on_beside_the_stages_own(done: Path) -> None:
    rows = (done.parent / "made/02-two/rows.jsonl").read_bytes().splitlines()
    own = [(done.parent / name).read_bytes().splitlines() for name in ("b.jsonl", "a.jsonl")]
    assert rows[:4] == own[0] and sorted(rows[4:]) == sorted(own[1])
    training = json.loads((done.parent / "made/02-two/training.json").read_bytes())
    assert training["train"]["digest"] == record_of(done).stages[1].basis.rows_digest


def test_what_is_done_is_not_redone(done: Path) -> None:
    before = read_tree(done.parent)
    times = {path: path.stat().st_mtime_ns for path in done.parent.rglob("*")}
    ended, told = run(done)
    assert ended.model == done.parent / "made/02-two/fused"
    assert told == ["stage 1 (one) is done: 2 steps", "stage 2 (two) is done: 2 steps"]
    assert read_tree(done.parent) == before and {path: path.stat().st_mtime_ns for path in done.parent.rglob("*")} == times


def test_a_dry_run_counts_and_writes_nothing(tmp_path: Path, small_gemma: Path) -> None:
    file = write_curriculum(tmp_path, small_gemma, FUSED)
    curriculum = read_curriculum(file)
    page = describe_plan(curriculum, foresee(curriculum))
    assert "4 steps" in page and "4 from one" in page
    assert not (tmp_path / "made").exists()


def test_equal_curricula_give_equal_files(done: Path, tmp_path: Path, small_gemma: Path) -> None:
    file = write_curriculum(tmp_path, small_gemma, FUSED)
    run(file)
    assert read_tree(tmp_path / "made") == read_tree(done.parent / "made")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("rank = 2", "rank = 3"), ["stage 1 (one)", "rank was 2, and is 3", "--from one"]),
        (("replay = 0.5", "replay = 0.2"), ["stage 2 (two)", "with those of a replay"]),
        (('name = "two"', 'name = "zwei"'), ["stage 2 (zwei)", "its name was two, and is zwei"]),
        (('"b.jsonl"', '"a.jsonl"'), ["stage 2 (two)", "its own data was"]),
    ],
)
def test_a_stage_that_was_changed_is_refused_by_name(done: Path, change: tuple[str, str], told: list[str]) -> None:
    before = read_tree(done.parent)
    changed = done.with_name("changed.toml")
    changed.write_text(done.read_text().replace(*change))
    with pytest.raises(UsageFault) as refused:
        run(changed)
    changed.unlink()
    assert [part for part in told if part not in str(refused.value)] == []
    assert read_tree(done.parent) == before


def test_from_redoes_a_stage_and_those_behind_it(tmp_path: Path, small_gemma: Path) -> None:
    file = write_curriculum(tmp_path, small_gemma, FUSED)
    run(file)
    first = read_tree(tmp_path / "made/01-one")
    before = record_of(file).stages[1]
    file.write_text(file.read_text() + "learning-rate = 2e-2\n")
    _, told = run(file, from_stage="two")
    assert f"{tmp_path}/made/02-two: what was trained there is thrown away" in told
    after = record_of(file).stages[1]
    assert after.adapter_digest != before.adapter_digest and after.basis.settings["learning_rate"] == 2e-2
    assert read_tree(tmp_path / "made/01-one") == first


def test_from_throws_nothing_away_while_an_earlier_stage_is_another(tmp_path: Path, small_gemma: Path) -> None:
    file = write_curriculum(tmp_path, small_gemma, FUSED)
    run(file)
    before = read_tree(tmp_path / "made")
    write_rows(tmp_path / "a.jsonl", ["something else", "and this"])
    with pytest.raises(UsageFault, match=r"stage 1 \(one\)"):
        run(file, from_stage="two")
    assert read_tree(tmp_path / "made") == before


def test_going_on_hands_the_adapter_to_the_next_stage(tmp_path: Path, small_gemma: Path) -> None:
    file = write_curriculum(tmp_path, small_gemma, CONTINUED)
    ended, _ = run(file)
    one, two = record_of(file).stages
    assert two.basis.init_adapter_digest == one.adapter_digest and two.basis.base_digest == one.basis.base_digest
    assert (ended.model, ended.adapter) == (small_gemma, tmp_path / "made/02-two")
    training = json.loads((tmp_path / "made/02-two/training.json").read_bytes())
    assert (training["started_from"], training["started_from_digest"]) == ("01-one", one.adapter_digest)


def test_a_stage_may_follow_a_model_that_was_the_last(tmp_path: Path, small_gemma: Path) -> None:
    file = write_curriculum(tmp_path, small_gemma, FUSED)
    run(file)
    last = read_tree(tmp_path / "made/02-two/fused")
    file.write_text(file.read_text() + '[[stages]]\nname = "three"\ndata = "a.jsonl"\n')
    ended, _ = run(file)
    _, two, three = record_of(file).stages
    assert [fused.rounding.stored for fused in two.fused] == [("bfloat16",), ("float32",)]
    assert three.basis.base_digest == two.fused[1].digest and ended.model == tmp_path / "made/03-three/fused"
    assert read_tree(tmp_path / "made/02-two/fused") == last


def test_a_stage_that_was_broken_off_goes_on(done: Path, tmp_path: Path, small_gemma: Path) -> None:
    """A stop file ends the second stage early; afterwards it ends with the same weights as if it had not."""
    file = write_curriculum(tmp_path, small_gemma, FUSED)
    second = tmp_path / "made/02-two"

    def stop_second(text: str) -> None:
        if second.exists() and text.startswith("step 1 of 2"):
            (second / "stop").write_text("enough for now")

    ended, told = run(file, hear=stop_second)
    assert ended.model is None and record_of(file).stages[1].state == "begun"
    assert any("stage 2 (two) was stopped" in text and "enough for now" in text for text in told)
    run(file)
    assert record_of(file).stages[1].adapter_digest == record_of(done).stages[1].adapter_digest


def test_an_adapter_that_was_exchanged_is_noticed(tmp_path: Path, small_gemma: Path) -> None:
    file = write_curriculum(tmp_path, small_gemma, FUSED)
    run(file)
    made = tmp_path / "made"
    (made / "01-one/adapters.safetensors").write_bytes((made / "02-two/adapters.safetensors").read_bytes())
    with pytest.raises(UsageFault, match="holds another adapter; --from one"):
        run(file)


def test_all_data_are_read_before_any_stage_begins(tmp_path: Path, small_gemma: Path) -> None:
    file = write_curriculum(tmp_path, small_gemma, FUSED)
    (tmp_path / "a.jsonl").write_text('{"messages": 3}\n')
    (tmp_path / "b.jsonl").unlink()
    with pytest.raises(CommandFault) as refused:
        run(file)
    assert "a.jsonl" in str(refused.value) and "b.jsonl" in str(refused.value)
    assert refused.value.exit_code == 3
    assert not (tmp_path / "made").exists()


def test_a_quantised_base_is_worked_on_in_float_and_quantised_once_at_the_end(tmp_path: Path) -> None:
    write_random_gemma3(tmp_path / "quantised", msgspec.structs.replace(SMALL, bits=4))
    file = write_curriculum(tmp_path, tmp_path / "quantised", FUSED)
    run(file)
    one, two = record_of(file).stages
    assert one.fused[0].rounding.stored == ("float32",) and one.fused[0].rounding.update_error < 1e-5
    assert two.fused[0].base_digest == one.basis.base_digest and two.fused[0].rounding.stored == ("4 bits in groups of 64",)
    assert two.fused[0].rounding.update_error > 0.01
    configs = [json.loads((tmp_path / name / "config.json").read_bytes()) for name in ("made/01-one/fused", "made/02-two/fused")]
    assert ["quantization" in config for config in configs] == [False, True]


def test_dora_is_fused_stage_by_stage(tmp_path: Path, small_gemma: Path) -> None:
    file = write_curriculum(tmp_path, small_gemma, FUSED, common=COMMON + 'kind = "dora"\n')
    run(file)
    one, two = record_of(file).stages
    assert two.fused[0].base_digest == one.fused[0].digest and two.fused[0].rounding.stored == ("float32",)
