"""The outcome of one probe for one subject: its samples, summed up."""

from collections.abc import Iterable, Sequence
from statistics import fmean

import msgspec

from clients.probes.probe import Probe
from clients.records.record import Record


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """The samples of a subject on a probe, in the order of their numbers; none where a run was cut short before the first."""

    probe: Probe
    samples: tuple[Record, ...]

    @property
    def scores(self) -> tuple[float, ...]:
        """List the scores that there are."""
        return tuple(sample.scored.lek_score for sample in self.samples if sample.scored.lek_score is not None)

    @property
    def response(self) -> str | None:
        """Give the first sample's text."""
        return self.samples[0].reply.text if self.samples else None

    @property
    def lek_score(self) -> float | None:
        """Average over the samples that have a score."""
        return mean(self.scores)

    @property
    def heuristic(self) -> dict[str, float] | None:
        """Average each dimension over the samples that have a score."""
        scored = [sample.scored.heuristic for sample in self.samples if sample.scored.heuristic is not None]
        if not scored:
            return None
        return {dimension: fmean(heuristic[dimension] for heuristic in scored) for dimension in scored[0]}

    @property
    def error(self) -> str | None:
        """Give the first error."""
        return next((sample.reply.error for sample in self.samples if sample.reply.error is not None), None)

    @property
    def flags(self) -> tuple[str, ...]:
        """List each flag that any sample raises, once."""
        return tuple(dict.fromkeys(flag for sample in self.samples for flag in sample.scored.flags))


def gather_outcomes(records: Iterable[Record], probes: Sequence[Probe], subject: str) -> tuple[Outcome, ...]:
    """Gather a subject's records, one outcome a probe, in the order of the probes."""
    by_probe: dict[str, list[Record]] = {probe.id: [] for probe in probes}
    for record in sorted((record for record in records if record.asked.subject == subject), key=lambda record: record.asked.sample):
        by_probe[record.asked.id].append(record)
    return tuple(Outcome(probe=probe, samples=tuple(by_probe[probe.id])) for probe in probes)


def mean(numbers: Iterable[float | None]) -> float | None:
    """Average what is there; None where nothing is."""
    present = [number for number in numbers if number is not None]
    return fmean(present) if present else None
