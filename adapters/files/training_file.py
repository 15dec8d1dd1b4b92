"""`training.json`, candor's own record of a training, in the folder of the adapter that came of it: what was done, not what was planned."""

from typing import Any, Literal

import msgspec

FILE_NAME = "training.json"

State = Literal["running", "finished", "stopped", "interrupted", "failed"]  # "running" of a training that was killed, too


class BaseIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """The model that was trained on."""

    name: str  # of its folder or repository
    digest: str  # of configuration and weights
    num_layers: int
    quantization: dict[str, Any] | None = None


class DataIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was read."""

    name: str
    digest: str  # of its bytes
    rows: int
    rows_cut: int = 0  # longer than a row may be, and trained as far as that
    rows_dropped: int = 0  # with nothing to learn in them
    told: tuple[str, ...] = ()  # which, and why: the first ones


class TrainingFile(msgspec.Struct, frozen=True, kw_only=True):
    """All that was set, and all that was done until the weights beside it; a resumed training counts from its very beginning."""

    format: Literal[1] = 1
    state: State
    adapter_digest: str | None  # as candor serves it; None while there are no weights
    base: BaseIdentity
    train: DataIdentity
    validation: DataIdentity | None
    settings: dict[str, Any]  # TrainingSettings, and what was asked for beside them
    versions: dict[str, str]  # of candor, MLX and mlx-lm
    optimizer_steps: int = 0
    batches: int = 0  # passes forth and back
    rows_trained: int = 0  # a row counts as often as it was seen
    tokens_trained: int = 0  # targets, no padding among them
    epochs: float = 0.0
    rows_cut: int = 0
    rows_dropped: int = 0
    final_loss: float | None = None  # a token, over the last epoch or the last 50 steps, whichever is shorter
    final_validation_loss: float | None = None
    wall_time_s: float = 0.0  # of all its runs together
    resumed_at: tuple[int, ...] = ()  # steps at which it was gone on with
    started_from: str | None = None  # the adapter whose weights it began with: its name
    started_from_digest: str | None = None
    note: str | None = None  # why it ended, where that was not the last step
