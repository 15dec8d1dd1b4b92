"""A battery from its options to its report."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from datetime import UTC, datetime
from time import perf_counter

import msgspec

from clients.asking.channel import Channel, open_channel
from clients.asking.connection import ListedModel
from clients.asking.credentials import Credentials
from clients.asking.exchange import Question, Sampler
from clients.asking.subject import Subject, choose_subjects, list_roles
from clients.asking.training import ToldTraining, list_trainings
from clients.battery.locked_baseline import LockedBaseline, lock_baseline, rename
from clients.battery.options import Options
from clients.battery.overwriting import check_nothing_is_lost
from clients.battery.progress import show_progress
from clients.battery.regression import check_power, check_power_left, check_samples, check_subjects, find_gate_reasons
from clients.battery.run import Digests, collect_records, list_questions
from clients.errors import ClientError, EndpointFailure, FileFault, Interrupted, Regression
from clients.probes.pack import load_pack
from clients.probes.probe import ProbePack
from clients.records.instrument import Instrument, make_instrument
from clients.records.record import Record
from clients.records.replies_file import RepliesFile, SavedReplies, read_replies, replies_path
from clients.records.resuming import take_up
from clients.report.files import write_report_files
from clients.report.power import Power
from clients.report.provenance import EndpointOrigin, Provenance, make_pack_origin, make_sampler_origin, make_subject_origins
from clients.report.report import Report, build_report
from clients.report.table import open_console, print_report
from clients.telling import tell


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be measured, and with what."""

    options: Options
    pack: ProbePack
    instrument: Instrument
    sampler: Sampler
    saved: SavedReplies
    locked: LockedBaseline | None


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What was put to what, and what came back until the end or until something stopped it."""

    created: datetime
    duration_s: float
    listed: dict[str, tuple[ListedModel, ...]]  # by endpoint
    trained: dict[str, dict[str, ToldTraining]]  # by endpoint and the adapter's name
    subjects: tuple[Subject, ...]
    records: tuple[Record, ...]
    stopped_by: ClientError | None
    endpoints: tuple[EndpointOrigin, ...]


class Examined(msgspec.Struct, frozen=True, kw_only=True):
    """A report, and what kept it from being whole."""

    report: Report
    stopped_by: ClientError | None
    num_failed: int  # of the requests that were made


async def conduct(options: Options) -> None:
    """Ask, score, print, write. Raises a ClientError; one that comes after the first reply, after the report."""
    conclude(options, await examine(options))


async def examine(options: Options) -> Examined:
    """Ask and score. Raises a ClientError where there is nothing to report."""
    if options.output is not None and not options.is_resumed:
        check_nothing_is_lost(options.output, overwrites=options.overwrites)
    plan = make_plan(options)
    run = await _measure(plan)
    num_failed = sum(record.reply.error is not None for record in run.records)
    return Examined(report=report_run(plan, run), stopped_by=run.stopped_by or find_silent(run), num_failed=num_failed)


def conclude(options: Options, examined: Examined) -> None:
    """Print and write; then raise what stopped the run or, where that is wanted, what it found."""
    report = examined.report
    print_report(report, open_console())
    write_report_files(report, options)
    if examined.stopped_by is not None:
        raise examined.stopped_by
    if options.gates.on_regression:
        check_subjects(report)
    if reasons := find_gate_reasons(options.gates, report):
        raise Regression("regression: " + "; ".join(reasons))
    if examined.num_failed and options.gates.is_any:
        raise EndpointFailure(f"no regression in what was answered, but {examined.num_failed} requests failed; {_advise(options)}")
    if options.gates.on_regression:
        check_samples(report)
        check_power_left(report)


def make_plan(options: Options, *, command: str = "battery") -> Plan:
    """Read what the options name, in the name of `command`; raises UsageFault, also for a gate that cannot fire."""
    pack = load_pack(options.probes, options.mending)
    if pack.mended is not None:
        tell(command, f"{pack.name}: {pack.mended.words}")
    instrument = make_instrument(options.scorer, pack.digest)
    locked = lock_baseline(options.locked, pack.probes, instrument) if options.locked else None
    if options.gates.on_regression:
        check_power(_power(options, pack, locked))
    return Plan(
        options=options,
        pack=pack,
        instrument=instrument,
        sampler=Sampler(
            temperature=options.temperature,
            max_tokens=options.max_tokens,
            timeout_s=options.timeout_s,
            fields=options.sampling,
            max_tokens_field=options.max_tokens_field,
            is_streamed=options.is_streamed,
        ),
        saved=read_replies(replies_path(options.output)) if options.is_resumed and options.output else SavedReplies(),
        locked=locked,
    )


def _power(options: Options, pack: ProbePack, locked: LockedBaseline | None) -> Power:
    if locked is None:
        return Power(num_probes=len(pack.probes), num_samples=options.samples, num_baseline_samples=options.samples)
    scored = Counter(record.asked.id for record in locked.records if record.scored.lek_score is not None)
    return Power(num_probes=len(scored), num_samples=options.samples, num_baseline_samples=max(scored.values(), default=0))


async def _measure(plan: Plan) -> Run:
    options = plan.options
    created, start = datetime.now(UTC), perf_counter()
    async with AsyncExitStack() as connections:
        channels = {
            endpoint: await connections.enter_async_context(
                open_channel(endpoint, options.credentials.get(endpoint, Credentials()), most_at_once=options.concurrency)
            )
            for endpoint in options.choice.endpoints
        }
        listed = {endpoint: await channel.list_models(is_needed=options.choice.is_list_needed) for endpoint, channel in channels.items()}
        subjects = choose_subjects(options.choice, [model.id for model in listed.get(options.choice.endpoint, ())])
        trained = {endpoint: await list_trainings(channels[endpoint].client) for endpoint in _find_adapters(listed, subjects)}
        asked = list_questions(subjects, plan.pack.probes, num_samples=options.samples, seed=options.seed)
        resumed = take_up(plan.saved.records, asked, plan.sampler, plan.instrument)
        came = list(resumed.records)
        digests = {
            (endpoint, model.id): model.digest for endpoint, models in listed.items() for model in models if model.digest is not None
        }
        stopped_by = await _gather(channels, resumed.questions, plan, came, digests)
    return Run(
        created=created,
        duration_s=perf_counter() - start,
        listed=listed,
        trained=trained,
        subjects=subjects,
        records=tuple(came),
        stopped_by=stopped_by,
        endpoints=tuple(make_endpoint_origin(channel) for channel in channels.values()),
    )


def _find_adapters(listed: Mapping[str, Sequence[ListedModel]], subjects: Sequence[Subject]) -> list[str]:
    """Give the endpoints of which a subject is an adapter of candor's: no other is asked about trainings."""
    named = {(endpoint, model.id) for endpoint, models in listed.items() for model in models if model.digest is not None}
    return list(dict.fromkeys(subject.endpoint for subject in subjects if (subject.endpoint, subject.model) in named))


async def _gather(
    channels: Mapping[str, Channel], asked: Sequence[Question], plan: Plan, came: list[Record], digests: Digests
) -> ClientError | None:
    """Add to what came until all is there, or until Ctrl-C or the endpoint stops it; raises where that leaves nothing to report."""
    path = replies_path(plan.options.output) if plan.options.output else None
    total = len(came) + len(asked)
    coming = collect_records(
        channels, asked, plan.sampler, instrument=plan.instrument, concurrency=plan.options.concurrency, digests=digests
    )
    with RepliesFile(path, saved_bytes=plan.saved.size_bytes) as replies, show_progress(total, came) as advance:
        try:
            async with aclosing(coming):
                async for record in coming:
                    replies.write(record)
                    advance(record)
                    came.append(record)
        except FileFault as exc:
            if not came:
                raise
            return exc
        except EndpointFailure as exc:
            if not came:
                raise
            return EndpointFailure(f"{exc}; {len(came)} of {total} replies came: {_advise(plan.options)}")
        except asyncio.CancelledError:
            if not came:
                raise
            return Interrupted(f"interrupted with {len(came)} of {total} replies; {_advise(plan.options)}")
    return None


def report_run(plan: Plan, run: Run) -> Report:
    """Lay out what came."""
    options, instrument = plan.options, plan.instrument
    locked = rename(plan.locked, [subject.name for subject in run.subjects]) if plan.locked else None
    own_roles = list_roles(len(run.subjects) + 1)[1:] if locked else list_roles(len(run.subjects))
    origins = make_subject_origins(
        run.subjects, own_roles, run.records, listed=run.listed, trained=run.trained, num_samples=options.samples
    )
    provenance = Provenance(
        candor_version=instrument.candor_version,
        created=run.created.isoformat(timespec="seconds"),
        endpoint=next(origin.endpoint for origin in origins if origin.role == "trained"),
        subjects=(locked.origin, *origins) if locked else origins,
        probes=make_pack_origin(plan.pack),
        sampler=make_sampler_origin(plan.sampler),
        seed=options.seed,
        seeds=() if options.seed is None else tuple(range(options.seed, options.seed + options.samples)),
        samples=options.samples,
        concurrency=options.concurrency,
        scorer=instrument.scorer,
        scorer_version=instrument.scorer_version,
        detectors_version=instrument.detectors_version,
        endpoints=run.endpoints,
    )
    all_records = (*(locked.records if locked else ()), *run.records)
    return build_report(all_records, plan.pack.probes, provenance, duration_s=run.duration_s, is_complete=run.stopped_by is None)


def make_endpoint_origin(channel: Channel) -> EndpointOrigin:
    """Note what became of the address and the pace."""
    return EndpointOrigin(
        endpoint=channel.given_root,
        answers_at=channel.root,
        headers=tuple(channel.credentials.headers),
        num_limited=channel.pace.num_limited,
        waited_s=round(channel.pace.waited_s, 1),
    )


def find_silent(run: Run) -> EndpointFailure | None:
    """Find a subject that gave no reply at all."""
    for subject in run.subjects:
        own = [record for record in run.records if record.asked.subject == subject.name]
        if own and not any(record.reply.has_answer for record in own) and not all(record.reply.error is not None for record in own):
            counts = Counter(_kind_of_missing(record) for record in own)
            told = ", ".join(f"{count} of {len(own)} {kind}" for kind, count in counts.most_common())
            advice = "; --max-tokens gives them longer" if any(record.reply.is_still_thinking for record in own) else ""
            return EndpointFailure(f"no reply of {subject.name} has an answer to score: {told}{advice}")
        if all(record.reply.error is not None for record in own):
            return EndpointFailure(f"every request to {subject.name} failed; the first: {own[0].reply.error}")
    return None


def _kind_of_missing(record: Record) -> str:
    return (record.reply.missing_words or "").partition(":")[0]


def _advise(options: Options) -> str:
    if options.output is None:
        return "without --output none of them is kept"
    return f"they are in {options.output} and {replies_path(options.output)}, and --resume asks for the rest"
