import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from adapters.base.device import Device
from adapters.base.loading import load
from adapters.command import CommandFault, UsageFault
from adapters.errors import MismatchedAdapter
from adapters.files.pairing import LowRankPair
from adapters.files.reading import AdapterWeights, read_adapter
from adapters.fuse.answering import Answering
from adapters.fuse.fusing import fuse
from adapters.fuse.report import FuseReport
from tests.adapters.adapter_files import Stored
from tests.adapters.fuse.models import (
    CONFIG,
    TARGETS,
    from_stored,
    make_adapter,
    make_values,
    nest,
    nested_config,
    quantize,
    read_header,
    read_tensors,
    to_stored,
    write_model,
)
from tools.random_adapter import write_random_adapter

PREFIXES = {"text": "model.", "nested": "language_model.model.", "newer nested": "model.language_model.", "bare trunk": ""}
PROMPT = tuple(range(3, 40))


def write_kind(folder: Path, kind: str, *, num_files: int = 1, is_tied: bool = True, dtype: str = "BF16", **beside: bytes) -> Path:
    tensors = {name: to_stored(one, dtype) for name, one in make_values(is_tied=is_tied).items()}
    config = CONFIG | {"tie_word_embeddings": is_tied}
    if "nested" in kind:
        tensors, config = nest(tensors, PREFIXES[kind]), nested_config(config) | {"tie_word_embeddings": is_tied}
    elif kind == "bare trunk":
        tensors = {name.removeprefix("model."): tensor for name, tensor in tensors.items()}
    return write_model(folder, tensors, num_files=num_files, config=config, **beside)


def find_wanted(values: NDArray[np.float32], pair: LowRankPair, scale: float = 1.0) -> NDArray[np.float64]:
    """Merge by the definition, in double precision."""
    updated: NDArray[np.float64] = values.astype(np.float64) + scale * (pair.a.astype(np.float64) @ pair.b).T
    if pair.magnitude is None:
        return updated
    rescaled: NDArray[np.float64] = updated * (pair.magnitude / np.linalg.norm(updated, axis=1))[:, None]
    return rescaled


def round_to_bfloat16(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """Round to the nearest, ties to even, by the bits."""
    bits = values.astype(np.float32).view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000).view(np.float32)


def name_changed(adapter: AdapterWeights, kind: str = "text") -> dict[str, str]:
    """Give the modules by the names of their tensors in the files."""
    return {PREFIXES[kind] + module.removeprefix("model.") + ".weight": module for module in adapter.pairs}


def read_folder(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def read_logits(folder: Path, device: Device, pairs: Mapping[str, LowRankPair] | None = None, scale: float = 1.0) -> NDArray[np.float32]:
    """Give log-probabilities of all tokens behind each of a text's, by candor's own reading."""
    answering = Answering(load(folder, device))
    if pairs:
        answering.install(pairs, scale)
    tokens = np.tile(np.arange(CONFIG["vocab_size"], dtype=np.int32), (len(PROMPT) - 1, 1))
    return answering.weigh(PROMPT[:1], PROMPT[1:], tokens)


@pytest.mark.parametrize("num_files", [1, 3])
@pytest.mark.parametrize("is_tied", [True, False])
@pytest.mark.parametrize("kind", PREFIXES)
def test_only_what_the_adapter_updates_is_changed(tmp_path: Path, kind: str, is_tied: bool, num_files: int) -> None:
    model = write_kind(tmp_path / "model", kind, num_files=num_files, is_tied=is_tied)
    adapter = make_adapter(tmp_path / "adapter")
    changed = name_changed(adapter, kind)
    fuse(model, adapter, tmp_path / "out")
    before, after = read_tensors(model), read_tensors(tmp_path / "out")
    assert list(after) == list(before)
    assert {name for name in before if before[name] != after[name]} == set(changed)
    for name, module in changed.items():
        wanted = find_wanted(from_stored(before[name]), adapter.pairs[module])
        difference = from_stored(after[name]) != round_to_bfloat16(wanted)
        assert difference.mean() < 0.001  # sums in single precision fall on the other side of a tie now and then
        np.testing.assert_allclose(from_stored(after[name]), wanted, rtol=2**-8)
    for file in model.glob("model*"):
        copy = tmp_path / "out" / file.name
        assert (read_header(copy) == read_header(file)) if file.suffix == ".safetensors" else (copy.read_bytes() == file.read_bytes())
    assert (tmp_path / "out" / "config.json").read_bytes() == (model / "config.json").read_bytes()


@pytest.mark.parametrize("dtype", ["F32", "F16"])
@pytest.mark.parametrize("scale", [0.5, -2.0])
def test_the_update_is_taken_at_a_scale_and_stored_as_the_base_is(tmp_path: Path, dtype: str, scale: float) -> None:
    model = write_kind(tmp_path / "model", "text", dtype=dtype)
    adapter = make_adapter(tmp_path / "adapter")
    report = fuse(model, adapter, tmp_path / "out", scale=scale)
    before, after = read_tensors(model), read_tensors(tmp_path / "out")
    for name, module in name_changed(adapter).items():
        assert after[name].dtype == dtype
        wanted = find_wanted(from_stored(before[name]), adapter.pairs[module], scale)
        np.testing.assert_allclose(from_stored(after[name]), wanted, rtol=1e-3 if dtype == "F16" else 1e-5, atol=1e-7)
    assert report.scale == scale
    assert report.stored == ({"F32": "float32", "F16": "float16"}[dtype],)


def test_dora_gives_rows_the_lengths_that_were_learnt(tmp_path: Path) -> None:
    model = write_kind(tmp_path / "model", "text", dtype="F32")
    adapter = make_adapter(tmp_path / "adapter", is_dora=True)
    assert fuse(model, adapter, tmp_path / "out").kind == "dora"
    after = read_tensors(tmp_path / "out")
    for name, module in name_changed(adapter).items():
        learnt = adapter.pairs[module].magnitude
        assert learnt is not None
        np.testing.assert_allclose(np.linalg.norm(from_stored(after[name]), axis=1), learnt, rtol=1e-5)
    with pytest.raises(UsageFault, match=r"DoRA adapter is fused at scale 1 only, not at 0\.5"):
        fuse(model, adapter, tmp_path / "half", scale=0.5)


@pytest.mark.parametrize("kind", ["text", "nested"])
@pytest.mark.parametrize("is_dora", [False, True])
def test_a_fused_model_computes_what_the_adapter_on_its_base_does(tmp_path: Path, device: Device, kind: str, is_dora: bool) -> None:
    model = write_kind(tmp_path / "model", kind)
    adapter = make_adapter(tmp_path / "adapter", is_dora=is_dora, modules=tuple(TARGETS))
    fuse(model, adapter, tmp_path / "out", dtype="float32")
    wanted = read_logits(model, device, adapter.pairs)
    np.testing.assert_allclose(read_logits(tmp_path / "out", device), wanted, atol=2e-4)
    assert np.abs(read_logits(model, device) - wanted).max() > 0.1


def test_stored_in_float32_nothing_is_lost_and_the_index_tells_the_size(tmp_path: Path) -> None:
    model = write_kind(tmp_path / "model", "text", num_files=2)
    adapter = make_adapter(tmp_path / "adapter")
    report = fuse(model, adapter, tmp_path / "out", dtype="float32")
    before, after = read_tensors(model), read_tensors(tmp_path / "out")
    assert {name: one for name, one in after.items() if one.dtype == "F32"}.keys() == name_changed(adapter).keys()
    assert all(after[name] == before[name] for name in before if name not in name_changed(adapter))
    assert report.overall.error == report.overall.update_error == 0
    assert report.overall.update_kept == pytest.approx(1)
    index = json.loads((tmp_path / "out" / "model.safetensors.index.json").read_bytes())
    assert index["metadata"] == {"total_size": sum(len(one.content) for one in after.values()), "own": 1}
    assert index["weight_map"] == json.loads((model / "model.safetensors.index.json").read_bytes())["weight_map"]


def unpack_all(tensors: Mapping[str, Stored], bits: int, group_size: int) -> dict[str, NDArray[np.float32]]:
    """Give all matrices that are quantised in the affine mode, by the definition."""
    found = {}
    for name, tensor in tensors.items():
        if tensor.dtype == "U32":
            rows = np.frombuffer(tensor.content, np.uint8).reshape(tensor.shape[0], -1)
            each = np.unpackbits(rows, axis=1, bitorder="little").reshape(tensor.shape[0], -1, bits)
            codes = (each * (1 << np.arange(bits))).sum(axis=-1).reshape(tensor.shape[0], -1, group_size)
            scales, biases = (from_stored(tensors[name.removesuffix("weight") + part])[..., None] for part in ("scales", "biases"))
            found[name] = (codes * scales + biases).reshape(tensor.shape[0], -1).astype(np.float32)
    return found


@pytest.mark.parametrize("bits", [2, 3, 4, 5, 6, 8])
def test_a_quantised_base_stays_quantised_and_the_loss_is_told(tmp_path: Path, device: Device, bits: int) -> None:
    config = CONFIG | {"quantization": {"group_size": 32, "bits": bits}}
    model = write_model(tmp_path / "model", quantize(make_values(), bits=bits), num_files=2, config=config)
    adapter = make_adapter(tmp_path / "adapter", size=0.1)
    report = fuse(model, adapter, tmp_path / "out")
    before, after = read_tensors(model), read_tensors(tmp_path / "out")
    changed = {name.removesuffix("weight") for name in name_changed(adapter)}
    assert {name for name in before if before[name] != after[name]} <= {
        stem + part for stem in changed for part in ("weight", "scales", "biases")
    }
    assert [(name, one.dtype, one.shape) for name, one in after.items()] == [(name, one.dtype, one.shape) for name, one in before.items()]
    base, stored = unpack_all(before, bits, 32), unpack_all(after, bits, 32)
    for name, module in name_changed(adapter).items():
        wanted = find_wanted(base[name], adapter.pairs[module])
        lost, update = stored[name] - wanted, wanted - base[name]
        assert report.modules[module].update_error == pytest.approx(np.linalg.norm(lost) / np.linalg.norm(update), rel=1e-3)
        assert report.modules[module].update_kept == pytest.approx(
            ((stored[name] - base[name]) * update).sum() / (update**2).sum(), rel=1e-3
        )
        assert report.modules[module].error == pytest.approx(np.linalg.norm(lost) / np.linalg.norm(wanted), rel=1e-3)
    assert report.is_quantized
    assert report.stored == (f"{bits} bits in groups of 32",)
    assert read_logits(tmp_path / "out", device).shape == (len(PROMPT) - 1, CONFIG["vocab_size"])


def test_what_a_small_update_does_survives_four_bits_better_than_rounding_alone(tmp_path: Path) -> None:
    config = CONFIG | {"quantization": {"group_size": 32, "bits": 4}}
    model = write_model(tmp_path / "model", quantize(make_values(), bits=4), config=config)
    adapter = make_adapter(tmp_path / "adapter", size=0.025)
    report = fuse(model, adapter, tmp_path / "out")
    before = unpack_all(read_tensors(model), 4, 32)
    kept = total = 0.0
    for name, module in name_changed(adapter).items():
        update = (adapter.pairs[module].a @ adapter.pairs[module].b).T
        again = unpack_all(quantize({name: before[name] + update}, bits=4), 4, 32)[name]
        kept, total = kept + float(((again - before[name]) * update).sum()), total + float((update**2).sum())
    assert kept / total < 0.5
    assert report.overall.update_kept > kept / total + 0.2


@pytest.mark.parametrize(("mode", "bits", "size"), [("mxfp4", 4, 32), ("mxfp8", 8, 32), ("nvfp4", 4, 16)])
def test_other_modes_are_kept(tmp_path: Path, device: Device, mode: str, bits: int, size: int) -> None:
    config = CONFIG | {"quantization": {"group_size": size, "bits": bits, "mode": mode}}
    model = write_model(tmp_path / "model", quantize(make_values(), bits=bits, group_size=size, mode=mode), config=config)
    adapter = make_adapter(tmp_path / "adapter", size=0.2)
    report = fuse(model, adapter, tmp_path / "out")
    assert report.stored == (f"{bits} bits in groups of {size} ({mode})",)
    assert 0 < report.overall.update_error < 0.5
    wanted = read_logits(model, device, adapter.pairs)
    off = np.abs(read_logits(tmp_path / "out", device) - wanted).mean()
    assert off < np.abs(read_logits(model, device) - wanted).mean() / 2


def test_each_layer_keeps_the_quantisation_of_its_own(tmp_path: Path, device: Device) -> None:
    values = make_values()
    names = {name for name in values if name.endswith("q_proj.weight")}
    plain = {name for name in values if name.endswith("layers.1.mlp.down_proj.weight")}
    tensors = (
        quantize({name: one for name, one in values.items() if name not in names | plain}, bits=4)
        | quantize({name: values[name] for name in names}, bits=8, group_size=64)
        | {name: to_stored(values[name], "BF16") for name in plain}
    )
    told: dict[str, Any] = {"group_size": 32, "bits": 4, plain.copy().pop().removesuffix(".weight"): False}
    told |= {name.removesuffix(".weight"): {"group_size": 64, "bits": 8} for name in names}
    model = write_model(tmp_path / "model", tensors, config=CONFIG | {"quantization": told, "quantization_config": told})
    adapter = make_adapter(tmp_path / "adapter", size=0.1)
    report = fuse(model, adapter, tmp_path / "out")
    assert report.stored == ("4 bits in groups of 32", "8 bits in groups of 64", "bfloat16")
    after = read_tensors(tmp_path / "out")
    assert {name: (one.dtype, one.shape) for name, one in after.items()} == {name: (one.dtype, one.shape) for name, one in tensors.items()}
    read_logits(tmp_path / "out", device)


@pytest.mark.parametrize("kind", ["text", "nested"])
def test_dequantised_the_model_is_plain_and_keeps_the_adapter(tmp_path: Path, device: Device, kind: str) -> None:
    told = {"group_size": 32, "bits": 3}
    tensors, config = quantize(make_values(is_tied=False), bits=3), CONFIG | {"tie_word_embeddings": False}
    if kind == "nested":
        tensors, config = nest(tensors, PREFIXES[kind]), nested_config(config | {"quantization": told}) | {"tie_word_embeddings": False}
    model = write_model(tmp_path / "model", tensors, num_files=2, config=config | {"quantization": told, "quantization_config": told})
    adapter = make_adapter(tmp_path / "adapter", size=0.1)
    report = fuse(model, adapter, tmp_path / "out", dequantizes=True, dtype="float32")
    after = read_tensors(tmp_path / "out")
    assert {one.dtype for one in after.values()} == {"BF16", "F32"}
    assert not [name for name in after if name.endswith((".scales", ".biases"))]
    assert {name for name in tensors if not name.endswith((".scales", ".biases"))} == set(after)
    written = json.loads((tmp_path / "out" / "config.json").read_bytes())
    assert not {"quantization", "quantization_config"} & (written.keys() | written.get("text_config", {}).keys())
    index = json.loads((tmp_path / "out" / "model.safetensors.index.json").read_bytes())
    assert index["weight_map"].keys() == after.keys()
    assert not report.is_quantized
    np.testing.assert_allclose(read_logits(tmp_path / "out", device), read_logits(model, device, adapter.pairs), atol=0.05)


def test_equal_fusings_give_equal_bytes_and_name_no_place(tmp_path: Path) -> None:
    model = write_kind(tmp_path / "model", "text")
    adapter = make_adapter(tmp_path / "adapter")
    for name in ("one", "other"):
        fuse(model, adapter, tmp_path / name)
    assert read_folder(tmp_path / "one") == read_folder(tmp_path / "other")
    told = (tmp_path / "one" / "fused.json").read_bytes()
    assert str(tmp_path).encode() not in told
    assert msgspec.json.decode(told, type=FuseReport).files == ("config.json", "fused.json", "model.safetensors")


def test_files_beside_the_weights_go_along_and_other_weights_do_not(tmp_path: Path) -> None:
    model = write_kind(
        tmp_path / "model", "text", tokenizer__json=b"{}", chat_template__jinja=b"x", LICENSE=b"l", model__gguf=b"g", old__bin=b"b",
        adapters__safetensors=b"a", adapter_config__json=b"{}", fused__json=b"{}",
    )  # fmt: skip
    (model / "additional_chat_templates").mkdir()
    (model / "additional_chat_templates" / "tools.jinja").write_bytes(b"t")
    (model / "checkpoints").mkdir()
    (tmp_path / "blob").write_bytes(b"linked")
    (model / "generation_config.json").symlink_to(tmp_path / "blob")
    report = fuse(model, make_adapter(tmp_path / "adapter"), tmp_path / "out")
    kept = ["LICENSE", "additional_chat_templates", "chat_template.jinja", "config.json", "fused.json", "generation_config.json"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [*kept, "model.safetensors", "tokenizer.json"]
    assert report.left_out == ("adapter_config.json", "adapters.safetensors", "checkpoints", "model.gguf", "old.bin")
    assert (tmp_path / "out" / "additional_chat_templates" / "tools.jinja").read_bytes() == b"t"
    linked = tmp_path / "out" / "generation_config.json"
    assert (linked.is_symlink(), linked.read_bytes()) == (False, b"linked")


def test_what_does_not_fit_is_listed_and_nothing_written(tmp_path: Path) -> None:
    model = write_kind(tmp_path / "model", "text")
    adapter = make_adapter(tmp_path / "adapter")
    name, pair = next(iter(adapter.pairs.items()))
    pairs = {name: LowRankPair(pair.a[1:], pair.b), "model.layers.7.mlp.up_proj": pair}
    with pytest.raises(MismatchedAdapter) as caught:
        fuse(model, msgspec.structs.replace(adapter, pairs=pairs), tmp_path / "out")
    assert len(caught.value.mismatches) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model"]


def test_an_update_too_large_for_the_dtype_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    model = write_kind(tmp_path / "model", "text", dtype="F16")
    with pytest.raises(CommandFault, match=r"layers\.0\.mlp\.down_proj would hold values that are no numbers: .*float16"):
        fuse(model, make_adapter(tmp_path / "adapter", size=1000), tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model"]


@pytest.mark.parametrize(
    ("error", "raised"), [(KeyboardInterrupt(), KeyboardInterrupt), (OSError(28, "No space left on device"), CommandFault)]
)
def test_an_interrupted_write_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, raised: type[BaseException]
) -> None:
    def fail(*_: object) -> None:
        raise error

    model = write_kind(tmp_path / "model", "text")
    monkeypatch.setattr("adapters.fuse.fusing.copy_files", fail)
    with pytest.raises(raised, match="No space left on device; nothing of it is left" if isinstance(error, OSError) else None):
        fuse(model, make_adapter(tmp_path / "adapter"), tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model"]


def test_a_gguf_base_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(b"GGUF")
    with pytest.raises(CommandFault, match=r"model\.gguf is a GGUF file, into which nothing is fused.*fuse into the folder"):
        fuse(tmp_path / "model.gguf", make_adapter(tmp_path / "adapter"), tmp_path / "out")


def test_float32_beside_quantised_weights_is_refused(tmp_path: Path) -> None:
    config = CONFIG | {"quantization": {"group_size": 32, "bits": 4}}
    model = write_model(tmp_path / "model", quantize(make_values(), bits=4), config=config)
    with pytest.raises(UsageFault, match="--dtype goes with --dequantize"):
        fuse(model, make_adapter(tmp_path / "adapter"), tmp_path / "out", dtype="float32")


def test_a_model_fused_before_is_replaced_only_if_asked(tmp_path: Path) -> None:
    model = write_kind(tmp_path / "model", "text")
    out = tmp_path / "out"
    first, other = make_adapter(tmp_path / "adapter"), make_adapter(tmp_path / "adapter", seed=2)
    fuse(model, first, out)
    before = read_folder(out)
    with pytest.raises(UsageFault, match="not empty: give another folder, or --overwrite"):
        fuse(model, other, out)
    assert read_folder(out) == before
    fuse(model, other, out, overwrites=True)
    assert read_folder(out) != before
    (out / "notes.txt").write_text("mine")
    with pytest.raises(UsageFault, match=r"holds notes\.txt, which no fusing wrote there"):
        fuse(model, first, out, overwrites=True)
    assert (out / "notes.txt").read_text() == "mine"


def test_other_peoples_folders_are_never_replaced(tmp_path: Path) -> None:
    model = write_kind(tmp_path / "model", "text")
    adapter = make_adapter(tmp_path / "adapter")
    shutil.copytree(model, tmp_path / "downloaded")
    (tmp_path / "file").write_text("")
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    refusals = {
        "downloaded": r"holds config\.json, model\.safetensors, which no fusing wrote",
        "model": "holds .*model: give a folder apart",
        "model/fused": "lies in the model's folder",
        "adapter": "holds .*adapter: give a folder apart",
        ".": "give a folder apart",
        "file": "is a file",
        "nowhere": "is a link to nothing",
    }
    for name, refusal in refusals.items():
        with pytest.raises(UsageFault, match=refusal):
            fuse(model, adapter, tmp_path / name, overwrites=True)
    (tmp_path / "empty").mkdir()
    fuse(model, adapter, tmp_path / "empty")
    fuse(model, adapter, tmp_path / "new" / "below")
    fuse(model, adapter, tmp_path / "adapter" / "fused")


def test_an_adapter_in_pefts_format_gives_the_same_folder(tmp_path: Path, small_gemma: Path) -> None:
    write_random_adapter(tmp_path / "mlx-lm", base=small_gemma, rank=4, seed=1, peft_folder=tmp_path / "peft")
    for name in ("mlx-lm", "peft"):
        adapter = read_adapter(tmp_path / name)
        assert adapter.format == name
        fuse(small_gemma, adapter, tmp_path / f"fused-{name}")
    assert read_folder(tmp_path / "fused-mlx-lm") == read_folder(tmp_path / "fused-peft")
