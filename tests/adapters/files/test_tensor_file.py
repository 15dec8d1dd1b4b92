"""A safetensors file is read as its own package reads it, and whatever is not one is refused."""

import os
import random
import struct
from pathlib import Path

import numpy as np
import pytest
from safetensors import SafetensorError, deserialize

from adapters.errors import AdapterError, UnreadableAdapter
from adapters.files.folder import AdapterFolder
from adapters.files.reading import read_adapter
from adapters.files.tensor_file import MAX_FILE_BYTES, TensorFile
from tests.adapters.adapter_files import (
    MLX_LM_CONFIG,
    factors,
    mlx_lm_tensors,
    safetensors_bytes,
    stored,
    write_folder,
    write_mlx_lm,
)

FOUR = b"\0\0\x80\x3f"  # 1.0
SEED = 20_260_101
ONCE = b'"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}'


def entry(start: int, end: int, dtype: str = "F32", shape: tuple[int, ...] = (1,)) -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}


def test_tensors_of_every_float_dtype_are_read_as_float32(tmp_path: Path) -> None:
    values = {dtype: factors(3, 5, seed=seed) for seed, dtype in enumerate(["F32", "BF16", "F16"])}
    values["F16"] = values["F16"].astype(np.float16).astype(np.float32)
    tensors = {dtype: stored(tensor, dtype) for dtype, tensor in values.items()} | {"empty": stored(factors(0, 7))}
    (tmp_path / "file").write_bytes(safetensors_bytes(tensors))
    with AdapterFolder.open(tmp_path) as folder, TensorFile.open(folder, "file") as file:
        read = {tensor.name: file.read(tensor) for tensor in file.tensors}
    assert all(np.array_equal(read[dtype], values[dtype]) and read[dtype].dtype == np.float32 for dtype in values)
    assert read["empty"].shape == (0, 7)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "its size is 0 bytes"),
        (b"1234567", "its size is 7 bytes"),
        (struct.pack("<Q", 10 << 30) + b"{}", "claims a header of 10737418240 bytes"),
        (b"\xff" * 8 + b"{}", "claims a header of 18446744073709551615 bytes"),
        (b"\x80\x04\x95" + b"a pickle" * 9, "claims a header of"),
        (b"PK\x03\x04" + b"a zipped pickle" * 9, "claims a header of"),
        (safetensors_bytes({"a": factors(2, 2)})[:-1], "its tensors end at byte"),
        (safetensors_bytes({"a": factors(2, 2)}) + b"\0", "its tensors end at byte"),
        (safetensors_bytes({}, header=b"[]"), "its header is wrong: Expected `object`, got `array`"),
        (safetensors_bytes({}, header=b'{"a": 1}'), "its header is wrong"),
        (safetensors_bytes({}, header=b'{"\xff": 1}'), "its header is wrong"),
        (safetensors_bytes({}, header=b'{"a": ' + b"[" * 100_000), "its header is wrong"),
        (safetensors_bytes({}, header=b'{"__metadata__": {"a": 1}}'), "its header is wrong"),
        (safetensors_bytes({}, header=b'{"__metadata__": {"b": "1", "b": "1"}}'), "the key 'b' stands twice"),
        (safetensors_bytes({}, header=b"{" + ONCE + b", " + ONCE + b"}") + FOUR, "the key 'a' stands twice"),
        (
            safetensors_bytes({}, header=b'{"a": {"dtype": "F32", "shape": [2], "shape": [1], "data_offsets": [0, 4]}}') + FOUR,
            "the key 'shape' stands twice",
        ),
        (safetensors_bytes({}, header={"a": entry(0, 4, shape=(-1,))}) + FOUR, "its header is wrong"),
        (safetensors_bytes({}, header={"a": entry(0, 4, shape=(2**62, 2**62, 0))}) + FOUR, "its header is wrong"),
        (safetensors_bytes({}, header={"a": entry(-4, 0)}) + FOUR, "its header is wrong"),
        (safetensors_bytes({}, header={"a": entry(4, 0)}) + FOUR, "a does not begin where"),
        (safetensors_bytes({}, header={"a": entry(0, 8, shape=(1,))}) + FOUR * 2, r"a has 8 bytes, not those of F32 \(1,\)"),
        (safetensors_bytes({}, header={"a": entry(0, 4, shape=(2**39, 2**39))}) + FOUR, "a has 4 bytes, not those of F32"),
        (safetensors_bytes({}, header={"a": entry(0, 4), "b": entry(0, 4)}) + FOUR, "b does not begin where"),
        (safetensors_bytes({}, header={"a": entry(0, 4), "b": entry(2, 6)}) + FOUR * 2, "b does not begin where"),
        (safetensors_bytes({}, header={"a": entry(4, 8)}) + FOUR * 2, "a does not begin where"),
        (safetensors_bytes({}, header={"a": entry(0, 4), "b": entry(8, 12)}) + FOUR * 3, "b does not begin where"),
        (safetensors_bytes({"a" * 257: factors(1)}), "is no tensor's name"),
        (safetensors_bytes({"a\nb": factors(1)}), "is no tensor's name"),
    ],
)
def test_what_is_no_whole_safetensors_file_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(UnreadableAdapter, match=f"adapters.safetensors is not a whole safetensors file: .*{message}"):
        read_adapter(write_folder(tmp_path, MLX_LM_CONFIG, adapters__safetensors=content))


def test_a_file_beyond_all_measure_is_refused_unread(tmp_path: Path) -> None:
    with (write_mlx_lm(tmp_path) / "adapters.safetensors").open("r+b") as file:
        file.truncate(MAX_FILE_BYTES + 1)  # takes no room on the disk
    with pytest.raises(UnreadableAdapter, match=f"its size is {MAX_FILE_BYTES + 1} bytes"):
        read_adapter(tmp_path)


def test_a_file_cut_off_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = write_mlx_lm(tmp_path) / "adapters.safetensors"
    with AdapterFolder.open(tmp_path) as folder, TensorFile.open(folder, path.name) as file:
        os.truncate(path, path.stat().st_size - 16)
        with pytest.raises(UnreadableAdapter, match="it ends before its header says"):
            file.read(file.tensors[-1])


def test_a_file_written_to_while_it_is_read_is_refused_and_one_renamed_over_it_is_not_seen(tmp_path: Path) -> None:
    path = write_mlx_lm(tmp_path) / "adapters.safetensors"
    content = path.read_bytes()
    with AdapterFolder.open(tmp_path) as folder, TensorFile.open(folder, path.name) as file:
        (tmp_path / "next").write_bytes(content[:100])
        (tmp_path / "next").rename(path)
        file.check_unchanged()
        assert all(file.read(tensor).size for tensor in file.tensors)
    path.write_bytes(content)
    with AdapterFolder.open(tmp_path) as folder, TensorFile.open(folder, path.name) as file:
        path.write_bytes(content)
        os.utime(path, (0, 0))
        with pytest.raises(UnreadableAdapter, match="changed while it was read"):
            file.check_unchanged()


def test_a_folder_renamed_into_the_place_of_another_is_not_half_read(tmp_path: Path) -> None:
    old = write_mlx_lm(tmp_path / "adapter")
    new = write_mlx_lm(tmp_path / "new", tensors={name: 2 * tensor for name, tensor in mlx_lm_tensors().items()})
    with AdapterFolder.open(old) as folder:
        old.rename(tmp_path / "old")
        new.rename(tmp_path / "adapter")
        with TensorFile.open(folder, "adapters.safetensors") as file:
            first = file.read(file.tensors[0])
    assert np.array_equal(first, mlx_lm_tensors()[file.tensors[0].name])


@pytest.mark.parametrize("part", ["truncated", "length", "header", "data"])
def test_a_damaged_file_is_refused_or_read_as_its_own_package_reads_it(tmp_path: Path, part: str) -> None:
    """A thousand files, each damaged by chance in one part."""
    whole = safetensors_bytes(mlx_lm_tensors())
    header_end = 8 + struct.unpack("<Q", whole[:8])[0]
    spans = {"truncated": (0, len(whole)), "length": (0, 8), "header": (8, header_end), "data": (header_end, len(whole))}
    chance = random.Random(SEED)
    folder = write_folder(tmp_path, MLX_LM_CONFIG)
    num_read = 0
    for _ in range(250):
        content = bytearray(whole)
        for _ in range(chance.choice((1, 1, 2, 5))):
            content[chance.randrange(*spans[part])] = chance.randrange(256)
        if part == "truncated":
            content = bytearray(whole[: chance.randrange(len(whole))])
        (folder / "adapters.safetensors").write_bytes(content)
        try:
            adapter = read_adapter(folder)
        except AdapterError:
            continue
        num_read += 1
        reference = dict(deserialize(bytes(content)))  # type: ignore[no-untyped-call]
        for module, pair in adapter.pairs.items():
            assert np.array_equal(pair.a.reshape(-1), np.frombuffer(reference[f"{module}.lora_a"]["data"], np.float32))
    assert (num_read == 0) == (part == "truncated") or part in ("length", "header")


def test_what_the_package_refuses_is_refused_here(tmp_path: Path) -> None:
    """Headers put together by chance from right and wrong pieces."""
    chance = random.Random(SEED)
    folder = write_folder(tmp_path, {"lora_parameters": {"rank": 1, "scale": 1}})
    for _ in range(500):
        names = chance.sample(["model.layers.0.mlp.up_proj.lora_a", "model.layers.0.mlp.up_proj.lora_b", "x", "__metadata__", ""], 2)
        starts = [chance.choice((0, 0, 4, 8)) for _ in names]
        header = {
            name: entry(
                start, start + chance.choice((0, 4, 4, 8)), chance.choice(("F32", "F16", "I8", "F99")), chance.choice([(1, 1), (2,), ()])
            )
            for name, start in zip(names, starts, strict=True)
        }
        content = safetensors_bytes({}, header=header) + FOUR * chance.choice((0, 1, 2, 2))
        (folder / "adapters.safetensors").write_bytes(content)
        try:
            deserialize(content)  # type: ignore[no-untyped-call]
        except SafetensorError:
            with pytest.raises(AdapterError):
                read_adapter(folder)
