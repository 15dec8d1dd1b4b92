"""What a reader of the scores must know beside them, in sentences: under the table and in the report."""

from collections.abc import Iterator, Sequence

from clients.asking.sampling_fields import SamplingFields
from clients.records.record import Record
from clients.records.told import find_unhonoured
from clients.report.comparison_summary import ComparisonSummary
from clients.report.doubts import Doubt
from clients.report.numerals import write_exact, write_seconds
from clients.report.power import Power
from clients.report.provenance import Provenance
from clients.report.subject_summary import SubjectSummary

FEW_PROBES = 20  # of 20 normal values the interval still holds the mean in 92 % where it says 95 %; of six in 85 %
MAX_SHOWN = 5


def write_notes(
    subjects: Sequence[SubjectSummary],
    comparisons: Sequence[ComparisonSummary],
    records: Sequence[Record],
    provenance: Provenance,
    doubts: Sequence[Doubt] = (),
) -> tuple[str, ...]:
    """Write the notes, the gravest first."""
    return (
        *(doubt.words for doubt in doubts if doubt.is_grave),
        *_rescored(records, provenance),
        *_mended_files(provenance),
        *_missing(subjects, provenance),
        *_failures(subjects, records),
        *(doubt.words for doubt in doubts if not doubt.is_grave),
        *_unhonoured_scales(records),
        *_unanswered(subjects, records),
        *_reasoning(records),
        *_uncompared(comparisons),
        *_unlike_conditions(comparisons, records),
        *_unsent_fields(subjects, records),
        *_ways_and_pauses(provenance),
        *_server_differences(records),
        *_changed_subjects(subjects, records),
        *_cut_replies(records),
        *_guarded_replies(records),
        *_few_samples(comparisons, provenance),
        *_few_probes(comparisons),
    )


def _rescored(records: Sequence[Record], provenance: Provenance) -> Iterator[str]:
    source = provenance.rescored_from
    if source is None:
        return
    earlier = [f"{one.scorer}, version {one.scorer_version} (detectors {one.detectors_version})" for one in source.earlier]
    yield (
        f"Nobody was asked: these are the replies in {source.file}, scored by {provenance.scorer}, version {provenance.scorer_version}"
        f" (detectors {provenance.detectors_version}); before, {'by ' + ', '.join(earlier) if earlier else 'they had no score'}."
    )
    prompted = {record.asked.subject for record in records if record.asked.system_digest is not None}
    if unknown := [origin.name for origin in provenance.subjects if origin.system is None and origin.name in prompted]:
        yield f"The file names the system prompts of {_listed(unknown)} by their digests alone."


def _mended_files(provenance: Provenance) -> Iterator[str]:
    if (mended := provenance.probes.mended) is not None:
        yield f"Not all of {provenance.probes.name} was asked as it stands there: {mended.words}."
    source = provenance.rescored_from
    if source is not None and source.mended is not None:
        yield f"Not all of {source.file} was scored as it stands there: {source.mended.words}."


def _missing(subjects: Sequence[SubjectSummary], provenance: Provenance) -> Iterator[str]:
    asked = [subject.replies for subject, origin in zip(subjects, provenance.subjects, strict=True) if origin.locked_from is None]
    if num_missing := sum(replies.missing for replies in asked):
        num_asked = sum(replies.asked for replies in asked)
        advice = "" if provenance.rescored_from else " --resume asks the rest."
        yield f"Cut short: {num_missing} of {num_asked} replies are missing; every number is over the others.{advice}"


def _failures(subjects: Sequence[SubjectSummary], records: Sequence[Record]) -> Iterator[str]:
    if num_failed := sum(subject.replies.failed for subject in subjects):
        yield f"{num_failed} of {len(records)} requests failed and have no score."


def _unhonoured_scales(records: Sequence[Record]) -> Iterator[str]:
    """Saved replies may have come when nobody looked; one that does not even name an adapter cannot have honoured its scale."""
    unhonoured = {record.asked.subject: words for record in records if (words := find_unhonoured(record.asked, record.told))}
    for subject, words in unhonoured.items():
        yield f"{subject}: {words}."


def _unanswered(subjects: Sequence[SubjectSummary], records: Sequence[Record]) -> Iterator[str]:
    for subject in subjects:
        replies, own = subject.replies, [record for record in records if record.asked.subject == subject.name]
        of = f"of {len(own)} replies of {subject.name}"
        if replies.still_thinking:
            limits = {record.asked.max_tokens for record in own if record.asked.max_tokens is not None}
            limit = f"--max-tokens {limits.pop()}" if len(limits) == 1 else "their length limit"
            yield f"{replies.still_thinking} {of} were still thinking at {limit}: they have no answer and no score, and are in no mean."
        if replies.only_reasoning:
            yield (
                f"{replies.only_reasoning} {of} ended with reasoning and no answer: they have no score, and are in no mean."
                " Where it is so of all, the endpoint may take the answer for reasoning."
            )
        if replies.withheld:
            yield f"{replies.withheld} {of} were withheld by the endpoint's filter: they count as refused, and are in no mean."


def _reasoning(records: Sequence[Record]) -> Iterator[str]:
    if num_reasoned := sum(record.reply.reasoning is not None and record.reply.has_answer for record in records):
        yield f"{num_reasoned} of {len(records)} replies begin with reasoning: it is kept apart, and what follows it is scored."


def _uncompared(comparisons: Sequence[ComparisonSummary]) -> Iterator[str]:
    for comparison in comparisons:
        if comparison.num_compared < len(comparison.probes):
            yield (
                f"{comparison.baseline} and {comparison.subject} are compared on the {comparison.num_compared}"
                f" of {len(comparison.probes)} probes where both have a score."
            )


def _unlike_conditions(comparisons: Sequence[ComparisonSummary], records: Sequence[Record]) -> Iterator[str]:
    """A locked baseline may have been asked otherwise; what was asked in one run was asked alike."""
    for comparison in comparisons:
        before = _conditions([record for record in records if record.asked.subject == comparison.baseline])
        now = _conditions([record for record in records if record.asked.subject == comparison.subject])
        if told := [f"{name} {before[name]} and {now[name]}" for name in before if before[name] != now[name]]:
            yield f"{comparison.baseline} and {comparison.subject} were not measured alike: {'; '.join(told)}."


def _conditions(records: Sequence[Record]) -> dict[str, str]:
    values: dict[str, set[object]] = {
        "temperature": {"not sent" if record.asked.is_temperature_left_out else record.asked.temperature for record in records},
        "sampling fields": {record.sampling_words for record in records},
        "max-tokens": {record.asked.max_tokens for record in records},
        "samples": {1 + max((record.asked.sample for record in records), default=0)},
        "detectors' version": {record.instrument.detectors_version for record in records},
    }
    return {name: "/".join(sorted("unknown" if value is None else str(value) for value in found)) for name, found in values.items()}


def _unsent_fields(subjects: Sequence[SubjectSummary], records: Sequence[Record]) -> Iterator[str]:
    for subject in subjects:
        unsent = dict.fromkeys(name for record in records if record.asked.subject == subject.name for name in record.reply.unsent)
        own = [record.asked for record in records if record.asked.subject == subject.name]
        if refused := [name for name in unsent if name in SamplingFields.__struct_fields__]:
            yield f"The endpoint of {subject.name} refuses {_listed(refused)}: there its own settings held."
        if any(asked.is_temperature_left_out for asked in own):
            yield f"{subject.name} was sent no temperature: the endpoint's own held."
        if "max_tokens" in unsent and all(asked.max_tokens_field is None for asked in own):
            yield f"{subject.name} was sent max_completion_tokens because its endpoint refuses max_tokens."


def _ways_and_pauses(provenance: Provenance) -> Iterator[str]:
    for origin in provenance.endpoints:
        if origin.answers_at != origin.endpoint:
            yield f"{origin.endpoint} was asked at {origin.answers_at}: the first was not found."
        if origin.num_limited:
            yield (
                f"{origin.endpoint} asked for a pause {origin.num_limited} times (such as HTTP 429):"
                f" {write_seconds(origin.waited_s)} went by in pauses, and fewer were asked at once after each."
            )


def _server_differences(records: Sequence[Record]) -> Iterator[str]:
    told = [record for record in records if record.reply.has_answer and record.reply.reasoning is None]  # a server scores reasoning too
    scored = [record for record in told if record.told.server_lek_score is not None]
    unlike = [record for record in scored if record.told.server_lek_score != record.scored.lek_score]
    for record in unlike[:MAX_SHOWN]:
        yield (
            f"The server scores {record.asked.subject}'s reply to {record.asked.id} {write_exact(record.told.server_lek_score)},"
            f" this battery {write_exact(record.scored.lek_score)} (both {record.instrument.scorer}):"
            " server and client are not of the same version."
        )
    if len(unlike) > MAX_SHOWN:
        yield f"In all, {len(unlike)} of {len(scored)} replies are scored otherwise by the server."
    flagged = [record for record in told if record.told.server_flags is not None]
    unlike = [record for record in flagged if set(record.told.server_flags or ()) != set(record.scored.flags)]
    for record in unlike[:MAX_SHOWN]:
        yield (
            f"The server flags {record.asked.subject}'s reply to {record.asked.id} with {_listed(record.told.server_flags or ())},"
            f" this battery with {_listed(record.scored.flags)}: a server sees token ids and its model's special tokens as well."
        )
    if len(unlike) > MAX_SHOWN:
        yield f"In all, {len(unlike)} of {len(flagged)} replies are flagged otherwise by the server."


def _changed_subjects(subjects: Sequence[SubjectSummary], records: Sequence[Record]) -> Iterator[str]:
    for subject in subjects:
        own = [record for record in records if record.asked.subject == subject.name]
        fingerprints = {record.reply.system_fingerprint for record in own if record.reply.system_fingerprint is not None}
        digests = {record.told.adapter_digest for record in own if record.told.adapter_digest is not None}
        if len(fingerprints) > 1 or len(digests) > 1:
            yield f"{subject.name} changed during the run: its replies carry different fingerprints or adapter digests."


def _cut_replies(records: Sequence[Record]) -> Iterator[str]:
    num_cut = sum(record.reply.is_cut_off and not record.reply.is_still_thinking for record in records)
    if num_cut:
        yield f"{num_cut} of {len(records)} replies were cut off at their length limit (--max-tokens {records[0].asked.max_tokens})."


def _guarded_replies(records: Sequence[Record]) -> Iterator[str]:
    stopped = [record for record in records if record.told.stopped_by is not None]
    if stopped:
        flags = _listed(list(dict.fromkeys(record.told.stopped_by or "" for record in stopped)))
        yield (
            f"{len(stopped)} of {len(records)} replies were ended by the server's guard ({flags}):"
            " they are scored as far as they came, and do not compare with replies that were let run."
        )


def _few_samples(comparisons: Sequence[ComparisonSummary], provenance: Provenance) -> Iterator[str]:
    if comparisons and provenance.samples == 1:
        yield (
            "One sample a probe shows a difference in these replies, not in the models."
            " Nothing can be concluded from it, whatever the p-value: --samples asks for more."
        )
        return
    if not comparisons:
        return
    num_probes = len(comparisons[0].probes)
    power = Power(num_probes=num_probes, num_samples=provenance.samples, num_baseline_samples=provenance.samples)
    if not power.sees_probes:
        average = "only the average over all of them can" if power.sees_average else "nor can the average over so few"
        yield f"With {provenance.samples} samples on each of {num_probes} probes no single probe can be significant: {average}."


def _few_probes(comparisons: Sequence[ComparisonSummary]) -> Iterator[str]:
    fewest = min((comparison.num_compared for comparison in comparisons if comparison.num_compared), default=FEW_PROBES)
    if fewest < FEW_PROBES:
        yield f"The bootstrap interval is too narrow for {fewest} probes: trust the permutation test more."


def _listed(flags: Sequence[str]) -> str:
    return ", ".join(flags) or "nothing"
