"""What is asked of a trainer, and what one epoch of it came to."""

import msgspec


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """The same for both."""

    model: str  # a folder, in float32
    data: str  # a folder with train.jsonl
    batch_size: int
    num_layers: int
    rank: int
    num_rows: int
    num_epochs: int
    learning_rate: float
    checkpoints_gradients: bool


class Epoch(msgspec.Struct, frozen=True, kw_only=True):
    """All rows once."""

    wall_s: float
    num_targets: int  # tokens that were learnt, no padding among them
    loss: float  # a target
    peak_bytes: int  # of the process, since its rows were read
    whole_peak_bytes: int  # of the process, since it began
