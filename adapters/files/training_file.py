"""`training.json`, candor's own record of a training, in the folder of the adapter that came of it: what was done, not what was planned.

Whoever copies or edits weights may leave the file beside them, and other programs have files of this name: it is believed where it names
the very content that was read beside it.
"""

from typing import Annotated, Any, Literal, NamedTuple

import msgspec

from adapters.base.json_file import decode_json
from adapters.errors import UnreadableAdapter
from adapters.files.folder import AdapterFolder
from adapters.files.training import State, TrainingRecord, as_count, as_file_name, as_rate

__all__ = ["FILE_NAME", "BaseIdentity", "DataIdentity", "State", "TrainingFile", "read_record_of", "read_training_file"]

FILE_NAME = "training.json"
MAX_FILE_BYTES = 256 << 10
MAX_NOTE_LENGTH = 500
OURS = frozenset({"format", "state", "adapter_digest", "settings"})  # what lacks one of these is another program's

Count = Annotated[int, msgspec.Meta(ge=0, le=1 << 53)]
Amount = Annotated[float, msgspec.Meta(ge=0)]
Digest = Annotated[str, msgspec.Meta(max_length=100)]


class BaseIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """The model that was trained on."""

    name: str  # of its folder or repository
    digest: Digest  # of configuration and weights
    num_layers: Count
    quantization: dict[str, Any] | None = None


class DataIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was read."""

    name: str
    digest: Digest  # of its bytes
    rows: Count
    rows_cut: Count = 0  # longer than a row may be, and trained as far as that
    rows_dropped: Count = 0  # with nothing to learn in them
    told: tuple[str, ...] = ()  # which, and why: the first ones


class TrainingFile(msgspec.Struct, frozen=True, kw_only=True):
    """All that was set, and all that was done until the weights beside it; a resumed training counts from its very beginning."""

    format: Literal[1] = 1
    state: State
    adapter_digest: Digest | None  # as candor serves it; None while there are no weights
    optimizer_digest: Digest | None = None  # of a checkpoint's file of the optimiser's state; None where there is none
    base: BaseIdentity
    train: DataIdentity
    validation: DataIdentity | None
    settings: dict[str, Any]  # TrainingSettings, and what was asked for beside them
    versions: dict[str, str]  # of candor, MLX and mlx-lm
    optimizer_steps: Count = 0
    batches: Count = 0  # passes forth and back
    rows_trained: Count = 0  # a row counts as often as it was seen
    tokens_trained: Count = 0  # targets, no padding among them
    epochs: Amount = 0.0
    rows_cut: Count = 0
    rows_dropped: Count = 0
    final_loss: float | None = None  # a token, over the last epoch or the last 50 steps, whichever is shorter
    final_validation_loss: float | None = None
    wall_time_s: Amount = 0.0  # of all its runs together
    resumed_at: tuple[Count, ...] = ()  # steps at which it was gone on with
    started_from: str | None = None  # the adapter whose weights it began with: its name
    started_from_digest: Digest | None = None
    note: str | None = None  # why it ended, where that was not the last step


class Told(NamedTuple):
    """What a folder's file tells of the weights beside it; where it tells nothing, why not: neither if there is none of ours."""

    file: TrainingFile | None = None
    doubt: str | None = None


def read_training_file(folder: AdapterFolder, digest: str) -> Told:
    """Read it, if it tells of the weights of this digest. Never fails, and takes no longer for a file that is not what it should be."""
    try:
        content = folder.read_whole(FILE_NAME, max_bytes=MAX_FILE_BYTES)
        if not decode_json(content, dict[str, msgspec.Raw]).keys() >= OURS:
            return Told()
        file = decode_json(content, TrainingFile)
    except FileNotFoundError:
        return Told()
    except (OSError, UnreadableAdapter, ValueError) as exc:
        return Told(doubt=f"{FILE_NAME} is not read: {exc}")
    if file.adapter_digest is None:
        return Told(doubt=f"{FILE_NAME} tells of a training that has made no weights yet: those beside it are not its own")
    if file.adapter_digest != digest:
        return Told(doubt=f"{FILE_NAME} tells of other weights than those beside it, and is not believed")
    return Told(file)


def read_record_of(folder: AdapterFolder, digest: str, otherwise: TrainingRecord) -> TrainingRecord:
    """Give what was done, where candor's own file tells it of these weights, else what the adapter's other files say."""
    file, doubt = read_training_file(folder, digest)
    if file:
        return _as_record(file)
    notes = [note for note in (otherwise.note, doubt) if note]
    return msgspec.structs.replace(otherwise, note="; ".join(notes) or None)


def _as_record(file: TrainingFile) -> TrainingRecord:
    return TrainingRecord(
        basis="done",
        iterations=file.batches,
        learning_rate=as_rate(file.settings.get("learning_rate")),
        batch_size=as_count(file.settings.get("batch_size")),
        examples_seen=file.rows_trained,
        effective_updates=file.optimizer_steps,
        resumed_from=as_file_name(file.started_from),
        state=file.state,
        rows_trained=file.rows_trained,
        tokens_trained=file.tokens_trained,
        epochs=file.epochs,
        rows_cut=file.rows_cut,
        rows_dropped=file.rows_dropped,
        final_loss=file.final_loss,
        final_validation_loss=file.final_validation_loss,
        wall_time_s=file.wall_time_s,
        base_digest=file.base.digest,
        data_digest=file.train.digest,
        note=_as_line(file.note),
    )


def _as_line(note: str | None) -> str | None:
    """Take a note as people can read it: on one line, and of no great length."""
    line = " ".join((note or "").split())
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line)[:MAX_NOTE_LENGTH] or None
