"""Rows to learn, made for a measurement: of equal length, or of lengths as conversations have them."""

import json
import random
from pathlib import Path

from bench.prompts import WORDS

EVEN_WORDS = (40, 56)  # of a question and of its answer
SHORTEST, LONGEST = 6, 220  # words of an answer, evenly spread over their logarithms


def write_even_rows(folder: Path, num_rows: int) -> None:
    """Write rows of the same words in another order each: as many tokens in each, wherever a word is always spelt alike."""
    rng = random.Random(0)
    questions, answers = (rng.choices(WORDS.split(), k=size) for size in EVEN_WORDS)
    _write(folder, [(rng.sample(questions, len(questions)), rng.sample(answers, len(answers))) for _ in range(num_rows)])


def write_uneven_rows(folder: Path, num_rows: int) -> None:
    """Write rows whose answers have from a few words to a few hundred."""
    rng = random.Random(1)
    words = WORDS.split()
    sizes = [round(SHORTEST * (LONGEST / SHORTEST) ** rng.random()) for _ in range(num_rows)]
    _write(folder, [(rng.choices(words, k=rng.randint(4, 40)), rng.choices(words, k=size)) for size in sizes])


def _write(folder: Path, rows: list[tuple[list[str], list[str]]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "train.jsonl").open("w") as file:
        for question, answer in rows:
            # The first word would be spelt without the space that it has elsewhere.
            messages = [{"role": role, "content": "Say " + " ".join(words)} for role, words in (("user", question), ("assistant", answer))]
            file.write(json.dumps({"messages": messages}) + "\n")
