"""The head of a file that is whole, and what is said of one that is not."""

import os
from pathlib import Path

import pytest

from adapters.base.errors import ModelLoadError
from adapters.base.gguf.header import is_gguf, read_header
from tests.adapters.base.gguf.writing import demo_metadata, demo_tensors, write_gguf


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_gguf(tmp_path_factory.mktemp("gguf") / "demo.gguf")


def test_metadata_is_what_was_written(file: Path) -> None:
    header = read_header(file)
    written = demo_metadata()
    assert header.architecture == "gemma3"
    epsilon = "gemma3.attention.layer_norm_rms_epsilon"
    assert header.metadata[epsilon] == pytest.approx(written.pop(epsilon))
    assert {key: header.metadata[key] for key in written} == written


def test_tensors_have_numpys_shapes_and_lie_in_the_file(file: Path) -> None:
    tensors = read_header(file).tensors
    assert {name: tensor.shape for name, tensor in tensors.items()} == {name: array.shape for name, array in demo_tensors().items()}
    assert max(tensor.start + tensor.size_bytes for tensor in tensors.values()) <= file.stat().st_size


@pytest.mark.parametrize("share", [0.00001, 0.0001, 0.001, 0.003, 0.01, 0.3, 0.999])
def test_a_file_that_is_cut_off_is_refused(file: Path, tmp_path: Path, share: float) -> None:
    content = file.read_bytes()
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(content[: max(8, int(len(content) * share))])
    with pytest.raises(ModelLoadError, match="cut off"):
        read_header(cut)


@pytest.mark.parametrize(
    ("start", "content", "complaint"),
    [
        (4, (1).to_bytes(4, "little"), "its version is 1"),
        (4, (3).to_bytes(4, "big"), "of another byte order"),
        (8, (1 << 40).to_bytes(8, "little"), "counts 1099511627776 tensors"),
        (16, (1 << 40).to_bytes(8, "little"), "counts 1099511627776 entries"),
        (24, (1 << 40).to_bytes(8, "little"), "counts 1099511627776 characters"),
    ],
)
def test_a_damaged_head_is_refused_by_what_is_wrong(file: Path, tmp_path: Path, start: int, content: bytes, complaint: str) -> None:
    damaged = bytearray(file.read_bytes())
    damaged[start : start + len(content)] = content
    (tmp_path / "damaged.gguf").write_bytes(damaged)
    with pytest.raises(ModelLoadError, match=complaint) as told:
        read_header(tmp_path / "damaged.gguf")
    assert "\n" not in str(told.value)


def test_a_gguf_file_is_known_by_how_it_begins(file: Path, tmp_path: Path) -> None:
    blob = tmp_path / "sha256-0f"
    blob.write_bytes(file.read_bytes())
    other = tmp_path / "other.gguf"
    other.write_bytes(b"PK\x03\x04")
    assert is_gguf(blob)
    assert not is_gguf(other)
    assert not is_gguf(tmp_path)


def test_a_named_pipe_is_no_file_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "model.gguf")
    assert not is_gguf(tmp_path / "model.gguf")
