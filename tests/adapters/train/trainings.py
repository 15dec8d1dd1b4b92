"""Small trainings for the tests, and ways to cut them short."""

import json
from pathlib import Path
from typing import Any

from adapters.train.outcome import Outcome
from adapters.train.plan import TrainingPlan
from adapters.train.run import train

NUM_ROWS = 11


def write_rows(file: Path, *, num_rows: int = NUM_ROWS, first: int = 0) -> Path:
    """Write conversations of different lengths."""
    with file.open("w") as stream:
        for number in range(first, first + num_rows):
            answer = f"It is {number}, " + "and so on, " * (number % 4 + 1) + "and no more."
            messages = [{"role": "user", "content": f"What is number {number}?"}, {"role": "assistant", "content": answer}]
            stream.write(json.dumps({"messages": messages}) + "\n")
    return file


def make_plan(model: Path, folder: Path, **more: Any) -> TrainingPlan:
    """Make the plan of a training of six steps, two epochs, that takes less than a second."""
    data = folder / "rows.jsonl"
    if not data.exists():
        write_rows(data)
    asked: dict[str, Any] = {"steps": 6, "batch_size": 4, "learning_rate": 1e-3, "rank": 2, "layers": "2", "save_every": 2, "dropout": 0.1}
    asked |= {"model": str(model), "data": data, "output": folder / "out"} | more
    return TrainingPlan(**asked)


class Listener:
    """Hears what a training tells, and at a word does something to it."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self._actions: dict[str, Any] = {}

    def at(self, word: str, action: Any) -> "Listener":
        """Call the action the first time that something told begins with the word."""
        self._actions[word] = action
        return self

    def __call__(self, words: object) -> None:
        text = str(words)
        self.told.append(text)
        for word in [word for word in self._actions if text.startswith(word)]:
            self._actions.pop(word)()

    def has_told(self, words: str) -> bool:
        """Say whether it was told."""
        return any(words in text for text in self.told)


class Killed(BaseException):
    """As kill -9 would be, as far as the folder shows it: nobody tidies up."""


def kill() -> None:
    """End a training at once."""
    raise Killed


def run(plan: TrainingPlan, listener: Listener | None = None) -> Outcome:
    """Train."""
    return train(plan, listener or Listener())


def read_files(folder: Path) -> dict[str, bytes]:
    """Give all files of a training but its records, which hold times."""
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.name != "training.json")
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def read_record(folder: Path) -> dict[str, Any]:
    """Read a record, as anybody would."""
    record: dict[str, Any] = json.loads((folder / "training.json").read_text())
    return record
