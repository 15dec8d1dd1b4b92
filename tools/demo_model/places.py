"""Where the shipped files lie, from the repository's root."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "server" / "demo" / "model"
PROMPTS = ROOT / "server" / "demo" / "everyday-prompts.txt"
ADAPTERS = ROOT / "adapters" / "demo"
