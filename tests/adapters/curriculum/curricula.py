"""Curricula of a few steps on a small random model."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from adapters.curriculum.conduct import Ended, conduct
from adapters.curriculum.curriculum_file import read_curriculum
from adapters.curriculum.prospects import foresee
from adapters.curriculum.record import CurriculumRecord, read_record

COMMON = """
learning-rate = 1e-2
batch-size = 2
layers = 2
rank = 2
max-seq-length = 48
steps = 2
"""


def write_rows(file: Path, answers: Sequence[str]) -> Path:
    """Write conversations, one for each answer."""
    rows = [[{"role": "user", "content": "Say it"}, {"role": "assistant", "content": answer}] for answer in answers]
    file.write_text("".join(json.dumps({"messages": row}) + "\n" for row in rows))
    return file


def write_curriculum(folder: Path, model: Path, stages: str, *, common: str = COMMON) -> Path:
    """Write a curriculum with `a.jsonl` and `b.jsonl` beside it, four rows each; what it makes goes into `made`."""
    write_rows(folder / "a.jsonl", ["the sea", "a hill and a tree", "rain", "one more"])
    write_rows(folder / "b.jsonl", ["a stone", "the wind", "an old road home", "bread"])
    file = folder / "curriculum.toml"
    file.write_text(f'model = "{model}"\noutput = "{folder / "made"}"\n{common}\n{stages}')
    return file


def run(file: Path, *, from_stage: str | None = None, hear: Callable[[str], object] = lambda text: None) -> tuple[Ended, list[str]]:
    """Read and conduct it; what was told comes along, and is heard as it is told."""
    curriculum = read_curriculum(file)
    told: list[str] = []

    def tell(text: object) -> None:
        told.append(str(text))
        hear(str(text))

    first = None if from_stage is None else curriculum.find(from_stage)
    return conduct(curriculum, foresee(curriculum), tell, from_stage=first), told


def record_of(file: Path) -> CurriculumRecord:
    """Read what was recorded."""
    record = read_record(file.parent / "made")
    assert record is not None
    return record


def read_tree(folder: Path) -> dict[str, bytes]:
    """Read every file, but for records that hold a time."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "training.json"
    }
