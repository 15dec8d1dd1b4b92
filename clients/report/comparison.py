"""The comparison of a subject with the baseline, probe by probe and over all."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from clients.report.outcome import Outcome, mean
from clients.report.rounded_statistics import RESAMPLING_SEED, judge_differences
from scoring.statistics.holm import holm
from scoring.statistics.paired_difference import PairedDifference
from scoring.statistics.two_samples import permutation_of_two

Change = Literal["improved", "regressed", "unchanged"]

CHANGE_THRESHOLD = 0.5  # LEK points, as in the paper: a change by exactly this much is none
SIGNIFICANT = 0.05


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Both outcomes of one probe."""

    subject: Outcome
    baseline: Outcome

    @property
    def delta(self) -> float | None:
        """Subtract the baseline's score, freed of the dust of binary fractions."""
        if self.baseline.lek_score is None or self.subject.lek_score is None:
            return None
        return round(self.subject.lek_score - self.baseline.lek_score, 6)

    @property
    def change(self) -> Change | None:
        """Name the change."""
        if self.delta is None:
            return None
        if abs(self.delta) <= CHANGE_THRESHOLD:
            return "unchanged"
        return "improved" if self.delta > 0 else "regressed"

    @property
    def p_value(self) -> float | None:
        """Test whether both subjects' samples could be of one kind; None with fewer than two a side."""
        test = permutation_of_two(self.subject.scores, self.baseline.scores, seed=RESAMPLING_SEED)
        return None if test is None else test.p_value


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """All probes of a run, asked of two subjects."""

    pairs: tuple[Pair, ...]

    @property
    def compared(self) -> tuple[Pair, ...]:
        """Pick the probes that count: those with both scores, so that both averages are over the same ones."""
        return tuple(pair for pair in self.pairs if pair.delta is not None)

    @property
    def avg_subject(self) -> float | None:
        """Average the subject's scores."""
        return mean(pair.subject.lek_score for pair in self.compared)

    @property
    def avg_baseline(self) -> float | None:
        """Average the baseline's scores."""
        return mean(pair.baseline.lek_score for pair in self.compared)

    @property
    def difference(self) -> PairedDifference | None:
        """Judge the changes over the probes; None where no probe has both scores."""
        return judge_differences([pair.delta for pair in self.compared if pair.delta is not None])

    @property
    def p_values(self) -> tuple[float | None, ...]:
        """Test each probe by its own samples, corrected for there being many probes."""
        return holm([pair.p_value for pair in self.pairs])

    def count(self, change: Change) -> int:
        """Count the probes that changed so."""
        return sum(pair.change == change for pair in self.pairs)


def compare(subject: Sequence[Outcome], baseline: Sequence[Outcome]) -> Comparison:
    """Put the outcomes side by side; both list the same probes in the same order."""
    return Comparison(pairs=tuple(Pair(subject=after, baseline=before) for after, before in zip(subject, baseline, strict=True)))
