"""The side-by-side: several reports as one, every subject of each a line, and each against one baseline."""

from collections.abc import Iterator, Sequence

import msgspec

from clients.compare.conditions import check_instruments, find_differences
from clients.compare.entrant import Entrant
from clients.compare.standing import Standing, rank_entrants
from clients.errors import UsageFault
from clients.probes.probe import Probe
from clients.records.instrument import read_candor_version
from clients.report.comparison import SIGNIFICANT, compare
from clients.report.comparison_summary import ComparisonSummary, summarize_comparison
from clients.report.outcome import Outcome
from scoring.statistics.holm import holm


class Contrast(msgspec.Struct, frozen=True, kw_only=True):
    """An entrant against the baseline, over the probes that these two share."""

    comparison: ComparisonSummary
    p_value: float | None  # of the average, Holm-corrected over the contrasts; None where no probe has a score from both
    is_significant: bool  # by that


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A report that went in."""

    file: str
    digest: str
    created: str


class SideBySide(msgspec.Struct, frozen=True, kw_only=True):
    """All of it."""

    candor_version: str | None
    scorer: str
    scorer_version: str
    sources: tuple[Source, ...]
    probes: tuple[str, ...]  # ids: the averages and ranks are over these, which every entrant has a score for
    standings: tuple[Standing, ...]
    baseline: str  # its label
    contrasts: tuple[Contrast, ...]
    notes: tuple[str, ...]


def set_side_by_side(entrants: Sequence[Entrant], baseline: str | None) -> SideBySide:
    """Compare entrants; raises UsageFault where that would mean nothing."""
    if len(entrants) < 2:
        raise UsageFault(f"there is nothing beside {entrants[0].label}: name reports of two subjects or more")
    check_instruments(entrants)
    before = _find_baseline(entrants, baseline)
    shared = _shared_probes(entrants)
    contrasts = _contrasts(before, [entrant for entrant in entrants if entrant is not before])
    saved = {entrant.saved.file: entrant.saved for entrant in entrants}.values()
    return SideBySide(
        candor_version=read_candor_version(),
        scorer=before.records[0].instrument.scorer,
        scorer_version=before.records[0].instrument.scorer_version,
        sources=tuple(Source(file=one.file, digest=one.digest, created=one.report.provenance.created) for one in saved),
        probes=tuple(probe.id for probe in shared),
        standings=rank_entrants(entrants, [entrant.outcomes_of(shared) for entrant in entrants]),
        baseline=before.label,
        contrasts=contrasts,
        notes=tuple(_notes(entrants, shared)),
    )


def _find_baseline(entrants: Sequence[Entrant], name: str | None) -> Entrant:
    if name is None:
        return entrants[0]
    by_label = [entrant for entrant in entrants if name == entrant.label]
    found = by_label or [entrant for entrant in entrants if name in (entrant.origin.name, f"{entrant.saved.file}:{entrant.origin.name}")]
    if len(found) == 1:
        return found[0]
    fault = "is the name of several subjects" if found else "is none of the subjects"
    raise UsageFault(f"--baseline {name} {fault}: expected one of {', '.join(entrant.label for entrant in entrants)}")


def _shared_probes(entrants: Sequence[Entrant]) -> tuple[Probe, ...]:
    """Pick the probes that every entrant has a score for; the same id with other words is another probe."""
    scored = [{(r.asked.id, r.asked.prompt) for r in entrant.records if r.scored.lek_score is not None} for entrant in entrants]
    shared = _both_asked(entrants[0], set.intersection(*scored))
    if not shared:
        asked = "; ".join(f"{entrant.label}: {_some_ids(entrant)}" for entrant in entrants)
        raise UsageFault(f"no probe has a score from all of them (ids and prompts must be the same). They were asked {asked}")
    return shared


def _contrasts(before: Entrant, others: Sequence[Entrant]) -> tuple[Contrast, ...]:
    summaries = [summarize_comparison(before.label, other.label, compare(*_paired(other, before))) for other in others]
    p_values = holm([summary.difference.p_value if summary.difference else None for summary in summaries])
    return tuple(
        Contrast(comparison=summary, p_value=p_value, is_significant=p_value is not None and p_value <= SIGNIFICANT)
        for summary, p_value in zip(summaries, p_values, strict=True)
    )


def _paired(subject: Entrant, baseline: Entrant) -> tuple[tuple[Outcome, ...], tuple[Outcome, ...]]:
    probes = _both_asked(baseline, {(probe.id, probe.prompt) for probe in subject.probes})
    return subject.outcomes_of(probes), baseline.outcomes_of(probes)


def _both_asked(entrant: Entrant, asked: set[tuple[str, str]]) -> tuple[Probe, ...]:
    return tuple(probe for probe in entrant.probes if (probe.id, probe.prompt) in asked)


def _notes(entrants: Sequence[Entrant], shared: Sequence[Probe]) -> Iterator[str]:
    most = max(len(entrant.probes) for entrant in entrants)
    if len(shared) < most:
        yield f"Averages and ranks are over the {len(shared)} probes that all have a score for, of up to {most} that were asked."
    yield from find_differences(entrants)
    if lone := [entrant.label for entrant in entrants if all(record.asked.sample == 0 for record in entrant.records)]:
        yield f"{', '.join(lone)}: one sample a probe, which shows a difference in these replies, not in the models."
    for file in dict.fromkeys(entrant.saved.file for entrant in entrants if not entrant.saved.report.is_complete):
        yield f"{file} was cut short."


def _some_ids(entrant: Entrant) -> str:
    ids = [probe.id for probe in entrant.probes]
    return ", ".join(ids[:3]) + (f" and {len(ids) - 3} more" if len(ids) > 3 else "")
