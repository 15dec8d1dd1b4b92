"""The report: the names of the paper (docs/battery.md) first, then ours. Its JSON Schema is `docs/battery-report.schema.json`."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from clients.probes.probe import Probe
from clients.records.record import Record
from clients.report.comparison import Change, Pair, compare
from clients.report.comparison_summary import ComparisonSummary, summarize_comparison
from clients.report.doubts import Doubt, find_doubts
from clients.report.findings import Findings, find_failure_modes, find_troubled_replies
from clients.report.notes import write_notes
from clients.report.outcome import Outcome, gather_outcomes
from clients.report.provenance import Provenance
from clients.report.subject_summary import SubjectSummary, summarize_subject
from clients.report.summary import write_summary


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One probe under the paper's names: baseline and trained are the first two subjects; without a baseline its fields are null."""

    id: str
    prompt: str
    baseline_response: str | None  # of the first sample
    trained_response: str | None
    baseline_lek_score: float | None  # the mean over the samples
    trained_lek_score: float | None
    delta: float | None
    baseline_heuristic: dict[str, float] | None
    trained_heuristic: dict[str, float] | None
    change: Change | None
    baseline_error: str | None
    trained_error: str | None
    domain: str | None
    group: str | None
    baseline_samples: tuple[Record, ...] | None
    trained_samples: tuple[Record, ...]
    other_samples: dict[str, tuple[Record, ...]]  # of the subjects beyond the first two, by name


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A whole run, or as much of it as there was time for."""

    baseline_model: str | None
    trained_model: str
    total_prompts: int
    avg_baseline_lek: float | None
    avg_trained_lek: float | None
    avg_delta: float | None
    improved: int | None
    regressed: int | None
    unchanged: int | None
    duration: float  # s, wall clock
    results: tuple[Row, ...]
    averaged_prompts: int  # the probes that the averages are over: those with every score
    is_complete: bool
    subjects: tuple[SubjectSummary, ...]  # the baseline first
    comparisons: tuple[ComparisonSummary, ...]  # of each other subject with the baseline
    findings: Findings
    notes: tuple[str, ...]
    provenance: Provenance

    def samples(self, row: Row, subject: str) -> tuple[Record, ...]:
        """Find a subject's replies to a probe."""
        role = next(summary.role for summary in self.subjects if summary.name == subject)
        if role == "other":
            return row.other_samples[subject]
        return row.trained_samples if role == "trained" else row.baseline_samples or ()

    @property
    def asked_records(self) -> tuple[Record, ...]:
        """List all replies but those of a locked baseline, which come from another report."""
        asked = [origin.name for origin in self.provenance.subjects if origin.locked_from is None]
        return tuple(record for row in self.results for name in asked for record in self.samples(row, name))


def build_report(
    records: Sequence[Record], probes: Sequence[Probe], provenance: Provenance, *, duration_s: float, is_complete: bool
) -> Report:
    """Lay out the records of the subjects in `provenance` under the paper's names; asks nobody, so saved records will do."""
    by_subject = {subject.name: gather_outcomes(records, probes, subject.name) for subject in provenance.subjects}
    ordered = [sample for own in by_subject.values() for outcome in own for sample in outcome.samples]
    subjects = tuple(
        summarize_subject(subject.name, subject.role, by_subject[subject.name], subject.samples) for subject in provenance.subjects
    )
    baseline = next((subject.name for subject in subjects if subject.role == "baseline"), None)
    doubts = find_doubts({name: _records(own) for name, own in by_subject.items()}, provenance.subjects)
    comparisons = tuple(
        summarize_comparison(
            baseline,
            subject.name,
            compare(by_subject[subject.name], by_subject[baseline]),
            is_doubtful=any(_concerns(doubt, baseline, subject.name) for doubt in doubts),
        )
        for subject in subjects
        if baseline is not None and subject.name != baseline
    )
    first = comparisons[0] if comparisons else None
    trained = subjects[-1] if first is None else next(subject for subject in subjects if subject.role == "trained")
    models = {subject.role: subject.model for subject in provenance.subjects}
    return Report(
        baseline_model=models.get("baseline"),
        trained_model=models["trained"],
        total_prompts=len(probes),
        avg_baseline_lek=first.avg_baseline_lek if first else None,
        avg_trained_lek=first.avg_lek if first else trained.avg_lek,
        avg_delta=first.difference.mean if first and first.difference else None,
        improved=first.improved if first else None,
        regressed=first.regressed if first else None,
        unchanged=first.unchanged if first else None,
        duration=round(duration_s, 3),
        results=tuple(_rows(by_subject, trained.name, baseline)),
        averaged_prompts=first.num_compared if first else sum(probe.num_scored > 0 for probe in trained.probes),
        is_complete=is_complete,
        subjects=subjects,
        comparisons=comparisons,
        findings=Findings(
            summary=write_summary(subjects, comparisons, doubts),
            failure_modes=find_failure_modes(ordered, by_subject),
            troubled_replies=find_troubled_replies(ordered),
            doubts=doubts,
        ),
        notes=write_notes(subjects, comparisons, ordered, provenance, doubts),
        provenance=provenance,
    )


def _records(own: Sequence[Outcome]) -> list[Record]:
    return [sample for outcome in own for sample in outcome.samples]


def _concerns(doubt: Doubt, baseline: str, subject: str) -> bool:
    """Say whether a grave doubt is about two subjects, or about the samples of one of them."""
    about = set(doubt.subjects)
    return doubt.is_grave and ({baseline, subject} <= about or (len(about) == 1 and bool(about & {baseline, subject})))


def _rows(by_subject: Mapping[str, Sequence[Outcome]], trained: str, baseline: str | None) -> Iterator[Row]:
    others = [name for name in by_subject if name not in (trained, baseline)]
    for number, after in enumerate(by_subject[trained]):
        before = by_subject[baseline][number] if baseline is not None else None
        pair = Pair(subject=after, baseline=before) if before else None
        yield Row(
            id=after.probe.id,
            prompt=after.probe.prompt,
            baseline_response=before.response if before else None,
            trained_response=after.response,
            baseline_lek_score=before.lek_score if before else None,
            trained_lek_score=after.lek_score,
            delta=pair.delta if pair else None,
            baseline_heuristic=before.heuristic if before else None,
            trained_heuristic=after.heuristic,
            change=pair.change if pair else None,
            baseline_error=before.error if before else None,
            trained_error=after.error,
            domain=after.probe.domain,
            group=after.probe.group,
            baseline_samples=before.samples if before else None,
            trained_samples=after.samples,
            other_samples={name: by_subject[name][number].samples for name in others},
        )
