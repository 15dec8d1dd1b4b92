"""What a reader says of each answer, before any flag was seen; RULES.md beside this file says by which rule.

The answers are not kept here, only digests of them: a line has sixteen digits of the text's SHA-256 and the label.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from bench.detectors.corpora.digest import digest_text
from bench.detectors.corpora.example import Example
from bench.detectors.corpora.gemma.answer import Answer

LABELS = Path(__file__).parent / "labels.txt"
# What a reader calls a loop: the rest is no loop, broken or not.
EXACT, NEAR, WEAK, FINE = "exact", "near", "weak", "fine"
KINDS = {
    EXACT: "a unit repeated back to back, letter for letter, to the end",
    NEAR: "a loop whose copies differ in a word or a number, or come in turns",
    WEAK: "some repetition, shrugged at",
    "switch": "another language or script than asked for",
    "gib": "word salad",
    "short": "a few words, the prompt again, or nothing",
    FINE: "fit to read",
}


@cache
def read_labels() -> dict[str, str]:
    """Return the label of each text that was read, by its digest."""
    return dict(line.split() for line in LABELS.read_text(encoding="ascii").splitlines())


def label_answers(answers: Iterable[Answer]) -> list[Example]:
    """Make examples of the answers that were read, each text once, with the label for its kind."""
    labels = read_labels()
    distinct = {digest_text(answer.text): answer for answer in answers}
    return [_example(answer, labels[digest]) for digest, answer in distinct.items() if digest in labels]


def _example(answer: Answer, label: str) -> Example:
    return Example(kind=label, text=answer.text, prompt=answer.prompt, num_tokens=answer.num_tokens, finish_reason=answer.finish_reason)
