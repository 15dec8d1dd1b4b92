"""What fusing did to a model, in numbers: `fused.json` in the folder that was written. No time and no path is in it."""

import math
from typing import Literal

import msgspec

FILE_NAME = "fused.json"


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """What was lost when updated weights were rounded to what they are stored in. Norms are Frobenius'."""

    update: float  # the adapter's update, as a share of the base's weights
    error: float  # of what is stored, as a share of what was wanted
    update_error: float  # the same error as a share of the update: near 1 or above, little of the adapter is left
    update_kept: float  # how much of the update is stored in its own direction: 1 is all of it


class AnswerCheck(msgspec.Struct, frozen=True, kw_only=True):
    """Greedy answers of the fused model held against those of the adapter on its base."""

    num_prompts: int
    num_equal: int
    first_differences: tuple[int, ...]  # of those that are not equal, in which token of the answer, from 1
    num_tokens: int  # that log-probabilities were compared at
    largest_difference: float  # of a log-probability, among the likeliest tokens at each place
    adapter_effect: float  # the same between the adapter on its base and the base alone


class FuseReport(msgspec.Struct, frozen=True, kw_only=True):
    """The base, the adapter and what came of them."""

    format: Literal[1] = 1
    base_digest: str
    adapter_digest: str
    kind: Literal["lora", "dora"]
    scale: float  # that the adapter's own was multiplied with
    stored: tuple[str, ...]  # what the changed weights are stored in: a dtype, or how they are quantised
    is_quantized: bool
    overall: Loss
    modules: dict[str, Loss]  # by the names that they have in a text model
    files: tuple[str, ...]  # all that were written, this one too
    left_out: tuple[str, ...] = ()  # what lies in the base's folder and was not taken along
    check: AnswerCheck | None = None

    @property
    def worst(self) -> str:
        """Name the module that lost the largest share of its update."""
        return max(self.modules, key=lambda name: self.modules[name].update_error)


class Sums:
    """Squares summed over rows of a module, or over modules; `kept` is the update as stored times the update that was wanted."""

    def __init__(self, base: float = 0.0, wanted: float = 0.0, update: float = 0.0, error: float = 0.0, kept: float = 0.0) -> None:
        self.base, self.wanted, self.update, self.error, self.kept = base, wanted, update, error, kept

    @property
    def are_finite(self) -> bool:
        """Say whether the squares of all values could be added up."""
        return all(map(math.isfinite, (self.base, self.wanted, self.update, self.error, self.kept)))

    def add(self, other: "Sums") -> None:
        """Take in those of more rows."""
        self.base += other.base
        self.wanted += other.wanted
        self.update += other.update
        self.error += other.error
        self.kept += other.kept

    def find_loss(self) -> Loss:
        """Give the shares."""
        return Loss(
            update=_root_share(self.update, self.base),
            error=_root_share(self.error, self.wanted),
            update_error=_root_share(self.error, self.update),
            update_kept=self.kept / self.update if self.update else 1.0,
        )


def _root_share(part: float, whole: float) -> float:
    return math.sqrt(part / whole) if whole else 0.0
