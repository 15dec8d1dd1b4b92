"""What is asked of a training: flags over a file, and every fault of them at once."""

from pathlib import Path

import pytest

from adapters.command import UsageFault
from adapters.train.options import parse_options
from adapters.train.settings import MODULES

NEEDED = ["--model", "demo", "--data", "rows.jsonl", "--output", "out"]


def test_defaults_are_a_whole_plan() -> None:
    plan = parse_options(NEEDED)
    assert (plan.model, plan.data, plan.output) == ("demo", Path("rows.jsonl"), Path("out"))
    assert plan.targets == MODULES
    assert plan.formats == ("mlx-lm",)
    assert not plan.resume


def test_flags_win_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_text('batch-size = 2\nlearning_rate = 3e-4\nlayers = 0.5\ntargets = ["q_proj", "v_proj"]\nresume = true\nwarmup = 7\n')
    plan = parse_options([*NEEDED, "--config", str(file), "--batch-size", "3", "--no-resume"])
    assert (plan.batch_size, plan.learning_rate, plan.layers, plan.warmup) == (3, 3e-4, "0.5", "7")
    assert plan.targets == ("self_attn.q_proj", "self_attn.v_proj")
    assert not plan.resume


def test_a_flag_takes_the_place_of_what_it_excludes_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_text("steps = 10\n")
    plan = parse_options([*NEEDED, "--config", str(file), "--epochs", "1.5"])
    assert (plan.steps, plan.epochs) == (None, 1.5)


@pytest.mark.parametrize(
    ("flags", "targets"),
    [
        (["--targets", "v_proj,self_attn.q_proj"], ("self_attn.q_proj", "self_attn.v_proj")),
        (["--targets", "down_proj", "--targets", "q_proj"], ("self_attn.q_proj", "mlp.down_proj")),
        (["--targets", "all"], MODULES),
    ],
)
def test_targets_stand_in_the_order_of_a_layer(flags: list[str], targets: tuple[str, ...]) -> None:
    assert parse_options([*NEEDED, *flags]).targets == targets


def test_pefts_format_is_beside_mlx_lms() -> None:
    assert parse_options([*NEEDED, "--formats", "peft"]).formats == ("mlx-lm", "peft")


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("steps", "0"),
        ("epochs", "nan"),
        ("epochs", "0"),
        ("batch-size", "1.5"),
        ("learning-rate", "inf"),
        ("learning-rate", "0"),
        ("schedule", "step"),
        ("warmup", "-1"),
        ("warmup", "150%"),
        ("rank", "0"),
        ("scale", "nan"),
        ("dropout", "1"),
        ("layers", "0"),
        ("layers", "1.5"),
        ("layers", "some"),
        ("targets", "embed_tokens"),
        ("targets", ","),
        ("kind", "ia3"),
        ("max-seq-length", "1"),
        ("seed", "-1"),
        ("train-on", "user"),
        ("weight-decay", "-0.1"),
        ("max-grad-norm", "0"),
        ("save-every", "0"),
        ("formats", "gguf"),
    ],
)
def test_a_wrong_value_is_refused_by_its_flag(flag: str, value: str) -> None:
    with pytest.raises(UsageFault, match=f"--{flag}: ") as refused:
        parse_options([*NEEDED, f"--{flag}={value}"])
    assert refused.value.exit_code == 2


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_text('rate = 1\nrank = true\nbatch_size = "4"\nbatch-size = 4\n')
    with pytest.raises(UsageFault) as refused:
        parse_options(["--data", "", "--steps", "3", "--epochs", "1", "--config", str(file)])
    told = str(refused.value)
    for words in (
        "rate in",
        "rank in",
        "stands there twice",
        "--model is missing",
        "--output is missing",
        "--data: expected a path",
        "--steps and --epochs exclude each other",
    ):
        assert words in told


@pytest.mark.parametrize(("content", "words"), [(None, "cannot be read"), (b"a = ", "not valid TOML"), (b"\xff", "not valid TOML")])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None, words: str) -> None:
    file = tmp_path / "plan.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageFault, match=words):
        parse_options([*NEEDED, "--config", str(file)])


@pytest.mark.parametrize("flags", [["--resume", "--overwrite"], ["--steps", "1", "--epochs", "1"]])
def test_what_excludes_each_other_is_refused(flags: list[str]) -> None:
    with pytest.raises(UsageFault, match="exclude each other"):
        parse_options([*NEEDED, *flags])


def test_an_unknown_flag_ends_the_process(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse_options([*NEEDED, "--rnak", "8"])
    assert ended.value.code == 2
    assert "--rnak" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flag", "value", "words"),
    [
        ("schedule", "step", "expected constant, linear or cosine"),
        ("kind", "full", "expected lora or dora"),
        ("steps", "1.5", "expected a whole number"),
        ("epochs", "two", "expected a number"),
    ],
)
def test_what_was_expected_is_said_in_words(flag: str, value: str, words: str) -> None:
    with pytest.raises(UsageFault, match=f"--{flag}: {words}, from '{value}'"):
        parse_options([*NEEDED, f"--{flag}", value])
