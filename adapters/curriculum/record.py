"""`curriculum.json`: what was asked of each stage, what came of it, and what the next went on from. It holds no time and no whole path."""

from pathlib import Path
from typing import Any, Literal

import msgspec

from adapters.base.json_file import decode_json
from adapters.command import CommandFault
from adapters.files.file_writing import replace_file

FILE_NAME = "curriculum.json"

State = Literal["begun", "finished"]


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """All that decides what a stage ends with: two stages that are equal here give the same adapter."""

    name: str
    settings: dict[str, Any]  # of the training
    data_digest: str  # of the stage's own rows
    rows_digest: str  # of all that it sees, those of a replay too
    base_digest: str
    init_adapter_digest: str | None = None
    chat_template_digest: str | None = None


class Rounding(msgspec.Struct, frozen=True, kw_only=True):
    """What fusing lost. Norms are Frobenius'."""

    stored: tuple[str, ...]  # what the changed weights are stored in
    error: float  # as a share of the weights that were wanted
    update_error: float  # as a share of the update
    update_kept: float  # in its own direction: 1 is all of it

    def describe(self) -> str:
        """Say it in a few words."""
        stored = " and ".join(self.stored)
        return f"in {stored}: {self.update_error:.2g} of the update lost by rounding, {self.update_kept:.4%} of it kept"


class Fused(msgspec.Struct, frozen=True, kw_only=True):
    """A model that stage's adapter is in."""

    folder: str  # in the stage's own
    adapters: tuple[str, ...]  # digests of those that were added to `base`
    base_digest: str
    is_as_first: bool  # stored as the first stage's base is, and all fused stages added to that at once
    digest: str  # of what was written
    rounding: Rounding


class StageRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One stage."""

    number: int
    name: str
    folder: str  # in the curriculum's output
    state: State
    basis: Basis
    own_rows: int
    replayed: dict[str, int] = {}  # rows drawn, by where from
    validation_digest: str | None = None
    adapter_digest: str | None = None
    optimizer_steps: int = 0
    rows_trained: int = 0
    tokens_trained: int = 0
    final_loss: float | None = None
    final_validation_loss: float | None = None
    then: Literal["fuse", "continue"] = "fuse"
    fused: tuple[Fused, ...] = ()


class CurriculumRecord(msgspec.Struct, frozen=True, kw_only=True):
    """All stages that were begun, in their order."""

    format: Literal[1] = 1
    base_name: str  # of the first stage's
    stages: tuple[StageRecord, ...] = ()
    result: tuple[str, ...] = ()  # folders in the output: a model and perhaps an adapter on it; empty until all is done

    def find(self, number: int) -> StageRecord | None:
        """Give what is known of a stage."""
        return next((stage for stage in self.stages if stage.number == number), None)

    def before(self, number: int) -> "CurriculumRecord":
        """Give a record of the stages before this one alone."""
        return msgspec.structs.replace(self, stages=tuple(one for one in self.stages if one.number < number), result=())

    def put(self, stage: StageRecord) -> "CurriculumRecord":
        """Give a record with this stage in its place."""
        others = [one for one in self.stages if one.number != stage.number]
        return msgspec.structs.replace(self, stages=tuple(sorted([*others, stage], key=lambda one: one.number)), result=())


def read_record(output: Path) -> CurriculumRecord | None:
    """Read the record in a curriculum's output; None where there is none. Raises CommandFault."""
    file = output / FILE_NAME
    try:
        return msgspec.convert(decode_json(file.read_bytes(), dict[str, object]), CurriculumRecord)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as exc:  # of msgspec too
        raise CommandFault(f"{file} cannot be read as the record of a curriculum: {exc}; name another output, or move it away") from exc


def write_record(output: Path, record: CurriculumRecord) -> None:
    """Put the record in its place. Raises CommandFault."""
    try:
        output.mkdir(parents=True, exist_ok=True)
        replace_file(output / FILE_NAME, [msgspec.json.format(msgspec.json.encode(record), indent=2), b"\n"])
    except OSError as exc:
        raise CommandFault(f"{output / FILE_NAME} cannot be written: {exc.strerror or exc}") from exc
