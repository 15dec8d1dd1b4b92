"""Rescoring: saved replies through this checkout's scorers, detectors and checks; what failed stays failed."""

from collections.abc import Sequence
from datetime import UTC, datetime
from time import perf_counter

import msgspec

from clients.asking.subject import list_roles
from clients.errors import UsageFault
from clients.probes.probe import Probe
from clients.records.instrument import Instrument, make_instrument
from clients.records.record import Record, score_record
from clients.report.provenance import Provenance, SubjectOrigin
from clients.report.report import Report, build_report
from clients.rescore.saved_run import SavedRun


def rescore(run: SavedRun, scorer: str, baseline: str | None) -> Report:
    """Score all replies of a run anew and lay out its report; raises UsageFault for a baseline that is none of its subjects."""
    created, start = datetime.now(UTC), perf_counter()
    instrument = make_instrument(scorer, run.asked.digest)
    probes = {probe.id: probe for probe in run.probes}
    records = [rescore_record(record, probes[record.asked.id], instrument) for record in run.records]
    subjects = run.subjects if baseline is None else _baseline_first(run.subjects, baseline)
    provenance = Provenance(
        candor_version=instrument.candor_version,
        created=created.isoformat(timespec="seconds"),
        endpoint=next(subject.endpoint for subject in subjects if subject.role == "trained"),
        subjects=subjects,
        probes=run.asked,
        sampler=run.sampler,
        seed=run.seeds[0] if run.seeds else None,
        seeds=run.seeds,
        samples=max(subject.samples for subject in subjects),
        concurrency=run.concurrency,
        scorer=instrument.scorer,
        scorer_version=instrument.scorer_version,
        detectors_version=instrument.detectors_version,
        rescored_from=run.source,
        endpoints=run.endpoints,
    )
    return build_report(records, run.probes, provenance, duration_s=perf_counter() - start, is_complete=run.is_complete)


def rescore_record(record: Record, probe: Probe, instrument: Instrument) -> Record:
    """Score one reply anew. An earlier judgement is kept where the probe's checks are not known."""
    is_same_scorer = record.instrument.scorer == instrument.scorer
    told = record.told if is_same_scorer else msgspec.structs.replace(record.told, server_lek_score=None)
    rescored = score_record(record.asked, record.reply, told, probe.checks, instrument)
    judgement = rescored.scored.judgement or record.scored.judgement
    return rescored.with_parts(scored=msgspec.structs.replace(rescored.scored, judgement=judgement))


def _baseline_first(subjects: Sequence[SubjectOrigin], baseline: str) -> tuple[SubjectOrigin, ...]:
    names = [subject.name for subject in subjects]
    if baseline not in names:
        raise UsageFault(f"--baseline {baseline} is none of the subjects: expected one of {', '.join(names)}")
    ordered = sorted(subjects, key=lambda subject: subject.name != baseline)
    return tuple(msgspec.structs.replace(subject, role=role) for subject, role in zip(ordered, list_roles(len(ordered)), strict=True))
