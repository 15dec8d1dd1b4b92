"""Answers of a real Gemma, by what a reader says of them."""

from bench.detectors.comparison import Comparison
from bench.detectors.corpora.gemma.labels import EXACT, FINE, KINDS, NEAR
from bench.detectors.table import Table
from bench.detectors.target import Target, at_least, at_most

MIN_EXACT_HARD, MIN_EXACT_FOUND, MIN_NEAR_FOUND = 0.95, 0.95, 0.8


def introduce_answers(comparison: Comparison, *, num_unread: int) -> str:
    """Say where the answers are from."""
    others = f" {num_unread:,} others have no label and are left out." if num_unread else ""
    return f"""**Answers of a real Gemma** were asked for by `python -m bench.detectors.corpora.gemma`: prompts of our own, chat and
plain text about half each, temperatures from 0 to 1.3, limits of 120 to 400 tokens. {len(comparison.texts)} distinct ones were read and
labelled before any flag of theirs was seen.{others} The labels stand in `bench/detectors/corpora/gemma/`, with the rule they go by; the
answers do not. The model was the pretrained one of 270 million parameters, in 32-bit floats: others make other answers.
The thresholds of version 4 were set with the flags of all but a fifth of these answers in view: expect less of others (see the log)."""


def real_answers(comparison: Comparison) -> Table:
    """Tabulate flags and other rules by label."""
    return Table(
        heading="Answers of a real Gemma",
        note="In %: answers with a hard flag, with a loop flag hard or soft, with any flag but `truncated`; answers that each of the "
        "other rules calls a loop. Labels are a reader's, given before any flag was seen.",
        columns=("label", "meaning", "answers", "hard", "loop flag", "any flag", *comparison.rules),
        rows=tuple(_row(label, meaning, comparison.of_kind(label)) for label, meaning in KINDS.items()),
    )


def real_answer_targets(comparison: Comparison) -> tuple[Target, ...]:
    """Say what has to be reached on these answers, and whether it is."""
    exact, near, fine = (comparison.of_kind(kind) for kind in (EXACT, NEAR, FINE))
    return (
        at_least(f"real Gemma: {MIN_EXACT_HARD:.0%} of exact loops hard", exact.hard, MIN_EXACT_HARD),
        at_least(f"real Gemma: {MIN_EXACT_FOUND:.0%} of exact loops with a loop flag", exact.loops, MIN_EXACT_FOUND),
        at_least(f"real Gemma: {MIN_NEAR_FOUND:.0%} of near-loops with a loop flag", near.loops, MIN_NEAR_FOUND),
        at_most("real Gemma: no hard flag on answers that can be read", fine.hard, 0.0),
    )


def _row(label: str, meaning: str, cell: Comparison) -> tuple[str, ...]:
    shares = (cell.hard, cell.loops, cell.flagged, *cell.others)
    return label, meaning, str(len(cell.texts)), *(share.percent() for share in shares)
