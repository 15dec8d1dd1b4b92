"""Records and reports made by hand, for the tests of what is computed from them."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from clients.asking.exchange import Reply
from clients.asking.subject import Subject, list_roles
from clients.probes.probe import Probe
from clients.records.asked import Asked
from clients.records.flat_record import FIELDS, PARTS
from clients.records.instrument import Instrument
from clients.records.record import Record
from clients.records.scored import Scored
from clients.records.told import Told
from clients.report.outcome import Outcome
from clients.report.provenance import PackOrigin, Provenance, SamplerOrigin, make_subject_origins
from clients.report.report import Report, build_report
from scoring.lek_v1_formula import DIMENSIONS
from scoring.scores import Degeneration, Flag

ENDPOINT = "http://127.0.0.1:8000/v1"


def make_record(score: float | None = 1.0, *, flags: tuple[Flag, ...] = (), **fields: Any) -> Record:
    """Make a record with this score in every dimension; without a score it failed."""
    has_score = score is not None
    record = Record(
        asked=Asked(
            subject="tuned", endpoint=ENDPOINT, model="tuned", id="p1", prompt="Why?", sample=0, seed=0, temperature=0.4, max_tokens=1024
        ),
        instrument=Instrument(candor_version="0", scorer="lek-v1", scorer_version="1", detectors_version="1", probes_digest="sha256:0"),
        reply=Reply(
            text="Because." if has_score else None,
            error=None if has_score else "HTTP 500: the row failed",
            finish_reason="stop" if has_score else None,
            num_prompt_tokens=9,
            num_completion_tokens=7,
            seconds=1.25,
            num_retries=0,
        ),
        scored=Scored(
            lek_score=score,
            heuristic=None if score is None else dict.fromkeys(DIMENSIONS, score),
            flags=tuple(flag.flag for flag in flags),
            degeneration=Degeneration(flags=flags, compression_ratio=1.0) if has_score else None,
        ),
        told=Told(),
    )
    return change_record(record, **fields)


def change_record(record: Record, **fields: Any) -> Record:
    """Give fields other values, by their names in files."""
    parts: dict[str, dict[str, Any]] = {part: {} for part in PARTS}
    for part, name, encoded in FIELDS:
        if encoded in fields:
            parts[part][name] = fields.pop(encoded)
    assert not fields, f"no fields of a record: {', '.join(fields)}"
    return record.with_parts(**{part: msgspec.structs.replace(getattr(record, part), **changes) for part, changes in parts.items()})


def make_outcome(score: float | None = 1.0, **fields: Any) -> Outcome:
    """Make an outcome of one sample."""
    return make_outcome_of([score], **fields)


def make_outcome_of(scores: Sequence[float | None], *, group: str | None = None, **fields: Any) -> Outcome:
    """Make an outcome of a sample a score."""
    probe = Probe(id=fields.get("id", "p1"), prompt=fields.get("prompt", "Why?"), group=group)
    return Outcome(probe=probe, samples=tuple(make_record(score, sample=number, **fields) for number, score in enumerate(scores)))


def make_report(subjects: Mapping[str, Sequence[Outcome]], *, samples: int | None = None) -> Report:
    """Make a report of outcomes by subject, the baseline first; all subjects were asked the same probes."""
    named = tuple(Subject(name=name, endpoint=ENDPOINT, model=name) for name in subjects)
    records = [
        change_record(sample, subject=name, model=name)
        for name, outcomes in subjects.items()
        for outcome in outcomes
        for sample in outcome.samples
    ]
    probes = [outcome.probe for outcome in next(iter(subjects.values()))]
    most = max((record.asked.sample + 1 for record in records), default=1)
    return build_report(records, probes, make_provenance(named, records, samples=samples or most), duration_s=12.34, is_complete=True)


def make_provenance(subjects: Sequence[Subject], records: Sequence[Record], *, samples: int) -> Provenance:
    """Say where such a report comes from."""
    return Provenance(
        candor_version="0",
        created="2025-01-01T00:00:00+00:00",
        endpoint=ENDPOINT,
        subjects=make_subject_origins(subjects, list_roles(len(subjects)), records, listed={}, trained={}, num_samples=samples),
        probes=PackOrigin(name="ccp", digest="sha256:0", file_digest=None),
        sampler=SamplerOrigin(temperature=0.4, max_tokens=1024, timeout_s=600.0),
        seed=0,
        seeds=tuple(range(samples)),
        samples=samples,
        concurrency=4,
        scorer="lek-v1",
        scorer_version="1",
        detectors_version="1",
    )
