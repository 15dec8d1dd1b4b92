"""Where texts of others are kept, in a folder that git ignores; they are used where they are there."""

from pathlib import Path

FOLDER = Path(__file__).parents[3] / ".cache" / "detectors"
PACKAGES = FOLDER / "packages"
HUMAN = FOLDER / "human.jsonl"
GEMMA = FOLDER / "gemma.jsonl"
