"""What a training tells of itself in `training.json`, as far as it is read here. What cannot be read is taken for not there."""

from pathlib import Path

import msgspec

RECORD = "training.json"
ENDED = ("finished", "stopped", "interrupted", "failed")
MOST_RECORD_BYTES = 1 << 20


class TrainingCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What was done until the adapter beside it; None where the record does not say."""

    state: str
    adapter_digest: str | None = None
    optimizer_steps: int = 0
    rows_trained: int | None = None
    tokens_trained: int | None = None
    epochs: float | None = None
    final_loss: float | None = None  # a token, lately
    final_validation_loss: float | None = None
    note: str | None = None

    @property
    def has_ended(self) -> bool:
        """Say whether nothing more will come."""
        return self.state in ENDED


def read_record(folder: Path) -> TrainingCounts | None:
    """Read the record in a folder; None where there is none of candor's."""
    content = read_small_file(folder / RECORD, MOST_RECORD_BYTES)
    try:
        return None if content is None else msgspec.json.decode(content, type=TrainingCounts)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def read_small_file(path: Path, most_bytes: int) -> bytes | None:
    """Read a file of no more than so many bytes; None where there is none, or it is larger."""
    try:
        if not path.is_file() or path.stat().st_size > most_bytes:
            return None
        return path.read_bytes()
    except OSError:
        return None
