"""What the scorers cost: each on answers of 4 kB.

    python -m bench.scorers [--chars 4096] [--rounds 200]

The answers are the golden texts of the tests, one after the other, cut to size. Each figure is that of the fastest of many rounds, which is
what the work costs when nothing else runs; the median and the slowest are over the answers.
"""

import argparse
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from scoring.scorer import Scorer
from scoring.scorers import SCORERS

GOLDEN = Path(__file__).parents[1] / "tests/scoring/data/golden_texts.jsonl"


def main() -> None:
    """Measure and print a line for each scorer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chars", type=int, default=4096, help="length of an answer")
    parser.add_argument("--rounds", type=int, default=200, help="times each answer is scored")
    options = parser.parse_args()
    answers = _answers(options.chars)
    if not answers:
        parser.error(f"--chars: the golden texts together have fewer than {options.chars} characters")
    print(f"{len(answers)} answers of {options.chars} characters, the fastest of {options.rounds} rounds each")
    for scorer in SCORERS:
        costs_ms = [_cost_s(scorer, answer, options.rounds) * 1000 for answer in answers]
        print(f"{scorer.name:14} median {statistics.median(costs_ms):.2f} ms, slowest {max(costs_ms):.2f} ms")


def _answers(num_chars: int) -> Sequence[str]:
    texts = "\n\n".join(msgspec.json.decode(line)["text"] for line in GOLDEN.read_bytes().splitlines())
    whole = len(texts) - len(texts) % num_chars
    return [texts[start : start + num_chars] for start in range(0, whole, num_chars)]


def _cost_s(scorer: Scorer, answer: str, num_rounds: int) -> float:
    costs_s = []
    for _ in range(num_rounds):
        begin_s = time.perf_counter()
        scorer.score(answer)
        costs_s.append(time.perf_counter() - begin_s)
    return min(costs_s)


if __name__ == "__main__":
    main()
