"""A training's checkpoints: whole adapters' folders with the optimiser's state, each put in its place by one renaming."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import numpy as np

from adapters.errors import AdapterError
from adapters.files.file_writing import replace_file, sync_folder
from adapters.files.folder import AdapterFolder
from adapters.files.reading import read_adapter
from adapters.files.tensor_file import Floats, TensorFile
from adapters.files.tensor_writing import write_tensors
from adapters.files.training_file import FILE_NAME, TrainingFile
from adapters.files.writing import Factors, TrainedAdapter, write_adapter
from adapters.train.folder import CHECKPOINT_FILES, OPTIMIZER, TrainingFolder, read_record

WEIGHTS = "adapters.safetensors"

State = Mapping[str, Floats]  # the optimiser's


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """One that was found whole."""

    folder: Path
    record: TrainingFile

    @property
    def step(self) -> int:
        """How many steps its weights have behind them."""
        return self.record.optimizer_steps


def write_checkpoint(
    place: TrainingFolder, adapter: TrainedAdapter, state: State, make_record: Callable[[str], TrainingFile]
) -> TrainingFile:
    """Write the checkpoint that `make_record` makes the record of, given the adapter's digest. Raises OSError and UnsupportedAdapter."""
    place.clear_scratch()
    unfinished = place.scratch / "checkpoint"
    unfinished.mkdir(parents=True)
    record = make_record(write_adapter(unfinished, adapter, format="mlx-lm"))
    write_tensors(unfinished / OPTIMIZER, state)
    record = msgspec.structs.replace(record, optimizer_digest=_digest_file(unfinished / OPTIMIZER))
    write_record(unfinished, record)
    place.checkpoints.mkdir(exist_ok=True)
    whole = place.checkpoints / str(record.optimizer_steps)
    if whole.exists():  # one that was not
        whole.rename(place.scratch / "broken")
    unfinished.rename(whole)
    sync_folder(place.checkpoints)
    sync_folder(place.output)
    place.clear_scratch()
    return record


def write_record(folder: Path, record: TrainingFile) -> None:
    """Put the record in its place. Raises OSError."""
    replace_file(folder / FILE_NAME, [msgspec.json.format(msgspec.json.encode(record), indent=2), b"\n"])


def find_newest(place: TrainingFolder, tell: Callable[[object], None]) -> Checkpoint | None:
    """Find the newest checkpoint that is whole, and tell of newer ones that are not."""
    for step in place.list_steps():
        folder = place.checkpoints / str(step)
        try:
            return _check(folder, step)
        except (AdapterError, OSError, ValueError) as exc:
            tell(f"{folder} is not whole, and is passed over: {' '.join(str(exc).split())}")
    return None


def read_checkpoint(checkpoint: Checkpoint) -> tuple[dict[str, Factors], dict[str, Floats]]:
    """Read its weights, the scale not in them, and the optimiser's state, to the bit."""
    with AdapterFolder.open(checkpoint.folder) as folder:
        return read_factors(folder), _read_tensors(folder, OPTIMIZER)


def read_factors(folder: AdapterFolder) -> dict[str, Factors]:
    """Read an adapter in mlx-lm's format as it was written. Raises UnreadableAdapter."""
    tensors = _read_tensors(folder, WEIGHTS)
    modules = dict.fromkeys(name.rpartition(".")[0] for name in tensors)
    return {
        module: Factors(a=tensors[f"{module}.lora_a"], b=tensors[f"{module}.lora_b"], magnitude=tensors.get(f"{module}.m"))
        for module in modules
    }


def _check(folder: Path, step: int) -> Checkpoint:
    """Hold files and weights against the record. Raises AdapterError, OSError or ValueError."""
    if missing := [name for name in CHECKPOINT_FILES if not (folder / name).is_file()]:
        raise ValueError(f"it lacks {', '.join(missing)}")
    record = read_record(folder / FILE_NAME)
    if record is None or record.optimizer_steps != step:
        raise ValueError(f"its {FILE_NAME} is not that of step {step}")
    if (digest := read_adapter(folder).digest) != record.adapter_digest:
        raise ValueError(f"its weights are {digest}, and {FILE_NAME} is of {record.adapter_digest}")
    if record.optimizer_digest not in (None, _digest_file(folder / OPTIMIZER)):
        raise ValueError(f"its {OPTIMIZER} is another than {FILE_NAME} tells of")
    with AdapterFolder.open(folder) as opened, TensorFile.open(opened, OPTIMIZER):
        return Checkpoint(folder=folder, record=record)


def _digest_file(file: Path) -> str:
    with file.open("rb") as stream:
        return f"sha256:{hashlib.file_digest(stream, 'sha256').hexdigest()}"


def _read_tensors(folder: AdapterFolder, name: str) -> dict[str, Floats]:
    with TensorFile.open(folder, name) as file:
        return {tensor.name: np.ascontiguousarray(file.read(tensor)) for tensor in file.tensors}
