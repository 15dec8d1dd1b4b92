"""Which models and adapters an engine opens with, and what it says of others."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from adapters.base.device import Device
from adapters.base.errors import ModelLoadError
from server.engine.mlx.engine import MlxEngine
from server.engine.sampling_defaults import SamplingDefaults
from server.settings.settings import Settings
from tests.server.engine.asking import GREEDY, ask, completion, question
from tests.server.engine.conftest import Adapters, Run
from tools.random_gemma3 import Shape, write_random_gemma3


@pytest.mark.parametrize("changes", [{"nested": True}, {"bits": 4}, {"nested": True, "bits": 8}])
def test_any_gemma_3_loads(tmp_path: Path, device: Device, run: Run, changes: dict[str, Any]) -> None:
    shape = {"hidden": 64, "layers": 2, "intermediate": 64, "heads": 2, "head_dim": 32, "vocabulary": 512, "pattern": 2}
    write_random_gemma3(tmp_path / "model", Shape(**shape | changes))
    engine = MlxEngine.open(
        model=str(tmp_path / "model"), model_name="mine", device=device, limits=Settings(max_batch_size=2, max_queue=2).limits
    )
    assert run(ask(engine, question("Hello", sampling=GREEDY, max_tokens=4))).finish.num_completion_tokens == 4
    assert engine.models()[0].id == "mine"
    run(engine.close(grace_s=1))


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "no config.json"),
        ({"config.json": "{"}, "cannot be read"),
        ({"config.json": "[]"}, "cannot be read"),
        ({"config.json": '{"model_type": "llama"}'}, "'llama'; candor serves Gemma 3"),
        ({"config.json": '{"model_type": "gemma3_text"}'}, "No safetensors"),
        ({"config.json": '{"model_type": "gemma3_text"}', "model.safetensors": "short"}, "could not be loaded"),
    ],
)
def test_a_folder_that_is_no_gemma_3_is_refused_with_the_reason(
    tmp_path: Path, device: Device, files: dict[str, str], message: str
) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    with pytest.raises(ModelLoadError, match=message):
        MlxEngine.open(model=str(tmp_path), device=device, limits=Settings(max_batch_size=2, max_queue=2).limits)


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("tokenizer.json", "{", r"the tokenizer in .* could not be loaded: tokenizer\.json cannot be read"),
        ("tokenizer.json", None, r"neither tokenizer\.json nor tokenizer\.model"),
        ("tokenizer.json", '{"normalizer":' + "[" * 100_000, r"tokenizer\.json cannot be read"),
        ("tokenizer_config.json", "[", r"tokenizer_config\.json cannot be read"),
        ("tokenizer_config.json", '{"x":' + "[" * 100_000, r"tokenizer_config\.json cannot be read"),
        ("tokenizer_config.json", '{"tokenizer_class": "ByT5Tokenizer"}', r"the tokenizer in .* could not be loaded"),
        ("generation_config.json", '{"eos_token_id": "1"}', r"generation_config\.json: eos_token_id has '1', which is no token's id"),
    ],
)
def test_a_broken_tokenizer_is_refused_with_the_reason(
    small_gemma: Path, tmp_path: Path, device: Device, file: str, content: str | None, message: str
) -> None:
    folder = Path(shutil.copytree(small_gemma, tmp_path / "model"))
    (folder / file).unlink(missing_ok=True)
    if content is not None:
        (folder / file).write_text(content)
    with pytest.raises(ModelLoadError, match=message):
        MlxEngine.open(model=str(folder), device=device, limits=Settings(max_batch_size=2, max_queue=2).limits)


@pytest.mark.parametrize("model", ["/nowhere/at/all", "not a repository", "./relative"])
def test_a_model_that_is_nowhere_is_refused(model: str, device: Device) -> None:
    with pytest.raises(ModelLoadError, match="there is no folder"):
        MlxEngine.open(model=model, device=device, limits=Settings(max_batch_size=2, max_queue=2).limits)


@pytest.mark.parametrize("kind", ["sliding_attention", "full_attention"])
def test_layers_may_all_be_of_one_kind_and_prompts_are_kept(small_gemma: Path, tmp_path: Path, device: Device, run: Run, kind: str) -> None:
    folder = Path(shutil.copytree(small_gemma, tmp_path / "model"))
    config = json.loads((folder / "config.json").read_text())
    del config["sliding_window_pattern"]
    (folder / "config.json").write_text(json.dumps(config | {"layer_types": [kind] * config["num_hidden_layers"]}))
    prompt = tuple(10 + number * 7 % 1000 for number in range(700))
    answers = []
    for prefix_cache_bytes in (0, 64 << 20):
        limits = Settings(max_batch_size=2, max_queue=2, prefix_cache_bytes=prefix_cache_bytes).limits
        engine = MlxEngine.open(model=str(folder), device=device, limits=limits)
        answers += [run(ask(engine, completion((*prompt, *more), max_tokens=40))) for more in ((), (11, 12), (11, 13))]
        run(engine.close(grace_s=1))
    assert [answer.token_ids for answer in answers[:3]] == [answer.token_ids for answer in answers[3:]]
    assert [answer.finish.num_cached_tokens > 0 for answer in answers] == [False, False, False, False, True, True]


def test_an_adapter_named_like_the_base_is_refused(small_gemma: Path, small_adapters: Adapters, device: Device) -> None:
    adapters = [("small-gemma", small_adapters[0][1])]
    with pytest.raises(ModelLoadError, match="both named 'small-gemma'"):
        MlxEngine.open(model=str(small_gemma), adapters=adapters, device=device, limits=Settings(max_batch_size=2, max_queue=2).limits)


def test_a_broken_adapter_keeps_the_engine_from_starting_and_is_named(small_gemma: Path, tmp_path: Path, device: Device) -> None:
    with pytest.raises(ModelLoadError, match=r"adapter 'broken'.*adapter_config\.json"):
        MlxEngine.open(
            model=str(small_gemma), adapters=[("broken", tmp_path)], device=device, limits=Settings(max_batch_size=2, max_queue=2).limits
        )


@pytest.mark.parametrize(("has_own_defaults", "expected"), [(True, SamplingDefaults(top_k=64, top_p=0.95)), (False, SamplingDefaults())])
def test_the_models_own_defaults_are_told_unless_they_are_not_wanted(
    small_gemma: Path, tmp_path: Path, device: Device, run: Run, has_own_defaults: bool, expected: SamplingDefaults
) -> None:
    folder = Path(shutil.copytree(small_gemma, tmp_path / "model"))
    (folder / "generation_config.json").write_text('{"top_k": 64, "top_p": 0.95, "min_p": 7}')
    limits = Settings(max_batch_size=2, max_queue=2).limits
    engine = MlxEngine.open(model=str(folder), device=device, limits=limits, has_own_defaults=has_own_defaults)
    assert engine.sampling_defaults == expected
    run(engine.close(grace_s=1))


@pytest.mark.parametrize("content", ["[]", "{"])
def test_a_generation_config_that_cannot_be_read_keeps_the_engine_from_starting(
    small_gemma: Path, tmp_path: Path, device: Device, content: str
) -> None:
    folder = Path(shutil.copytree(small_gemma, tmp_path / "model"))
    (folder / "generation_config.json").write_text(content)
    with pytest.raises(ModelLoadError, match=r"generation_config\.json cannot be read"):
        MlxEngine.open(model=str(folder), device=device, limits=Settings(max_batch_size=2, max_queue=2).limits, has_own_defaults=False)
