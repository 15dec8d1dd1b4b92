"""The command as people call it."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from adapters.base.device import Device
from adapters.compare.__main__ import main
from tests.adapters.adapter_files import MLX_LM_CONFIG, mlx_lm_tensors, write_mlx_lm
from tools.random_adapter import write_as_peft, write_random_adapter


@pytest.fixture(scope="module")
def pair(small_gemma: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A mild adapter on two kinds of module, and a strong one on all."""
    root = tmp_path_factory.mktemp("pair")
    write_random_adapter(root / "mild", base=small_gemma, rank=4, seed=1, scale=1.0, keys=["self_attn.q_proj", "mlp.up_proj"])
    write_random_adapter(root / "strong", base=small_gemma, rank=8, seed=2, scale=20.0, size=0.2)
    return root / "mild", root / "strong"


@pytest.fixture(autouse=True)
def on_the_tests_device(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is made ready once a process, before MLX is there."""
    monkeypatch.setattr("adapters.base.device.prepare_device", lambda: device)


def run(*argv: object) -> int:
    return main([str(arg) for arg in argv])


def test_adapters_are_measured_on_their_model(
    small_gemma: Path, pair: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    json_file, html_file = tmp_path / "c.json", tmp_path / "c.html"
    assert run(*pair, "--model", small_gemma, "--json", json_file, "--html", html_file, "--answer-tokens", 4) == 0
    found: dict[str, Any] = json.loads(json_file.read_text())
    mild, strong = found["adapters"]
    assert (found["format"], found["reference"], found["model"]["num_layers"]) == ("candor-adapter-comparison-1", "mild", 4)
    assert mild["ratios"] is None and strong["ratios"]["update_norm"] > 10
    assert strong["update"]["whole"]["relative"] > 1 and strong["divergence"]["mean_kl"] > mild["divergence"]["mean_kl"]
    assert {one["rule"] for one in found["findings"]} >= {"update-norm", "large-as-base", "no-record", "no-scores"}
    assert found["recommendation"]["adapter"] == "strong"
    assert html_file.read_text().startswith("<!doctype html>")
    assert "Diagnosis" in capsys.readouterr().out


def test_without_a_model_weights_alone_are_measured(pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(pair[1], "--json", "-") == 0
    [one] = json.loads(capsys.readouterr().out)["adapters"]
    assert one["update"]["whole"]["frobenius"] > 0 and one["update"]["whole"]["relative"] is None
    assert one["divergence"] is None and one["pressure"]["num_layers"] == 4


def test_one_adapter_in_two_formats_is_the_same_one(pair: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_as_peft(tmp_path / "peft", adapter=pair[1])
    assert run(f"one={pair[1]}", f"other={tmp_path / 'peft'}", "--json", "-") == 0
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert "same-weights" in {one["rule"] for one in findings}


def test_an_adapter_of_another_base_is_measured_by_its_weights_and_it_is_said(
    small_gemma: Path, pair: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = write_mlx_lm(tmp_path / "other")
    assert run(pair[0], other, "--model", small_gemma, "--json", "-", "--answer-tokens", 2) == 0
    mild, stranger = json.loads(capsys.readouterr().out)["adapters"]
    assert mild["divergence"] is not None and stranger["divergence"] is None
    assert stranger["update"]["whole"]["frobenius"] > 0
    assert any("does not fit the model" in note for note in stranger["notes"])


def test_where_no_adapter_fits_the_model_is_not_even_loaded(small_gemma: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tmp_path / "model"
    shutil.copytree(small_gemma, model)
    (model / "model.safetensors").unlink()
    assert run(write_mlx_lm(tmp_path / "other"), "--model", model, "--json", "-") == 0
    assert "no adapter fits" in json.loads(capsys.readouterr().out)["model"]["held_text"]


def test_checkpoints_are_named_by_their_trainings(pair: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for training in "ab":
        shutil.copytree(pair[0], tmp_path / training / "checkpoints" / "100")
    assert run(*(tmp_path / training / "checkpoints" / "100" for training in "ab"), "--json", "-") == 0
    assert [one["name"].rpartition("/")[0][-1] for one in json.loads(capsys.readouterr().out)["adapters"]] == ["a", "b"]


def test_scores_are_taken_from_a_batterys_report(pair: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replies = {"asked": 6, "hard_flagged": 5}
    subjects = [
        {"name": "base", "role": "baseline", "avg_lek": 8.67, "replies": replies | {"hard_flagged": 1}},
        {"name": "hot", "role": "trained", "avg_lek": 1.0, "replies": replies},
    ]
    sample = {"subject": "hot", "adapter_digest": "sha256:of-another"}
    (tmp_path / "r.json").write_text(json.dumps({"subjects": subjects, "results": [{"trained_samples": [sample]}]}))
    assert run(f"hot={pair[1]}", "--scores", f"hot={tmp_path / 'r.json'}", "--json", "-") == 0
    sentences = {one["rule"]: one["text"] for one in json.loads(capsys.readouterr().out)["findings"]}
    assert sentences["scored-below-base"].startswith("the battery scored it 1.00 where the base has 8.67; 5 of 6 replies have a hard flag")
    assert "scores-of-others" in sentences


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ((), "ADAPTER"),
        (("a", "--against", "b"), "'b' is none of 'a'"),
        (("x=a", "x=b"), "'x' names two adapters"),
        (("a", "--prompts", "p.txt"), "--prompts needs --model"),
        (("a", "--answer-tokens", "0", "--scores", "b=c"), "--answer-tokens is 0, expected 1 to 4096; --scores names 'b'"),
        (("a", "--json", "o", "--html", "o"), "a file of their own"),
        (("a", "--mo", "o"), "unrecognized"),
        (("a\nb=c",), "all of which can be seen"),
        (("a", "--html", "/nowhere/at/all.html"), "there is no folder /nowhere/at"),
    ],
)
def test_wrong_usage_is_exit_code_2_with_all_that_is_wrong(argv: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        code: object = main(argv)
    except SystemExit as exc:
        code = exc.code
    assert code == 2
    assert words in capsys.readouterr().err


def test_adapters_that_cannot_be_read_are_all_named(pair: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    assert run(pair[0], tmp_path / "empty", tmp_path / "missing") == 3
    error = capsys.readouterr().err
    assert "empty has no adapter_config.json" in error and "missing" in error


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"subjects": []}', '{"subjects": [{"name": "a", "role": "trained"}]}'])
def test_a_file_that_is_no_report_is_exit_code_3(
    pair: tuple[Path, Path], tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "r.json").write_text(content)
    assert run(pair[0], "--scores", f"mild={tmp_path / 'r.json'}") == 3
    assert "r.json" in capsys.readouterr().err


def test_a_file_that_was_there_is_replaced_as_a_whole(pair: tuple[Path, Path], tmp_path: Path) -> None:
    file = tmp_path / "c.html"
    file.write_text("old")
    assert run(pair[0], "--html", file) == 0
    assert file.read_text().startswith("<!doctype html>") and [path.name for path in tmp_path.iterdir()] == ["c.html"]


def test_mlx_lms_adapters_tell_by_their_last_layer_how_many_their_base_has(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, layers in (("of-26", range(10, 26)), ("of-62", range(46, 62))):
        modules = tuple(f"model.layers.{layer}.{target}" for layer in layers for target in ("self_attn.q_proj", "mlp.up_proj"))
        write_mlx_lm(tmp_path / name, MLX_LM_CONFIG | {"num_layers": 16}, mlx_lm_tensors(modules=modules))
    assert run(tmp_path / "of-26", tmp_path / "of-62", "--against", "of-62", "--json", "-") == 0
    report = json.loads(capsys.readouterr().out)
    assert [one["base_layers"] for one in report["adapters"]] == [26, 62]
    assert any("on 2.4 times the layers" in one["text"] for one in report["findings"])


def test_no_file_of_what_is_compared_is_replaced_but_an_earlier_comparison(pair: tuple[Path, Path], tmp_path: Path) -> None:
    adapter = shutil.copytree(pair[0], tmp_path / "adapter")
    weights = (adapter / "adapters.safetensors").read_bytes()
    assert run(adapter, "--json", adapter / "adapters.safetensors", "--html", adapter / "adapter_config.json") == 2
    assert (adapter / "adapters.safetensors").read_bytes() == weights
    for _ in range(2):
        assert run(adapter, "--json", adapter / "compared.json", "--html", adapter / "compared.html") == 0
