"""A saved run: replies as they lie in a file, with what it tells of where they come from."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from clients.asking.subject import Subject, list_roles
from clients.errors import UsageFault
from clients.probes.mending import AS_IT_IS, Mending
from clients.probes.probe import Probe, ProbePack
from clients.probes.source import Source, parse_source
from clients.records.asked import Asked
from clients.records.flat_record import unflatten
from clients.records.record import Record
from clients.report.provenance import (
    EarlierScoring,
    EndpointOrigin,
    PackOrigin,
    RescoredFrom,
    SamplerOrigin,
    SubjectOrigin,
    make_pack_origin,
    make_subject_origins,
)
from clients.report.report import Report
from clients.rescore.reply_lines import ReplyLines, is_record

T = TypeVar("T")


class SavedRun(msgspec.Struct, frozen=True, kw_only=True):
    """Replies with their old scores, if they had any."""

    subjects: tuple[SubjectOrigin, ...]
    probes: tuple[Probe, ...]
    records: tuple[Record, ...]
    asked: PackOrigin
    sampler: SamplerOrigin
    seeds: tuple[int, ...]
    concurrency: int | None
    is_complete: bool
    source: RescoredFrom
    endpoints: tuple[EndpointOrigin, ...] = ()  # empty where the file does not say


def read_run(path: Path, packs: Sequence[ProbePack], mending: Mending = AS_IT_IS) -> SavedRun:
    """Read a report, a battery's FILE.jsonl, or replies in the LEM project's shape; raises UsageFault with all that is wrong."""
    try:
        content = path.read_bytes()
        source = parse_source(_without_unfinished_line(content))
    except OSError as exc:
        raise UsageFault(f"cannot read the replies in {path}: {exc.strerror}") from exc
    except ValueError as exc:
        raise UsageFault(f"cannot read the replies in {path}: {exc}") from exc
    digest = "sha256:" + hashlib.sha256(content).hexdigest()
    if _is_report(source):
        return _from_report(path, digest, _convert_report(path, source.entries[0].value), packs)
    return _from_lines(path, digest, source, packs, mending)


def _from_report(path: Path, digest: str, report: Report, packs: Sequence[ProbePack]) -> SavedRun:
    origin = report.provenance
    probes = tuple(Probe(id=row.id, prompt=row.prompt, domain=row.domain, group=row.group) for row in report.results)
    records = tuple(chain.from_iterable(report.samples(row, one.name) for row in report.results for one in report.subjects))
    return SavedRun(
        subjects=origin.subjects,
        probes=_with_checks(probes, packs),
        records=records,
        asked=origin.probes,
        sampler=origin.sampler,
        seeds=origin.seeds,
        endpoints=origin.endpoints,
        concurrency=origin.concurrency,
        is_complete=report.is_complete,
        source=RescoredFrom(file=str(path), digest=digest, created=origin.created, earlier=_earlier(records)),
    )


def _from_lines(path: Path, digest: str, source: Source, packs: Sequence[ProbePack], mending: Mending) -> SavedRun:
    known = tuple(chain.from_iterable(pack.probes for pack in packs))
    found = ReplyLines(path, known, mending).read(source.entries)
    pack = _choose_pack(ProbePack(name=path.name, title="", probes=_with_checks(found.probes, packs)), found.records, packs)
    records = tuple(_with_digest(record, pack) for record in found.records)
    subjects = _subjects(records, found.systems)
    num_asked = sum(subject.samples for subject in subjects) * len(pack.probes)
    return SavedRun(
        subjects=subjects,
        probes=pack.probes,
        records=records,
        asked=make_pack_origin(pack),
        sampler=SamplerOrigin(
            temperature=_only(record.asked.temperature for record in records),
            max_tokens=_only(record.asked.max_tokens for record in records),
            timeout_s=None,
            fields=_only(record.asked.sampling for record in records),
            is_temperature_sent=not all(record.asked.is_temperature_left_out for record in records),
            max_tokens_field=_only(field for record in records if (field := record.asked.max_tokens_field) is not None),
        ),
        seeds=_seeds(records),
        concurrency=None,
        is_complete=len(records) == num_asked,
        source=RescoredFrom(file=str(path), digest=digest, created=None, earlier=_earlier(records), mended=found.mended),
    )


def _with_digest(record: Record, pack: ProbePack) -> Record:
    """Note which probes were asked where the file does not say."""
    if record.instrument.probes_digest:
        return record
    return record.with_parts(instrument=msgspec.structs.replace(record.instrument, probes_digest=pack.digest))


def _subjects(records: Sequence[Record], systems: Mapping[str, str]) -> tuple[SubjectOrigin, ...]:
    """Take them in the order of their first replies; a battery's file names system prompts by their digests only, in the records."""
    firsts: dict[str, Asked] = {}
    for record in records:
        firsts.setdefault(record.asked.subject, record.asked)
    subjects = [
        Subject(
            name=name,
            endpoint=one.endpoint,
            model=one.model,
            scale=one.scale,
            system=systems.get(name),
            is_system_prepended=one.is_system_prepended,
        )
        for name, one in firsts.items()
    ]
    origins = make_subject_origins(subjects, list_roles(len(subjects)), records, listed={}, trained={}, num_samples=1)
    return tuple(
        msgspec.structs.replace(origin, samples=1 + max(record.asked.sample for record in records if record.asked.subject == origin.name))
        for origin in origins
    )


def _choose_pack(own: ProbePack, records: Iterable[Record], packs: Iterable[ProbePack]) -> ProbePack:
    """Recognise a pack by what records say, or by its probes; else the file's own probes are the pack."""
    digests = {record.instrument.probes_digest for record in records}
    asked = {(probe.id, probe.prompt) for probe in own.probes}
    for pack in packs:
        probes = {(probe.id, probe.prompt) for probe in pack.probes}
        if asked == probes or (pack.digest in digests and asked <= probes):
            return pack
    return own


def _with_checks(probes: Iterable[Probe], packs: Iterable[ProbePack]) -> tuple[Probe, ...]:
    """Give each probe that a pack knows by id and words its checks from there; one that brings its own keeps them."""
    checks = {(probe.id, probe.prompt): probe.checks for pack in packs for probe in pack.probes}
    return tuple(msgspec.structs.replace(probe, checks=probe.checks or checks.get((probe.id, probe.prompt), ())) for probe in probes)


def _earlier(records: Iterable[Record]) -> tuple[EarlierScoring, ...]:
    scored = (record for record in records if record.instrument.scorer)
    return tuple(dict.fromkeys(map(_scoring, scored)))


def _scoring(record: Record) -> EarlierScoring:
    return EarlierScoring(
        scorer=record.instrument.scorer,
        scorer_version=record.instrument.scorer_version,
        detectors_version=record.instrument.detectors_version,
        candor_version=record.instrument.candor_version,
    )


def _seeds(records: Sequence[Record]) -> tuple[int, ...]:
    """List the seeds of the samples where all subjects had the same, one following upon the other."""
    found = sorted({(record.asked.sample, record.asked.seed) for record in records if record.asked.seed is not None})
    seeds = tuple(seed for _, seed in found)
    return seeds if [sample for sample, _ in found] == list(range(len(found))) else ()


def _only(values: Iterable[T]) -> T | None:
    """Give the value that all have; None where they differ."""
    found = set(values)
    return found.pop() if len(found) == 1 else None


def _is_report(source: Source) -> bool:
    value = source.entries[0].value if len(source.entries) == 1 else None
    return isinstance(value, dict) and "provenance" in value and "results" in value


def _convert_report(path: Path, value: Any) -> Report:
    try:
        return msgspec.convert(value, Report, dec_hook=unflatten)
    except msgspec.ValidationError as exc:
        raise UsageFault(f"{path} is no report of this version of the battery: {exc}") from exc


def _without_unfinished_line(content: bytes) -> bytes:
    """Leave out what a kill leaves at the end of a battery's FILE.jsonl; any other broken line is a fault."""
    whole, _, rest = content.rpartition(b"\n")
    try:
        first = msgspec.json.decode(whole.partition(b"\n")[0])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return content
    if not is_record(first):
        return content
    try:
        msgspec.json.decode(rest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return whole
    return content
