"""What a reader of the scores must know beside them, in sentences: under the table and in the report."""

from collections.abc import Iterator, Sequence

from clients.battery.comparison import Comparison
from clients.battery.provenance import Provenance
from clients.battery.record import Record


def notes(comparison: Comparison, records: Sequence[Record], provenance: Provenance) -> tuple[str, ...]:
    """Write the notes, the gravest first."""
    return (
        *_failures(comparison, records),
        *_server_differences(records),
        *_changed_subjects(records),
        *_cut_replies(records),
        *_few_samples(comparison, provenance),
    )


def _failures(comparison: Comparison, records: Sequence[Record]) -> Iterator[str]:
    num_failed = sum(record.error is not None for record in records)
    if num_failed:
        yield (
            f"{num_failed} of {len(records)} requests failed and have no score:"
            f" the averages are over {len(comparison.averaged)} of {len(comparison.pairs)} probes."
        )


def _server_differences(records: Sequence[Record]) -> Iterator[str]:
    for record in records:
        if record.server_lek_score is not None and record.server_lek_score != record.lek_score:
            yield (
                f"The server scores {record.model}'s reply to {record.id} {record.server_lek_score:g}, this battery {record.lek_score:g}"
                f" (both {record.scorer}): server and client are not of the same version."
            )


def _changed_subjects(records: Sequence[Record]) -> Iterator[str]:
    for role in ("baseline", "trained"):
        own = [record for record in records if record.role == role]
        fingerprints = {record.system_fingerprint for record in own if record.system_fingerprint is not None}
        digests = {record.adapter_digest for record in own if record.adapter_digest is not None}
        if len(fingerprints) > 1 or len(digests) > 1:
            yield f"{own[0].model} changed during the run: its replies carry different fingerprints or adapter digests."


def _cut_replies(records: Sequence[Record]) -> Iterator[str]:
    num_cut = sum(record.finish_reason == "length" for record in records)
    if num_cut:
        yield f"{num_cut} of {len(records)} replies were cut off at their length limit (--max-tokens {records[0].max_tokens})."


def _few_samples(comparison: Comparison, provenance: Provenance) -> Iterator[str]:
    if comparison.has_baseline and provenance.samples == 1:
        yield "One sample a probe shows a difference in these replies, not in the models."
