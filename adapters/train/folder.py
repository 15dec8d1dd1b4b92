"""What a training keeps in the folder it was given, by name; what else lies there is somebody else's."""

import contextlib
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec

from adapters.base.json_file import decode_json
from adapters.command import CommandFault, UsageFault
from adapters.files.file_writing import UNFINISHED
from adapters.files.training_file import FILE_NAME, TrainingFile

CHECKPOINTS = "checkpoints"
SCRATCH = ".writing"  # what is not whole yet
STOP = "stop"  # somebody else's request to end; its text says why
LOSSES, CURVES = "losses.jsonl", "losses.svg"
PEFT = "peft"  # the folder of the adapter in PEFT's format
OPTIMIZER = "optimizer.safetensors"
MAX_RECORD_BYTES = 4 << 20

ADAPTER_FILES = ("adapter_config.json", "adapters.safetensors")
PEFT_FILES = ("adapter_config.json", "adapter_model.safetensors", FILE_NAME)
CHECKPOINT_FILES = (*ADAPTER_FILES, OPTIMIZER, FILE_NAME)

_FOREIGN = re.compile(r"adapter_config\.json|adapters\.(safetensors|npz)|adapter_model\.(safetensors|bin)|[0-9]+_adapters\.safetensors")
_STEP = re.compile(r"[1-9][0-9]{0,12}")


class TrainingFolder:
    """The folder of a training, which is its adapter's in the end."""

    def __init__(self, output: Path) -> None:
        self.output = output
        self.checkpoints = output / CHECKPOINTS
        self.scratch = output / SCRATCH
        self.stop = output / STOP
        self.losses = output / LOSSES
        self.curves = output / CURVES
        self.record = output / FILE_NAME
        self.peft = output / PEFT

    def list_steps(self) -> list[int]:
        """Give the steps that have a folder among the checkpoints, the newest first."""
        if not self.checkpoints.is_dir():
            return []
        return sorted((int(folder.name) for folder in self.checkpoints.iterdir() if _STEP.fullmatch(folder.name)), reverse=True)

    def find_taken(self) -> list[str]:
        """Give what of a training, ours or another program's, is in the folder. Raises UsageFault where it cannot be a folder."""
        if not self.output.exists():
            return []
        if not self.output.is_dir():
            raise UsageFault(f"--output {self.output} is not a folder: name one that is, or that does not exist yet")
        ours = {FILE_NAME, LOSSES, CURVES, CHECKPOINTS, SCRATCH}
        return sorted(entry.name for entry in self.output.iterdir() if entry.name in ours or _FOREIGN.fullmatch(entry.name))

    def refuse_foreign(self) -> None:
        """Raise UsageFault where another program's training is in the folder: to write ours would be to lose it."""
        records = [self.record, *(self.checkpoints / str(step) / FILE_NAME for step in self.list_steps())]
        if (names := self.find_taken()) and not any(map(read_record, records)):
            raise UsageFault(
                f"--output {self.output} holds {', '.join(names)}, which no training of ours left there: choose another folder"
            )
        if self.peft.is_dir() and any(self.peft.iterdir()) and read_record(self.peft / FILE_NAME) is None:
            raise UsageFault(f"{self.peft} is not an adapter of ours: choose another --output, or move it away")

    def clear(self) -> None:
        """Throw away what a training left, and nothing else."""
        self.clear_scratch()
        for step in self.list_steps():
            _remove(self.checkpoints / str(step), CHECKPOINT_FILES)
        _remove(self.checkpoints, ())
        _remove(self.peft, PEFT_FILES)
        for name in (*ADAPTER_FILES, LOSSES, CURVES, FILE_NAME):
            (self.output / name).unlink(missing_ok=True)

    def clear_scratch(self) -> None:
        """Throw away what was not finished."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        for name in (*ADAPTER_FILES, LOSSES, CURVES, FILE_NAME):
            (self.output / UNFINISHED.format(name=name)).unlink(missing_ok=True)

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """Make the folder, and keep other trainings out of it. Raises CommandFault."""
        self.output.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.output, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as exc:
                raise CommandFault(f"another training is writing to {self.output}: wait for its end, or name another --output") from exc
            yield
        finally:
            os.close(descriptor)


def read_record(file: Path) -> TrainingFile | None:
    """Read a record of ours; None where there is none, or another program's."""
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_RECORD_BYTES + 1)
        return msgspec.convert(decode_json(content, dict[str, object]), TrainingFile) if len(content) <= MAX_RECORD_BYTES else None
    except (OSError, ValueError):  # of msgspec too
        return None


def _remove(folder: Path, names: tuple[str, ...]) -> None:
    """Remove these files of a folder, and the folder if nothing else is in it."""
    for name in names:
        (folder / name).unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        folder.rmdir()
