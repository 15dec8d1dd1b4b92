"""The comparison of two subjects, probe by probe; with one subject, its scores alone."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from clients.battery.outcome import Outcome, mean

Change = Literal["improved", "regressed", "unchanged"]

CHANGE_THRESHOLD = 0.5  # LEK points, as in the note: a change by exactly this much is none


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Both outcomes of one probe; without a baseline, one."""

    trained: Outcome
    baseline: Outcome | None

    @property
    def delta(self) -> float | None:
        """Subtract the baseline's score, freed of the dust of binary fractions."""
        baseline = self.baseline.lek_score if self.baseline else None
        if baseline is None or self.trained.lek_score is None:
            return None
        return round(self.trained.lek_score - baseline, 6)

    @property
    def change(self) -> Change | None:
        """Name the change."""
        if self.delta is None:
            return None
        if abs(self.delta) <= CHANGE_THRESHOLD:
            return "unchanged"
        return "improved" if self.delta > 0 else "regressed"


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """All probes of a run."""

    pairs: tuple[Pair, ...]
    has_baseline: bool

    @property
    def averaged(self) -> tuple[Pair, ...]:
        """Pick the probes that count: those with every score, so that both averages are over the same ones."""
        if self.has_baseline:
            return tuple(pair for pair in self.pairs if pair.delta is not None)
        return tuple(pair for pair in self.pairs if pair.trained.lek_score is not None)

    @property
    def avg_trained(self) -> float | None:
        """Average the subject's scores."""
        return mean(pair.trained.lek_score for pair in self.averaged)

    @property
    def avg_baseline(self) -> float | None:
        """Average the baseline's scores."""
        return mean(pair.baseline.lek_score for pair in self.averaged if pair.baseline)

    @property
    def avg_delta(self) -> float | None:
        """Average the changes."""
        return mean(pair.delta for pair in self.averaged)

    def count(self, change: Change) -> int | None:
        """Count the probes that changed so; None where nothing was compared."""
        return sum(pair.change == change for pair in self.pairs) if self.has_baseline else None


def compare(trained: Sequence[Outcome], baseline: Sequence[Outcome] | None) -> Comparison:
    """Put the outcomes side by side; both list the same probes in the same order."""
    if baseline is None:
        return Comparison(pairs=tuple(Pair(trained=outcome, baseline=None) for outcome in trained), has_baseline=False)
    pairs = tuple(Pair(trained=after, baseline=before) for after, before in zip(trained, baseline, strict=True))
    return Comparison(pairs=pairs, has_baseline=True)
