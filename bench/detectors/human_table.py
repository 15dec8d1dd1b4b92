"""Passages of human text, by kind: nothing in them should be flagged hard."""

from collections import Counter

from bench.detectors.comparison import Comparison
from bench.detectors.corpora.human.kinds import DRAWN
from bench.detectors.table import Table
from bench.detectors.target import Target, at_most

MAX_HARD_SHARE = 1 / 5_000


def introduce_passages(comparison: Comparison, *, num_packages: int) -> str:
    """Say where the passages are from."""
    drawn = len(comparison.of_kind(*DRAWN).texts)
    return f"""**Human text** was cut by `python -m bench.detectors.corpora.human` out of {num_packages} packages of Debian and PyPI, in
passages of 200 to 4,000 characters: {len(comparison.texts):,} of them, of {len(comparison.kinds)} kinds, no two with the same beginning
or end. {drawn:,} of them are not written but drawn in signs or put out by programs, and counted apart. None are kept here. They are
judged without a prompt, as if each were a whole answer. Detectors were tuned against four fifths of them."""


def human_passages(comparison: Comparison) -> Table:
    """Tabulate alarms and other rules by kind."""
    written, drawn = (comparison.of_kind(*kinds) for kinds in _kinds(comparison))
    return Table(
        heading="Human text",
        note="Passages per 1,000 with a hard flag, with a loop flag hard or soft, and that each of the other rules calls a loop; and which "
        "flags, on how many passages.",
        columns=("kind", "passages", "characters", "hard", "loop flag", *comparison.rules, "flags"),
        rows=(
            *(_row(kind, written.of_kind(kind)) for kind in written.kinds),
            _row("all written", written),
            *(_row(kind, drawn.of_kind(kind)) for kind in drawn.kinds),
            _row("all drawn", drawn),
        ),
    )


def human_target(comparison: Comparison) -> Target:
    """Say whether hard flags are as rare as they have to be."""
    written, _ = _kinds(comparison)
    return at_most("human text: a hard flag on at most 1 written passage in 5,000", comparison.of_kind(*written).hard, MAX_HARD_SHARE)


def _kinds(comparison: Comparison) -> tuple[list[str], list[str]]:
    """Tell the kinds that people wrote from those that were drawn in signs or put out by a program."""
    return [kind for kind in comparison.kinds if kind not in DRAWN], [kind for kind in comparison.kinds if kind in DRAWN]


def _row(kind: str, cell: Comparison) -> tuple[str, ...]:
    raised = Counter(f"`{flag.flag}` {flag.tier}" for text in cell.texts for flag in text.seen.flags)
    return (
        kind,
        f"{len(cell.texts):,}",
        f"{sum(len(text.seen.example.text) for text in cell.texts):,}",
        *(share.per_thousand() for share in (cell.hard, cell.loops, *cell.others)),
        ", ".join(f"{name}: {num}" for name, num in raised.most_common()) or "none",
    )
