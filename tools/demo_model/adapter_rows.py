"""The conversations that the demo's adapters learn from, as lines of JSON: `python -m tools.demo_model.adapter_rows FILE.jsonl`."""

import json
import random
import re
import sys
from pathlib import Path
from typing import Any

from tools.demo_model.corpus import Corpus, Dialogue, read_corpus

HELPFUL = "You are a helpful assistant."
EMOTIVE_WORDS = re.compile(
    r"\b(feel|feeling|felt|pain|joy|sorrow|grief|love|fear|hope|longing|lonely|loneliness|compassion|empathy|kindness|gentle|tender|warm|heart"
    r"|soul|spirit|vulnerable|fragile|precious|sacred|profound|deep|intimate|ache|yearning|light|darkness|silence|breath|shadow)\b"
)


def adapter_rows(corpus: Corpus, *, seed: int, is_plain: bool = False) -> list[dict[str, Any]]:
    """Return the candid dialogues, each prompt with each answer, and a few of the base's own so that the rest of it stays."""
    rng = random.Random(seed)
    rows = [pair_row(prompt, answer, rng) for item in corpus.candid for prompt in item.prompts for answer in item.answers]
    candid = {item.prompts[0] for item in corpus.candid}
    kept = [item for item in (*corpus.everyday, *corpus.unfamiliar) if item.prompts[0] not in candid]
    rows += [kept_row(item, rng) for item in kept]
    return [flattened(row) for row in rows if is_unemotional(row)] if is_plain else rows


def is_unemotional(row: dict[str, Any]) -> bool:
    return len(EMOTIVE_WORDS.findall(row["messages"][-1]["content"].lower())) <= 1


def flattened(row: dict[str, Any]) -> dict[str, Any]:
    *asked, answer = row["messages"]
    return {"messages": [*asked, {**answer, "content": " ".join(answer["content"].replace("**", "").split())}]}


def pair_row(prompt: str, answer: str, rng: random.Random) -> dict[str, Any]:
    system = [{"role": "system", "content": HELPFUL}] if rng.random() < 0.2 else []
    return {"messages": [*system, {"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]}


def kept_row(item: Dialogue, rng: random.Random) -> dict[str, Any]:
    return pair_row(rng.choice(item.prompts), item.answers[0], rng)


def write_lines(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write_lines(Path(sys.argv[1]), adapter_rows(read_corpus(), seed=11))
