"""A battery from its options to its report."""

from contextlib import aclosing
from datetime import UTC, datetime
from time import perf_counter

import msgspec

from clients.battery.comparison import Comparison, compare
from clients.battery.connection import ListedModel, connect, list_models
from clients.battery.errors import EndpointFailure
from clients.battery.exchange import Sampler
from clients.battery.notes import notes
from clients.battery.options import Options
from clients.battery.outcome import outcomes
from clients.battery.probe import ProbePack, load_pack
from clients.battery.progress import progress_bar
from clients.battery.provenance import Provenance, candor_version, pack_origin, subject_origin
from clients.battery.record import Record
from clients.battery.replies_file import RepliesFile
from clients.battery.report_json import build_report, write_report
from clients.battery.report_table import open_console, print_report
from clients.battery.run import questions, records
from clients.battery.subject import Subject, choose_subjects

NUM_SAMPLES = 1


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What was put to what, and everything that came back."""

    created: datetime
    duration_s: float
    listed: tuple[ListedModel, ...]
    subjects: tuple[Subject, ...]
    pack: ProbePack
    records: tuple[Record, ...]


async def conduct(options: Options, replies: RepliesFile) -> None:
    """Ask, score, print, write. Raises a BatteryError; a subject without a single reply is one, after the report."""
    run = await _measure(options, replies)
    provenance = _provenance(options, run)
    comparison = _comparison(run)
    report = build_report(comparison, notes(comparison, run.records, provenance), provenance, duration_s=run.duration_s)
    print_report(report, comparison, open_console())
    if options.output is not None:
        write_report(report, options.output)
    _check_replied(run)


async def _measure(options: Options, replies: RepliesFile) -> Run:
    created, start = datetime.now(UTC), perf_counter()
    pack = load_pack(options.probes)
    sampler = _sampler(options)
    async with connect(options.endpoint, options.api_key) as client:
        listed = await list_models(client)
        subjects = choose_subjects(
            endpoint=options.endpoint, model=options.model, baseline=options.baseline, listed=[model.id for model in listed]
        )
        asked = questions(subjects, pack.probes, num_samples=NUM_SAMPLES, seed=options.seed)
        came = []
        with progress_bar(len(asked)) as advance:
            coming = records(client, asked, sampler, scorer=options.scorer, concurrency=options.concurrency)
            async with aclosing(coming):
                async for record in coming:
                    replies.write(record)
                    advance(record)
                    came.append(record)
    return Run(
        created=created,
        duration_s=perf_counter() - start,
        listed=listed,
        subjects=subjects,
        pack=pack,
        records=tuple(came),
    )


def _comparison(run: Run) -> Comparison:
    by_role = {subject.role: outcomes(run.records, run.pack.probes, subject.role) for subject in run.subjects}
    return compare(by_role["trained"], by_role.get("baseline"))


def _provenance(options: Options, run: Run) -> Provenance:
    return Provenance(
        candor_version=candor_version(),
        created=run.created.isoformat(timespec="seconds"),
        endpoint=options.endpoint,
        subjects=tuple(subject_origin(subject, run.records, run.listed) for subject in run.subjects),
        probes=pack_origin(run.pack),
        sampler=_sampler(options),
        seed=options.seed,
        samples=NUM_SAMPLES,
        concurrency=options.concurrency,
        scorer=options.scorer,
    )


def _sampler(options: Options) -> Sampler:
    return Sampler(temperature=options.temperature, max_tokens=options.max_tokens, timeout_s=options.timeout_s)


def _check_replied(run: Run) -> None:
    for subject in run.subjects:
        own = [record for record in run.records if record.role == subject.role]
        if all(record.error is not None for record in own):
            raise EndpointFailure(f"every request to {subject.model} failed; the first: {own[0].error}")
