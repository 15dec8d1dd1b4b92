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
EXACT, NEAR, FINE = "exact", "near", "fine"
KINDS = {
    EXACT: "ends in a unit repeated back to back, three copies or more",
    NEAR: "circles: copies with a counter, a changed word, or in changing order",
    "short": "as exact, but two copies and a bit when the limit came",
    "weak": "some repetition, to be shrugged at",
    "switch": "another language than asked for",
    "gib": "no language",
    "leak": "no loop, but a control token of Gemma's spelled out",
    FINE: "can be read",
}
CONTROL_TOKENS = ("<start_of_image>", "<end_of_image>", "<start_of_turn>", "<end_of_turn>", "<bos>", "<eos>", "<pad>", "<unk>", "<mask>")
LOOPS = frozenset({EXACT, NEAR, "short"})


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
    return Example(
        kind="leak" if label not in LOOPS and any(token in answer.text for token in CONTROL_TOKENS) else label,
        text=answer.text,
        prompt=answer.prompt,
        num_tokens=answer.num_tokens,
        finish_reason=answer.finish_reason,
        fitting=frozenset({"truncated"}),
    )
