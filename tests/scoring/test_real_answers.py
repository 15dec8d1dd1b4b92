"""Answers of a real Gemma 3 270M, with a reader's labels. They are not kept here, and lie beside the checkout on some machines."""

from collections import defaultdict
from pathlib import Path

import msgspec
import pytest

from scoring.scores import Flag
from scoring.verdict import score

FILE = Path(__file__).parents[2] / "../shared/cases/real-gemma.jsonl"
MIN_EXACT_HARD, MIN_EXACT_FOUND, MIN_NEAR_FOUND = 0.95, 0.95, 0.80


class RealAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer, with what a reader calls it."""

    prompt: str
    text: str
    finish_reason: str | None
    label: str


def _judge() -> dict[str, list[tuple[Flag, ...]]]:
    by_label = defaultdict(list)
    for answer in msgspec.json.Decoder(RealAnswer).decode_lines(FILE.read_bytes()):
        found = score(answer.text, prompt=answer.prompt, finish_reason=answer.finish_reason).degeneration
        by_label[answer.label].append(tuple(flag for flag in found.flags if flag.flag.endswith("_loop")))
    return by_label


@pytest.mark.skipif(not FILE.exists(), reason="the answers of a real model are not here")
def test_loops_of_a_real_model_are_found_and_its_readable_answers_left_alone() -> None:
    found = _judge()
    exact, near = found["exact"], found["near"]
    assert sum(any(flag.tier == "hard" for flag in flags) for flags in exact) >= MIN_EXACT_HARD * len(exact)
    assert sum(map(bool, exact)) >= MIN_EXACT_FOUND * len(exact)
    assert sum(map(bool, near)) >= MIN_NEAR_FOUND * len(near)
    assert found["fine"]
    assert not any(found["fine"])
