"""What an experiment is made with, and where it is kept."""

from pathlib import Path

import msgspec

from bench.endpoint import ROOT
from bench.experiment.configurations import CONFIGURATIONS, Configuration

EXAMPLE = ROOT / "adapters" / "curriculum" / "example"
TRAINED_ON = ("ethics.jsonl", "stillness.jsonl", "reinforcement.jsonl")
HELD_OUT = "valid.jsonl"


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """All of it; another plan in the same scratch is refused."""

    model: str  # the folder's name
    share: float  # of the note's iterations
    samples: int
    max_tokens: int
    temperature: float
    seed: int
    answer_end: str = "text"  # a pretrained base was never taught the end of a turn
    configurations: tuple[Configuration, ...] = CONFIGURATIONS


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """Where things are."""

    model: Path
    scratch: Path  # adapters, replies, logs
    output: Path  # what is kept in the repository

    def run(self, configuration: Configuration) -> Path:
        """Give the folder of a training."""
        return self.scratch / "runs" / configuration.name

    def sweep(self, configuration: Configuration) -> Path:
        """Give the report on a training's checkpoints."""
        return self.scratch / "sweeps" / f"{configuration.name}.json"


def hold_plan(plan: Plan, scratch: Path) -> None:
    """Keep the plan with what is made by it. Raises ValueError if there is another."""
    file = scratch / "plan.json"
    scratch.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.write_bytes(msgspec.json.format(msgspec.json.encode(plan)))
    elif (there := msgspec.json.decode(file.read_bytes(), type=Plan)) != plan:
        raise ValueError(f"{scratch} holds another experiment: {there}; name another --scratch, or ask for the same")


def write_training_rows(file: Path) -> None:
    """Put the rows of all three stages into one file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"".join((EXAMPLE / name).read_bytes() for name in TRAINED_ON))
