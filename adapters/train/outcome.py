"""How a training ended."""

from pathlib import Path

import msgspec

from adapters.files.training_file import State, TrainingFile


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One that did not fail: that raises CommandFault."""

    state: State  # finished, stopped or interrupted
    output: Path  # the adapter's folder, unless it was interrupted
    record: TrainingFile
    exit_code: int = 0
