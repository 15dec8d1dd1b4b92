"""An adapter's folder is read whole or refused with every reason."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from adapters.errors import AdapterError, UnreadableAdapter, UnsupportedAdapter
from adapters.files.reading import AdapterWeights, TrainingRecord, read_adapter
from adapters.files.tensor_file import Floats, StoredTensor, TensorFile
from tests.adapters.adapter_files import (
    IN,
    MLX_LM_CONFIG,
    MODULES,
    OUT,
    PEFT_CONFIG,
    RANK,
    mlx_lm_tensors,
    peft_tensors,
    safetensors_bytes,
    stored,
    write_folder,
    write_mlx_lm,
    write_peft,
)


def assert_same(one: AdapterWeights, other: AdapterWeights) -> None:
    assert one.digest == other.digest
    assert list(one.pairs) == list(other.pairs)
    for module, pair in one.pairs.items():
        assert np.array_equal(pair.a, other.pairs[module].a) and np.array_equal(pair.b, other.pairs[module].b)


@pytest.mark.parametrize("write", [write_mlx_lm, write_peft])
def test_both_formats_give_the_same_pairs_with_the_scale_folded_in(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    adapter = read_adapter(write(tmp_path))
    tensors = mlx_lm_tensors()
    assert tuple(adapter.pairs) == MODULES
    assert (adapter.rank, adapter.scale, adapter.path) == (RANK, 20.0, tmp_path)
    assert adapter.size_bytes == 4 * len(MODULES) * RANK * (IN + OUT)
    for module, pair in adapter.pairs.items():
        assert np.array_equal(pair.a, tensors[f"{module}.lora_a"])
        assert np.array_equal(pair.b, 20 * tensors[f"{module}.lora_b"])
        assert pair.a.dtype == pair.b.dtype == np.float32 and pair.a.flags.c_contiguous and pair.b.flags.c_contiguous


@pytest.mark.parametrize("dtype", ["F32", "F16", "BF16"])
def test_every_float_dtype_of_the_same_values_is_the_same_adapter(tmp_path: Path, dtype: str) -> None:
    rounded = {name: tensor.astype(np.float16).astype(np.float32) for name, tensor in mlx_lm_tensors().items()}
    rounded = {name: (tensor.view(np.uint32) & 0xFFFF0000).view(np.float32) for name, tensor in rounded.items()}
    plain = read_adapter(write_mlx_lm(tmp_path / "plain", tensors=rounded))
    other = read_adapter(write_mlx_lm(tmp_path / "other", tensors={name: stored(tensor, dtype) for name, tensor in rounded.items()}))
    assert_same(plain, other)


def test_digest_follows_weights_scale_and_targets_and_nothing_else(tmp_path: Path) -> None:
    parameters = MLX_LM_CONFIG["lora_parameters"]
    tensors = mlx_lm_tensors()
    digest = read_adapter(write_mlx_lm(tmp_path / "one")).digest
    same = read_adapter(write_mlx_lm(tmp_path / "two", MLX_LM_CONFIG | {"iters": 100}, dict(reversed(tensors.items())))).digest
    other_scale = read_adapter(write_mlx_lm(tmp_path / "three", MLX_LM_CONFIG | {"lora_parameters": parameters | {"scale": 10.0}})).digest  # type: ignore[operator]
    other_weights = read_adapter(
        write_mlx_lm(tmp_path / "four", tensors=tensors | {f"{MODULES[0]}.lora_a": 2 * tensors[f"{MODULES[0]}.lora_a"]})
    )
    renamed = {name.replace("layers.1", "layers.2").replace("layers.0", "layers.1"): tensor for name, tensor in tensors.items()}
    other_layers = read_adapter(write_mlx_lm(tmp_path / "five", tensors=renamed))
    assert digest == same
    assert digest.startswith("sha256:")
    assert len({digest, other_scale, other_weights.digest, other_layers.digest}) == 4


def test_with_the_weights_of_both_formats_the_configuration_decides(tmp_path: Path) -> None:
    both = {
        "adapters__safetensors": safetensors_bytes(mlx_lm_tensors()),
        "adapter_model__safetensors": safetensors_bytes({name: 2 * tensor for name, tensor in peft_tensors().items()}),
    }
    as_mlx_lm = read_adapter(write_folder(tmp_path / "one", MLX_LM_CONFIG, **both))
    as_peft = read_adapter(write_folder(tmp_path / "two", PEFT_CONFIG, **both))
    assert (as_mlx_lm.format, as_peft.format) == ("mlx-lm", "peft")
    assert as_mlx_lm.digest != as_peft.digest


@pytest.mark.parametrize("format_name", ["mlx-lm", "peft"])
@pytest.mark.parametrize("wiped", ["a", "b", "crosswise", "scale"])
def test_an_adapter_that_changes_nothing_is_refused(tmp_path: Path, format_name: str, wiped: str) -> None:
    tensors = mlx_lm_tensors() if format_name == "mlx-lm" else peft_tensors()
    for name, tensor in tensors.items():
        factor = "a" if "lora_a" in name.lower() else "b"
        if wiped == factor:
            tensor[:] = 0
        elif wiped == "crosswise":  # each component has one factor of zeros
            along_rank = tensor if (factor == "b") == (format_name == "mlx-lm") else tensor.T
            along_rank[0 if factor == "a" else 1] = 0
    config: object = MLX_LM_CONFIG if format_name == "mlx-lm" else PEFT_CONFIG | ({"lora_alpha": 0} if wiped == "scale" else {})
    if wiped == "scale" and format_name == "mlx-lm":
        config = MLX_LM_CONFIG | {"lora_parameters": {"rank": RANK, "scale": 0}}
    write = write_mlx_lm if format_name == "mlx-lm" else write_peft
    with pytest.raises(UnsupportedAdapter, match="changes nothing"):
        read_adapter(write(tmp_path, config, tensors))


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (b"", "is not an adapter's configuration: Input data was truncated"),
        (b"{", "is not an adapter's configuration"),
        (b"[]", r"Expected `object`, got `array`"),
        (b"{}", r"expected peft_type \(PEFT's\), lora_parameters \(mlx-lm's\) or rank \(mlx-vlm's\)"),
        (b'{"peft_type": "LORA", "x": "\xff"}', "is not an adapter's configuration: 'utf-8' codec"),
        (b'{"peft_type": "LORA", "x": ' + b"[" * 100_000, "is not an adapter's configuration"),
        (b'{"peft_type": "LORA", "r": ' + b"9" * 5000 + b', "lora_alpha": 1}', "is not an adapter's configuration"),
        (b'{"peft_type": "LORA", "r": 8, "lora_alpha": 16, "r": 8}', "the key 'r' stands twice in one object"),
        (b'{"lora_parameters": {"rank": 2, "scale": 1, "scale": 20}}', "the key 'scale' stands twice in one object"),
        (b'{"peft_type": "LORA", "r": 8, "lora_alpha": 1e999}', "is not an adapter's configuration"),
        (b" " * (256 << 10) + b"{}", "is over 262144 bytes"),
        ({"fine_tune_type": "lora"}, "missing required field `lora_parameters`"),
        ({"lora_parameters": {"rank": 2}}, r"missing required field `scale` - at `\$.lora_parameters`"),
        ({"lora_parameters": {"rank": "2", "scale": 1}}, r"Expected `int`, got `str` - at `\$.lora_parameters.rank`"),
        ({"lora_parameters": {"rank": 0, "scale": 1}}, r"Expected `int` >= 1 - at `\$.lora_parameters.rank`"),
        ({"lora_parameters": {"rank": 2, "scale": 1, "keys": "q_proj"}}, r"at `\$.lora_parameters.keys`"),
        ({"peft_type": "LORA", "lora_alpha": 1}, "missing required field `r`"),
        (PEFT_CONFIG | {"r": 2.5}, r"Expected `int`, got `float` - at `\$.r`"),
        (PEFT_CONFIG | {"r": True}, r"Expected `int`, got `bool` - at `\$.r`"),
        (PEFT_CONFIG | {"target_modules": [1]}, r"at `\$.target_modules\[0\]`"),
        (PEFT_CONFIG | {"rank_pattern": {"q_proj": 0}}, r"at `\$.rank_pattern\[...\]`"),
        (PEFT_CONFIG | {"layers_to_transform": [0, -1]}, r"at `\$.layers_to_transform\[1\]`"),
    ],
)
def test_a_configuration_that_is_none_is_refused(tmp_path: Path, config: object, message: str) -> None:
    files = {"adapters__safetensors": safetensors_bytes(mlx_lm_tensors()), "adapter_model__safetensors": safetensors_bytes(peft_tensors())}
    with pytest.raises(UnreadableAdapter, match=message):
        read_adapter(write_folder(tmp_path, config, **files))


@pytest.mark.parametrize(
    ("config", "files", "error", "message"),
    [
        (MLX_LM_CONFIG, {}, UnreadableAdapter, "has no adapters.safetensors"),
        (PEFT_CONFIG, {}, UnreadableAdapter, "has no adapter_model.safetensors"),
        (PEFT_CONFIG, {"adapter_model__bin": b""}, UnsupportedAdapter, "adapter_model.bin is a pickle, which is never opened"),
        (MLX_LM_CONFIG, {"adapters__npz": b""}, UnsupportedAdapter, "adapters.npz is a pickle, which is never opened"),
        (PEFT_CONFIG, {"adapters__safetensors": b""}, UnreadableAdapter, "its adapter_config.json is peft's"),
        (MLX_LM_CONFIG, {"adapter_model__safetensors": b""}, UnreadableAdapter, "its adapter_config.json is mlx-lm's"),
        (MLX_LM_CONFIG, {"adapters__safetensors": safetensors_bytes({})}, UnreadableAdapter, "holds no tensors"),
    ],
)
def test_weights_that_are_not_there_are_missed(
    tmp_path: Path, config: object, files: dict[str, bytes], error: type[AdapterError], message: str
) -> None:
    with pytest.raises(error, match=message):
        read_adapter(write_folder(tmp_path, config, **files))


def test_what_llama_cpp_makes_of_an_adapter_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "lora-F16.GGUF"
    file.write_bytes(b"GGUF")
    said = r"lora-F16\.GGUF is llama\.cpp's form of an adapter, which is not read: load the folder that it was made from"
    with pytest.raises(UnsupportedAdapter, match=said):
        read_adapter(file)
    with pytest.raises(UnreadableAdapter, match=rf"has no adapter_config\.json: {said}"):
        read_adapter(tmp_path)
    with pytest.raises(UnsupportedAdapter, match=rf"has no adapter_model\.safetensors, and {said}"):
        read_adapter(write_folder(tmp_path, PEFT_CONFIG))


def test_a_configuration_that_changes_while_the_weights_are_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A trainer that saves over the folder writes one file after the other: old and new would make an adapter that never was."""
    folder = write_mlx_lm(tmp_path / "one")
    parameters = {"rank": RANK, "scale": 1.0}
    read = TensorFile.read

    def write_and_read(file: TensorFile, tensor: StoredTensor) -> Floats:
        write_folder(folder, MLX_LM_CONFIG | {"lora_parameters": parameters})
        return read(file, tensor)

    monkeypatch.setattr(TensorFile, "read", write_and_read)
    with pytest.raises(UnreadableAdapter, match=r"adapter_config\.json changed while the adapter was read: write to another folder"):
        read_adapter(folder)
    assert read_adapter(folder).scale == 1


def test_a_path_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "nothing", tmp_path / "file", tmp_path / "file" / "deeper", Path("nul\0byte"), tmp_path / ("long" * 1000)):
        with pytest.raises(UnreadableAdapter, match="is not a folder"):
            read_adapter(path)
    with pytest.raises(UnreadableAdapter, match=r"has no adapter_config\.json"):
        read_adapter(tmp_path)


@pytest.mark.parametrize("name", ["adapter_config.json", "adapters.safetensors"])
def test_what_is_no_file_in_a_files_place_is_refused_and_not_waited_for(tmp_path: Path, name: str) -> None:
    for kind, make in (("folder", os.mkdir), ("pipe", os.mkfifo)):
        folder = write_mlx_lm(tmp_path / kind)
        (folder / name).unlink()
        make(folder / name)
        with pytest.raises(UnreadableAdapter, match=f"{name} is not a file"):
            read_adapter(folder)


@pytest.mark.parametrize("name", ["adapter_config.json", "adapters.safetensors"])
def test_a_link_that_leads_nowhere_or_in_circles_is_refused(tmp_path: Path, name: str) -> None:
    for target, message in (("elsewhere", f"has no {name}"), (name, f"{name} cannot be opened: Too many levels")):
        path = write_mlx_lm(tmp_path) / name
        path.unlink()
        path.symlink_to(target)
        with pytest.raises(UnreadableAdapter, match=message):
            read_adapter(tmp_path)
        path.unlink()


@pytest.mark.parametrize("swapped", ["adapter", "adapter/adapter_config.json", "adapter/adapters.safetensors"])
def test_a_link_out_of_the_roots_that_was_put_there_after_they_were_looked_at_is_not_followed(tmp_path: Path, swapped: str) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    for folder in (root, outside):
        write_mlx_lm(folder / "adapter")
    assert read_adapter(root / "adapter", within=[tmp_path / "gone", root])
    place = root / swapped
    place.rename(tmp_path / "away")
    place.symlink_to(outside / swapped)
    with pytest.raises(UnreadableAdapter, match="leads out of the folders that adapters may be loaded from"):
        read_adapter(root / "adapter", within=[root])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("name", ["adapter_config.json", "adapters.safetensors"])
def test_a_file_without_permission_is_refused(tmp_path: Path, name: str) -> None:
    (write_mlx_lm(tmp_path) / name).chmod(0)
    with pytest.raises(UnreadableAdapter, match=f"{name} cannot be opened: Permission denied"):
        read_adapter(tmp_path)


def test_no_descriptor_stays_open(tmp_path: Path) -> None:
    good, bad = write_mlx_lm(tmp_path / "good"), write_folder(tmp_path / "bad", MLX_LM_CONFIG, adapters__safetensors=b"nothing")
    before = len(os.listdir("/dev/fd"))  # noqa: PTH208
    for _ in range(3):
        read_adapter(good)
        with pytest.raises(UnreadableAdapter):
            read_adapter(bad)
    assert len(os.listdir("/dev/fd")) == before  # noqa: PTH208


def test_a_file_without_a_record_of_training_says_nothing(tmp_path: Path) -> None:
    assert read_adapter(write_mlx_lm(tmp_path)).record == TrainingRecord()


def test_reading_imports_no_mlx() -> None:
    """Reading happens on a thread of its own, and MLX belongs to another."""
    check = "import adapters.files.reading, sys; sys.exit(bool({'mlx', 'mlx_lm'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", check], cwd=Path(__file__).parents[3]).returncode == 0
