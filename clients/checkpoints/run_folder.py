"""What lies in the folder of a training: whole adapters by the step they were saved at, and what is none."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from clients.checkpoints.training_record import read_record
from clients.errors import FileFault

CONFIG = "adapter_config.json"  # of every format
CHECKPOINTS = "checkpoints"
PLAIN_STEP = re.compile(r"0|[1-9][0-9]{0,17}")
LAST_NUMBER = re.compile(r"(?:.*[^0-9])?([0-9]{1,18})")
MLX_LM_FILE = re.compile(r"[0-9]{7,12}_adapters\.safetensors")


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """An adapter's folder, and how far it was trained."""

    step: int  # of the optimiser
    place: str  # within the run; "" is the run's folder itself
    is_final: bool = False

    @property
    def name(self) -> str:
        """Name it as a subject."""
        return f"step {self.step} (final)" if self.is_final else f"step {self.step}"

    def locate(self, run: str) -> str:
        """Give its path, below where somebody sees the run."""
        return "/".join((run.rstrip("/") or "/", self.place)) if self.place else run


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """What was found at a time."""

    checkpoints: tuple[Checkpoint, ...] = ()  # by step
    ignored: tuple[str, ...] = ()  # in words


def list_checkpoints(run: Path) -> Listing:
    """Look through `DIR/checkpoints/STEP/`, or where there is no such folder through those in DIR that end in a number.

    Raises FileFault for a folder that cannot be listed, and for two of one step. One that is not there has nothing in it.
    """
    found: dict[int, Checkpoint] = {}
    ignored = []
    folder, is_ours = (run / CHECKPOINTS, True) if (run / CHECKPOINTS).is_dir() else (run, False)
    for path in _list_folder(folder):
        match = (PLAIN_STEP if is_ours else LAST_NUMBER).fullmatch(path.name)
        if match is None or not path.is_dir():
            if is_ours:
                ignored.append(f"{CHECKPOINTS}/{path.name} is ignored: it is no folder with the number of a step as its name")
            continue
        place = f"{CHECKPOINTS}/{path.name}" if is_ours else path.name
        if not (path / CONFIG).is_file():
            ignored.append(f"{place} is ignored: there is no {CONFIG} in it")
            continue
        step = int(match[match.lastindex or 0])
        if step in found:
            raise FileFault(f"{run} has two checkpoints of step {step}, {found[step].place} and {place}: move one of them away")
        found[step] = Checkpoint(step=step, place=place)
    if not is_ours and not found:
        ignored.extend(_explain_numbered_files(run))
    return Listing(checkpoints=tuple(found[step] for step in sorted(found)), ignored=tuple(ignored))


def find_final(run: Path) -> Checkpoint | None:
    """Find the adapter that is the run's folder itself, where a record tells its step."""
    record = read_record(run)
    if record is None or record.adapter_digest is None or not (run / CONFIG).is_file():
        return None
    return Checkpoint(step=record.optimizer_steps, place="", is_final=True)


def _list_folder(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as exc:
        raise FileFault(f"cannot look for checkpoints in {folder}: {exc.strerror}") from exc


def _explain_numbered_files(run: Path) -> Iterator[str]:
    """Say what to do with mlx-lm's checkpoints, which are files and no folders: no server can load one of several in a folder."""
    files = [path.name for path in _list_folder(run) if MLX_LM_FILE.fullmatch(path.name)]
    if files:
        yield (
            f"{files[0]}{f' and {len(files) - 1} more' if len(files) > 1 else ''} cannot be judged where they lie: a server loads folders."
            f" Give each one of its own, named after its step, with {CONFIG} beside it, the file called adapters.safetensors"
        )
