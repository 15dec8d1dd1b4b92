"""Read an adapter's folder, in mlx-lm's, PEFT's or mlx-vlm's format, into plain numpy: on any thread, beside whatever MLX is doing.

`adapter_config.json` says which format it is in. A folder may hold other files too, such as another format's weights or the fused
model that mlx-lm-lora writes there: the weights of the format that the configuration is written in are read, the others left alone.
"""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from adapters.base.json_file import decode_json
from adapters.base.shape import BaseShape
from adapters.errors import NoAdapter, UnreadableAdapter, UnsupportedAdapter
from adapters.files.digest import digest_pairs
from adapters.files.expression_syntax import UnsupportedExpression
from adapters.files.folder import NOT_GGUF, AdapterFolder, is_gguf
from adapters.files.formats.adapter_format import CONFIG_NAME, AdapterFormat, FormatName
from adapters.files.formats.mlx_lm import MlxLmFormat
from adapters.files.formats.mlx_vlm import MlxVlmFormat
from adapters.files.formats.peft import PeftFormat
from adapters.files.left_out import leave_out
from adapters.files.pairing import LowRankPair, read_pairs
from adapters.files.refusals import MODEL, find_refused
from adapters.files.tensor_file import WRITE_ELSEWHERE, StoredTensor, TensorFile
from adapters.files.training import TrainingRecord
from adapters.files.training_file import read_record_of

__all__ = ["AdapterWeights", "LowRankPair", "TrainingRecord", "read_adapter"]

log = logging.getLogger(__name__)

MAX_CONFIG_BYTES = 256 << 10
MAX_FOLDERS_BELOW = 100  # that are looked into for an adapter where the folder itself holds none

# Weights that can run code of their author's when they are opened.
PICKLES = ("adapter_model.bin", "adapters.npz", "pytorch_model.bin")


class AdapterWeights(msgspec.Struct, frozen=True, kw_only=True):
    """An adapter as read from its folder: whole in itself, and fit for the base it was held against."""

    path: Path
    format: FormatName
    pairs: dict[str, LowRankPair]  # by the module's name in the text model, such as model.layers.0.self_attn.q_proj; sorted
    rank: int  # the largest
    scale: float  # the adapter's own, already in the pairs
    digest: str
    size_bytes: int  # of the tensors in their file
    left_out: tuple[str, ...] = ()  # parts of the file that change nothing of a text, named for people
    record: TrainingRecord

    @property
    def kind(self) -> Literal["lora", "dora"]:
        """What is done to the layers."""
        return "dora" if any(pair.magnitude is not None for pair in self.pairs.values()) else "lora"


def read_adapter(
    path: Path, *, within: Sequence[Path] | None = None, base: BaseShape | None = None, max_rank: int | None = None
) -> AdapterWeights:
    """Read the adapter in folder `path`; with `within`, nothing outside these folders; with `base`, only what fits it.

    Raises UnreadableAdapter, UnsupportedAdapter, or MismatchedAdapter with everything that is wrong with its tensors.
    """
    try:
        with AdapterFolder.open(path, within=within) as folder:
            return _read(folder, base, max_rank)
    except (OSError, MemoryError) as exc:
        raise UnreadableAdapter(f"the adapter in {path} cannot be read: {exc or 'not enough memory'}") from exc


def _read(folder: AdapterFolder, base: BaseShape | None, max_rank: int | None) -> AdapterWeights:
    config = _read_config(folder)
    adapter_format = _understand(folder, config)
    try:
        opened = TensorFile.open(folder, adapter_format.weights_name)
        with opened as file:
            tensors, left_out = _select(folder, file)
            pairs = read_pairs(file, tensors, adapter_format, base=base, max_rank=max_rank)
            file.check_unchanged()
            if _read_config(folder) != config:
                raise UnreadableAdapter(f"{folder.path / CONFIG_NAME} changed while the adapter was read: {WRITE_ELSEWHERE}")
    except FileNotFoundError as exc:
        raise _no_weights(folder, adapter_format) from exc
    except UnsupportedExpression as exc:
        raise UnsupportedAdapter(f"the adapter in {folder.path} is not served: {exc}") from exc
    if not any(pair.magnitude is not None or (pair.a.any(axis=0) & pair.b.any(axis=1)).any() for pair in pairs.values()):
        raise UnsupportedAdapter(f"the adapter in {folder.path} changes nothing: all its updates are zero")
    if left_out:
        log.info("the adapter in %s: left out, since it changes nothing of a text: %s", folder.path, ", ".join(left_out))
    num_layers, digest = base.num_layers if base else None, digest_pairs(pairs)
    record = read_record_of(folder, digest, adapter_format.read_record(folder))
    return AdapterWeights(
        path=folder.path,
        format=adapter_format.name,
        pairs=pairs,
        rank=max(pair.a.shape[1] for pair in pairs.values()),
        scale=adapter_format.nominal_scale,
        digest=digest,
        size_bytes=sum(tensor.size_bytes for tensor in file.tensors),
        left_out=left_out,
        record=_with_oddities(record, folder, adapter_format.find_oddities(pairs, num_layers)),
    )


def _with_oddities(record: TrainingRecord, folder: AdapterFolder, oddities: Sequence[str]) -> TrainingRecord:
    """Say aloud, and in the record, what people should know."""
    notes = [*oddities, *([record.note] if record.note else [])]
    for note in notes:
        log.warning("the adapter in %s: %s", folder.path, note)
    return msgspec.structs.replace(record, note="; ".join(notes) or None)


def _read_config(folder: AdapterFolder) -> bytes:
    try:
        return folder.read_whole(CONFIG_NAME, max_bytes=MAX_CONFIG_BYTES)
    except FileNotFoundError as exc:
        raise NoAdapter(f"{folder.path} has no {CONFIG_NAME}{_point_elsewhere(folder)}") from exc


def _understand(folder: AdapterFolder, config: bytes) -> AdapterFormat:
    file = folder.path / CONFIG_NAME
    try:
        raw = decode_json(config, dict[str, object])
        if "peft_type" in raw:
            return PeftFormat(raw)
        if "lora_parameters" in raw or "fine_tune_type" in raw:
            return MlxLmFormat(raw)
        if "model_type" in raw:
            raise UnsupportedAdapter(MODEL)
        if "rank" in raw:
            return MlxVlmFormat(raw)
    except UnsupportedAdapter as exc:
        raise UnsupportedAdapter(f"the adapter in {folder.path} is not served: {exc}") from exc
    except (msgspec.MsgspecError, ValueError, ArithmeticError) as exc:
        raise UnreadableAdapter(f"{file} is not an adapter's configuration: {exc}") from exc
    raise UnreadableAdapter(
        f"{file} is not an adapter's configuration: expected peft_type (PEFT's), lora_parameters (mlx-lm's) or rank (mlx-vlm's)"
    )


def _point_elsewhere(folder: AdapterFolder) -> str:
    """Name the folders in this one that hold an adapter: PEFT saves one that has a name in a folder of that name."""
    below = [name for name in sorted(folder.names())[:MAX_FOLDERS_BELOW] if folder.has_file(f"{name}/{CONFIG_NAME}")]
    if below:
        return f": the adapter is in {' or '.join(str(folder.path / name) for name in below[:3])}"
    return f": {gguf} is llama.cpp's form of an adapter, {NOT_GGUF}" if (gguf := _find_gguf(folder)) else ""


def _select(folder: AdapterFolder, file: TensorFile) -> tuple[tuple[StoredTensor, ...], tuple[str, ...]]:
    """Give the tensors that change a text, and what is left out; refuse by name what no check of shapes would explain."""
    if not file.tensors:
        raise UnreadableAdapter(f"the adapter in {folder.path} holds no tensors")
    tensors, left_out = leave_out(file.tensors)
    if not tensors:
        raise UnsupportedAdapter(f"the adapter in {folder.path} changes nothing of a text: it holds nothing but {', '.join(left_out)}")
    if reasons := find_refused(tensor.name for tensor in tensors):
        raise UnsupportedAdapter(f"the adapter in {folder.path} is not served: {'; '.join(reasons)}")
    return tensors, left_out


def _find_gguf(folder: AdapterFolder) -> str | None:
    return min((name for name in folder.names() if is_gguf(name)), default=None)


def _no_weights(folder: AdapterFolder, adapter_format: AdapterFormat) -> UnreadableAdapter | UnsupportedAdapter:
    """Say what is there instead of the weights."""
    names = folder.names()
    expected = adapter_format.weights_name
    for pickle in PICKLES:
        if pickle in names:
            return UnsupportedAdapter(f"{folder.path / pickle} is a pickle, which is never opened: save the adapter as {expected}")
    for other in {MlxLmFormat.weights_name, PeftFormat.weights_name} - {expected}:
        if other in names:
            return UnreadableAdapter(f"{folder.path} has {other}, but its {CONFIG_NAME} is {adapter_format.name}'s, which wants {expected}")
    if gguf := _find_gguf(folder):
        return UnsupportedAdapter(f"{folder.path} has no {expected}, and {gguf} is llama.cpp's form of an adapter, {NOT_GGUF}")
    return UnreadableAdapter(f"{folder.path} has no {expected}")
