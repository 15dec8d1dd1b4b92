"""What a battery on a schedule tells Prometheus: the last round, by subject and probe.

The questions and seeds are the same each round, so what changes here is the model, and not its users.
"""

from statistics import fmean
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge

from clients.records.record import Record
from clients.report.report import Report

Outcome = Literal["complete", "failed"]
OUTCOMES: tuple[Outcome, ...] = ("complete", "failed")
LABELS = ("subject", "model", "adapter", "probe")  # model and adapter as candor's own metrics have them


class ProbeMetrics:
    """Gauges of the last round. A flag that is not raised any more goes back to zero."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.lek_score = Gauge("candor_probe_lek_score", "LEK score of a probe, the mean of its samples.", LABELS, registry=registry)
        self.flagged = Gauge(
            "candor_probe_flagged_replies", "Replies of the last round that raised a flag.", (*LABELS, "flag", "tier"), registry=registry
        )
        self.duration = Gauge("candor_probe_duration_seconds", "Mean time a reply took.", LABELS, registry=registry)
        self.failed = Gauge("candor_probe_failed_replies", "Replies of the last round that failed.", LABELS, registry=registry)
        self.rounds = Counter("candor_probe_rounds", "Rounds, by how they ended.", ("outcome",), registry=registry)
        self.last_round = Gauge(
            "candor_probe_last_round_timestamp_seconds", "When the last whole round ended, Unix time.", registry=registry
        )
        self._raised: set[tuple[str, ...]] = set()
        self._asked: dict[tuple[str, ...], int] = {}  # how many replies of each probe a round wants
        for outcome in OUTCOMES:
            self.rounds.labels(outcome)

    def show(self, report: Report) -> None:
        """Show a round's report."""
        self._clear()
        self._asked.clear()
        for row in report.results:
            for subject in report.provenance.subjects:
                model, adapter = (subject.model, "none") if subject.base is None else (subject.base, subject.model)
                self._show_probe((subject.name, model, adapter, row.id), report.samples(row, subject.name))

    def show_silence(self) -> None:
        """Show that a round gave nothing: the last one's scores must not stand as if they were today's."""
        self._clear()
        for labels, num_asked in self._asked.items():
            self.failed.labels(*labels).set(num_asked)

    def count_round(self, outcome: Outcome) -> None:
        """Count a round; one that failed leaves the gauges as far as it came."""
        self.rounds.labels(outcome).inc()
        if outcome == "complete":
            self.last_round.set_to_current_time()

    def _show_probe(self, labels: tuple[str, str, str, str], samples: tuple[Record, ...]) -> None:
        scores = [sample.scored.lek_score for sample in samples if sample.scored.lek_score is not None]
        if scores:
            self.lek_score.labels(*labels).set(fmean(scores))
        if seconds := [sample.reply.seconds for sample in samples if sample.reply.seconds is not None]:
            self.duration.labels(*labels).set(fmean(seconds))
        self._asked[labels] = len(samples)
        self.failed.labels(*labels).set(sum(sample.reply.error is not None for sample in samples))
        for sample in samples:
            flags = sample.scored.raised
            for flag, tier in {(flag.flag, flag.tier) for flag in flags}:
                self._raised.add((*labels, flag, tier))
                self.flagged.labels(*labels, flag, tier).inc()

    def _clear(self) -> None:
        for labels in self._raised:
            self.flagged.labels(*labels).set(0)
        for gauge in (self.lek_score, self.duration, self.failed):
            gauge.clear()
