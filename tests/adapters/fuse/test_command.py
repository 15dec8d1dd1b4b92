import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.base.device import Device
from adapters.base.errors import ModelLoadError
from adapters.command import CommandFault, UsageFault
from adapters.errors import MismatchedAdapter
from adapters.fuse.command import run
from adapters.fuse.options import parse_options
from tests.adapters.adapter_files import write_mlx_lm

ROOT = Path(__file__).parents[3]
LEK = ROOT / "adapters" / "demo" / "lek-demo"


def call(*flags: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "adapters.fuse", *map(str, flags)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_a_model_is_written_and_checked(tmp_path: Path) -> None:
    (tmp_path / "prompts.txt").write_text("Hello\n\nWhat is a rainbow?\n")
    given = ["--model", "demo", "--adapter", LEK, "--output", tmp_path / "out", "--dtype", "float32", "--check-tokens", 8]
    ended = call(*given, "--check-prompts", tmp_path / "prompts.txt")
    assert ended.returncode == 0, ended.stderr
    assert all(line.startswith("fuse: ") for line in ended.stderr.splitlines())
    assert "42 modules changed, stored in float32" in ended.stderr
    assert "check: 2 of 2 greedy answers are those of the adapter on its base" in ended.stderr
    report = json.loads((tmp_path / "out" / "fused.json").read_bytes())
    assert (report["check"]["num_equal"], report["scale"], report["kind"]) == (2, 1.0, "lora")
    assert report["base_digest"].startswith("sha256:")


def test_what_does_not_fit_ends_with_3_and_leaves_nothing(tmp_path: Path) -> None:
    adapter = write_mlx_lm(tmp_path / "adapter")  # of another base
    ended = call("--model", "demo", "--adapter", adapter, "--output", tmp_path / "out")
    assert ended.returncode == 3
    assert "self_attn.q_proj: expected 256 inputs, the adapter has 8" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "out").exists()


def test_every_fault_of_the_flags_is_told_at_once(tmp_path: Path) -> None:
    given = ["--model", "demo", "--adapter", "a", "--adapter", "b", "--output", str(tmp_path / "out"), "--scale", "nan"]
    with pytest.raises(UsageFault) as caught:
        parse_options([*given, "--check-tokens", "0", "--no-check", "--check-prompts", "p"])
    parts = ("--adapter is given 2 times", "--scale is nan", "--check-tokens is 0", "--no-check leaves out")
    assert all(part in str(caught.value) for part in parts)


@pytest.mark.parametrize(
    ("model", "output", "error"), [("gone", "out", ModelLoadError), ("demo", "used", UsageFault), ("demo", "out", MismatchedAdapter)]
)
def test_what_cannot_be_fused_is_refused_before_any_work(
    tmp_path: Path, device: Device, model: str, output: str, error: type[Exception]
) -> None:
    shutil.copytree(LEK, tmp_path / "used")
    adapter = LEK if error is UsageFault else write_mlx_lm(tmp_path / "adapter")
    options = parse_options(["--model", model, "--adapter", str(adapter), "--output", str(tmp_path / output)])
    told: list[str] = []
    with pytest.raises(error):
        run(options, device, tell=told.append)
    assert told == []
    assert not (tmp_path / "out").exists()


def test_without_a_check_nothing_is_asked(tmp_path: Path, device: Device) -> None:
    given = ["--model", "demo", "--adapter", str(LEK), "--output", str(tmp_path / "out"), "--no-check", "--scale", "0.001"]
    told: list[str] = []
    run(parse_options(given), device, tell=told.append)
    assert not any("answers" in line for line in told)
    assert any(line.startswith("warning: the update is small beside what bfloat16 can tell apart") for line in told)
    assert json.loads((tmp_path / "out" / "fused.json").read_bytes())["check"] is None


def test_an_adapter_with_which_nothing_finite_is_said_is_told_and_not_compared(tmp_path: Path, device: Device) -> None:
    given = ["--model", "demo", "--adapter", str(LEK), "--output", str(tmp_path / "out"), "--scale", "1e30"]
    with pytest.raises(CommandFault, match="not finite"):
        run(parse_options(given), device, tell=lambda _: None)
    with pytest.raises(CommandFault, match=r"too large to be computed with"):
        run(parse_options([*given, "--no-check"]), device, tell=lambda _: None)
    assert not (tmp_path / "out").exists()
