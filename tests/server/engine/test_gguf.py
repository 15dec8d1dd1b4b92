"""The demo model out of a GGUF file, asked as any other: the folder's answers, and answers where weights stay quantised."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from gguf import GGMLQuantizationType

from adapters.base.device import Device
from adapters.base.errors import ModelLoadError
from adapters.base.fetch import find_model
from server.engine.mlx.engine import MlxEngine
from server.engine.protocol import Sampling
from server.settings.settings import Settings
from tests.adapters.base.gguf.writing import DEMO, write_gguf
from tests.server.engine.asking import ask, question
from tests.server.engine.conftest import Run

LIMITS = Settings(max_batch_size=4, max_queue=4).limits
QUESTION = question("What is the sea?", id="asked", max_tokens=24, sampling=Sampling(temperature=0))


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_gguf(tmp_path_factory.mktemp("gguf") / "demo-BF16.gguf")


@pytest.fixture(scope="module")
def folders(device: Device, run: Run) -> Iterator[MlxEngine]:
    engine = MlxEngine.open(model=str(DEMO), device=device, limits=LIMITS)
    yield engine
    run(engine.close(grace_s=5))


@pytest.fixture(scope="module")
def files(file: Path, device: Device, run: Run) -> Iterator[MlxEngine]:
    engine = MlxEngine.open(model=str(file), device=device, limits=LIMITS)
    yield engine
    run(engine.close(grace_s=5))


def test_answers_are_the_folders(folders: MlxEngine, files: MlxEngine, run: Run) -> None:
    expected, answer = run(ask(folders, QUESTION)), run(ask(files, QUESTION))
    assert answer.token_ids == expected.token_ids
    assert answer.text == expected.text
    assert len(answer.token_ids) > 3


def test_the_model_is_named_after_its_file(files: MlxEngine, file: Path) -> None:
    (model,) = files.models()
    assert model.id == "demo-BF16"
    assert model.root == str(file)


def test_fingerprints_of_file_and_folder_differ(folders: MlxEngine, files: MlxEngine) -> None:
    assert files.fingerprint != folders.fingerprint


@pytest.mark.parametrize("name", ["Q4_0", "Q5_1", "Q8_0"])
def test_weights_that_stay_quantised_answer(tmp_path: Path, device: Device, run: Run, name: str) -> None:
    file = write_gguf(tmp_path / "demo.gguf", kind=GGMLQuantizationType[name])
    engine = MlxEngine.open(model=str(file), device=msgspec.structs.replace(device, weights_dtype=None), limits=LIMITS)
    answer = run(ask(engine, QUESTION))
    run(engine.close(grace_s=5))
    assert len(answer.text) > 10


def test_a_folder_with_one_file_is_that_file_and_its_vision_part_is_none(file: Path, tmp_path: Path) -> None:
    own = shutil.copy(file, tmp_path / "gemma.gguf")
    shutil.copy(file, tmp_path / "mmproj-gemma.gguf")
    assert find_model(str(tmp_path)) == Path(own)


def test_a_folder_with_several_files_names_them(file: Path, tmp_path: Path) -> None:
    for name in ("a-Q4_0.gguf", "b-Q8_0.gguf"):
        shutil.copy(file, tmp_path / name)
    with pytest.raises(ModelLoadError, match=r"holds 2 GGUF files; name one: a-Q4_0\.gguf, b-Q8_0\.gguf"):
        find_model(str(tmp_path))


def test_a_folder_of_safetensors_stays_one_though_a_file_lies_in_it(file: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    shutil.copy(file, tmp_path / "a.gguf")
    assert find_model(str(tmp_path)) == tmp_path


def test_a_blob_without_a_suffix_is_taken_and_another_file_is_not(file: Path, tmp_path: Path) -> None:
    blob = Path(shutil.copy(file, tmp_path / "sha256-7cd4"))
    assert find_model(str(blob)) == blob
    other = tmp_path / "model.gguf"
    other.write_text("version https://git-lfs.github.com/spec/v1")
    with pytest.raises(ModelLoadError, match="is no GGUF file"):
        find_model(str(other))
