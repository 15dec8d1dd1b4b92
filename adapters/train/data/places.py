"""Where the rows lie: a file, or a folder with `train.jsonl` and perhaps `valid.jsonl`."""

from pathlib import Path
from typing import NamedTuple

from adapters.command import CommandFault

TRAIN_NAME = "train.jsonl"
VALIDATION_NAME = "valid.jsonl"
MOST_LISTED = 10


class DataFiles(NamedTuple):
    """What is learnt, and what is held back from learning."""

    train: Path
    validation: Path | None


def find_data(data: Path, validation: Path | None) -> DataFiles:
    """Find the files; `validation` goes before the folder's own. Raises CommandFault with all that is missing."""
    beside = data / VALIDATION_NAME
    train = data / TRAIN_NAME if data.is_dir() else data
    if validation is None and data.is_dir() and (beside.exists() or beside.is_symlink()):
        validation, named = beside, "--data"
    else:
        named = "--validation"
    faults = [*_find_train_faults(data, train), *(_find_file_faults(named, validation) if validation else [])]
    if faults:
        raise CommandFault("; ".join(faults))
    return DataFiles(train, validation)


def _find_train_faults(data: Path, train: Path) -> list[str]:
    if not data.is_dir():
        return _find_file_faults("--data", data)
    if train.exists() or train.is_symlink():
        return _find_file_faults("--data", train)
    others = sorted(file.name for file in data.iterdir() if file.suffix == ".jsonl" and not file.is_dir())
    listed = ", ".join(others[:MOST_LISTED]) + (", …" if len(others) > MOST_LISTED else "")
    found = f"it has {listed}: name one of them" if others else "it has no .jsonl at all"
    return [f"--data {data} has no {TRAIN_NAME}: {found}"]


def _find_file_faults(flag: str, file: Path) -> list[str]:
    if file.is_dir():
        return [f"{flag} {file} is a folder; expected a file of rows"]
    return [] if file.exists() else [f"{flag} {file}: there is no such file"]
