"""Throwing away what stages have left, where somebody asked for it by name."""

import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path

from adapters.command import CommandFault
from adapters.curriculum.curriculum import Curriculum, Stage
from adapters.curriculum.fused_bases import FUSED, WORKING
from adapters.curriculum.prospects import ROWS_NAME
from adapters.curriculum.record import CurriculumRecord, write_record
from adapters.fuse.output_folder import check_output
from adapters.train.folder import TrainingFolder


def discard_from(first: Stage, curriculum: Curriculum, record: CurriculumRecord, tell: Callable[[object], None]) -> CurriculumRecord:
    """Clear the folders of a stage and all behind it, as they are and as they were; files of others stay. Raises CommandFault."""
    recorded = {curriculum.output / stage.folder for stage in record.stages if stage.number >= first.number}
    folders = sorted({*recorded, *(stage.folder for stage in curriculum.stages if stage.number >= first.number)})
    there = [folder for folder in folders if folder.exists()]
    for folder in there:
        _check(folder)
    for folder in there:
        tell(f"{folder}: what was trained there is thrown away")
        _clear(folder)
    record = record.before(first.number)
    write_record(curriculum.output, record)
    return record


def _check(folder: Path) -> None:
    """See before anything is lost that it is ours. Raises UsageFault."""
    TrainingFolder(folder).refuse_foreign()
    for name in (FUSED, WORKING):
        check_output(folder / name, inputs=(), overwrites=True)


def _clear(folder: Path) -> None:
    try:
        with TrainingFolder(folder).hold():
            TrainingFolder(folder).clear()
        for name in (FUSED, WORKING):
            if (folder / name).exists():
                shutil.rmtree(folder / name)
        (folder / ROWS_NAME).unlink(missing_ok=True)
    except OSError as exc:
        raise CommandFault(f"{folder} cannot be cleared: {exc.strerror or exc}") from exc
    with contextlib.suppress(OSError):
        folder.rmdir()
