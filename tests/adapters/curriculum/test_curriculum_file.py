"""A curriculum's TOML becomes stages, or every fault of it is told at once."""

from pathlib import Path

import pytest

from adapters.command import UsageFault
from adapters.curriculum.curriculum_file import read_curriculum

ONE = '[[stages]]\nname = "one"\ndata = "one.jsonl"\n'
TWO = '[[stages]]\nname = "two"\ndata = "two.jsonl"\n'
HEAD = 'model = "some/model"\noutput = "made"\n'


def write(folder: Path, text: str) -> Path:
    file = folder / "curriculum.toml"
    file.write_text(text)
    return file


def test_stages_take_what_is_common_and_their_own_wins(tmp_path: Path) -> None:
    text = (
        HEAD + "learning_rate = 1e-4\nsteps = 9\nreplay = 0.25\n" + ONE + "rank = 4\n" + TWO + 'epochs = 2\nthen = "continue"\nreplay = 0\n'
    )
    one, two = read_curriculum(write(tmp_path, text)).stages
    assert (one.plan.steps, one.plan.rank, one.plan.learning_rate, one.then, one.replay) == (9, 4, 1e-4, "fuse", None)
    assert (two.plan.steps, two.plan.epochs, two.plan.rank, two.then, two.replay) == (None, 2.0, 8, "continue", None)
    assert (one.folder, two.folder) == (Path("made/01-one"), Path("made/02-two"))


def test_a_replay_holds_for_all_but_the_first_unless_it_has_data(tmp_path: Path) -> None:
    (tmp_path / "old.jsonl").touch()
    one, two = read_curriculum(write(tmp_path, HEAD + "replay = 0.25\n" + ONE + TWO)).stages
    assert one.replay is None and two.replay is not None and two.replay.share == 0.25
    one, two = read_curriculum(write(tmp_path, HEAD + 'replay = {share = 0.5, data = "old.jsonl"}\n' + ONE + TWO + "replay = 0.1\n")).stages
    assert one.replay is not None and (one.replay.share, one.replay.data) == (0.5, tmp_path / "old.jsonl")
    assert two.replay is not None and (two.replay.share, two.replay.data) == (0.1, tmp_path / "old.jsonl")


def test_files_are_looked_for_beside_the_curriculum_first(tmp_path: Path) -> None:
    (tmp_path / "one.jsonl").touch()
    one, two = read_curriculum(write(tmp_path, HEAD + ONE + TWO)).stages
    assert (one.plan.data, two.plan.data) == (tmp_path / "one.jsonl", Path("two.jsonl"))


def test_flags_win_over_the_file(tmp_path: Path) -> None:
    curriculum = read_curriculum(write(tmp_path, ONE), model="demo", output=tmp_path)
    assert (curriculum.model, curriculum.stages[0].folder) == ("demo", tmp_path / "01-one")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ONE, ["model in", "output in"]),
        (HEAD, ["has no stages"]),
        (HEAD + "stages = 3", ["has no stages"]),
        (HEAD + "steps = 0\nsteps_ = 3\n" + ONE, ["steps in", "steps_ in"]),
        (HEAD + ONE + TWO.replace("two", "one"), ["2 stages are named one"]),
        (HEAD + ONE.replace('"one"', '"a/b"') + 'data_ = 3\nthen = "melt"\n', ["expected a name", "data_ in stage 1", "'melt'"]),
        (HEAD + ONE + "replay = 0.5\n" + TWO + "replay = 1.0\n", ["no stage before it", "less than 1, from 1.0"]),
        (HEAD + ONE + TWO + "replay = {share = 0.1, rows = 3}\n", ["there is no rows"]),
        (HEAD + ONE + "steps = 1\nepochs = 1\nresume = true\noverwrite = true\n", ["exclude each other", "resume in", "overwrite in"]),
        (
            HEAD + 'data = "x"\n' + ONE + TWO + 'init-adapter = "a"\nmodel = "m"\n',
            ["data in", "init-adapter in stage 2", "model in stage 2"],
        ),
        (HEAD + ONE + 'then = "continue"\nrank = 4\n' + TWO + 'targets = "q_proj"\n', ["other rank: 8 in place of 4", "other targets"]),
        (
            '[[stages]]\nname = 3\nrank = "many"\n',
            ["model in", "output in", "expected a name", "data in stage 1 is missing", "rank in stage 1"],
        ),
    ],
)
def test_all_faults_are_told_at_once(tmp_path: Path, text: str, told: list[str]) -> None:
    with pytest.raises(UsageFault) as refused:
        read_curriculum(write(tmp_path, text))
    assert [part for part in told if part not in str(refused.value)] == []
    assert len(str(refused.value).splitlines()) == len(told)


@pytest.mark.parametrize("content", [b"model = ", b'model = "\xff"'])
def test_what_is_no_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "curriculum.toml"
    file.write_bytes(content)
    with pytest.raises(UsageFault, match="not valid TOML"):
        read_curriculum(file)
    with pytest.raises(UsageFault, match="cannot be read"):
        read_curriculum(tmp_path / "other.toml")
