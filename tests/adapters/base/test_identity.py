"""A model is named by what its files hold."""

import shutil
from pathlib import Path

import pytest

from adapters.base.errors import ModelLoadError
from adapters.base.identity import digest_model


def test_a_copy_elsewhere_is_the_same_model(small_gemma: Path, tmp_path: Path) -> None:
    copy = tmp_path / "another-name"
    shutil.copytree(small_gemma, copy)
    (copy / "README.md").write_text("of a copy")
    assert digest_model(copy) == digest_model(small_gemma)
    assert digest_model(copy).startswith("sha256:")


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_another_byte_is_another_model(small_gemma: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(small_gemma, copy := tmp_path / "copy")
    with (copy / name).open("ab") as file:
        file.write(b" ")
    assert digest_model(copy) != digest_model(small_gemma)


def test_what_is_not_there_has_no_digest(tmp_path: Path) -> None:
    with pytest.raises(ModelLoadError, match=r"config\.json"):
        digest_model(tmp_path)
