"""Write an adapter's folder, in mlx-lm's format or PEFT's."""

from pathlib import Path
from typing import Literal

import msgspec

from adapters.files.tensor_file import Floats

WrittenFormat = Literal["mlx-lm", "peft"]


class Factors(msgspec.Struct, frozen=True, kw_only=True):
    """The update of one linear layer, the scale not in it."""

    a: Floats  # (in, rank)
    b: Floats  # (rank, out)
    magnitude: Floats | None = None  # (out,): DoRA's


class TrainedAdapter(msgspec.Struct, frozen=True, kw_only=True):
    """What a training made."""

    modules: dict[str, Factors]  # by names such as model.layers.0.self_attn.q_proj, with language_model. before it where the base has that
    rank: int
    scale: float
    dropout: float
    num_layers: int  # the last ones of the base's
    targets: tuple[str, ...]  # of each of those
    base_name: str
    told: dict[str, int | float]  # what mlx-lm's configuration also holds: iters, batch_size, learning_rate, …


def write_adapter(folder: Path, adapter: TrainedAdapter, *, format: WrittenFormat) -> str:
    """Write configuration and weights into `folder`, which exists, synced; equal adapters give equal bytes. Give candor's digest of it."""
    raise NotImplementedError
