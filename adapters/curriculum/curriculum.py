"""What is asked of a curriculum: stages, one after the other, each a training with what is drawn on beside its own data."""

from pathlib import Path
from typing import Literal

import msgspec

from adapters.command import UsageFault
from adapters.train.plan import TrainingPlan

Then = Literal["fuse", "continue"]


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """Rows that a stage sees again."""

    share: float  # of all rows of the stage
    data: Path | None  # None: the rows of the stages before


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """One training."""

    number: int  # from 1
    name: str
    plan: TrainingPlan  # its base, its first weights and its rows follow from the stages before
    replay: Replay | None
    then: Then  # with its adapter: fuse it into the base, or go on with it

    @property
    def folder(self) -> Path:
        """Where its adapter is."""
        return self.plan.output

    def __str__(self) -> str:
        return f"stage {self.number} ({self.name})"


class Curriculum(msgspec.Struct, frozen=True, kw_only=True):
    """All of it."""

    model: str
    output: Path
    stages: tuple[Stage, ...]

    def find(self, name: str) -> Stage:
        """Give the stage of this name, or of this number where none is named so. Raises UsageFault."""
        found = [stage for stage in self.stages if stage.name == name] or [stage for stage in self.stages if str(stage.number) == name]
        if not found:
            raise UsageFault(f"there is no stage {name}: expected one of {', '.join(stage.name for stage in self.stages)}")
        return found[0]
