"""Taking up a run that was cut short: what is answered is not asked again, and nothing is mixed that does not belong together."""

from collections.abc import Collection, Iterable, Iterator, Sequence

import msgspec

from clients.asking.exchange import Question, Reply, Sampler
from clients.errors import UsageFault
from clients.records.instrument import Instrument
from clients.records.record import Record, record

# What a record holds of the question and of how its reply is judged, but the version of the program, which changes more often than either.
SETTINGS = (
    "endpoint",
    "model",
    "scale",
    "system_digest",
    "is_system_prepended",
    "prompt",
    "seed",
    "temperature",
    "max_tokens",
    "sampling",
    "scorer",
    "scorer_version",
    "detectors_version",
    "probes_digest",
)
MAX_SHOWN = 8

Key = tuple[str, str, int]  # subject, probe, sample


class Resumed(msgspec.Struct, frozen=True, kw_only=True):
    """A run as it stands."""

    records: tuple[Record, ...]
    questions: tuple[Question, ...]  # still to ask


def take_up(saved: Iterable[Record], asked: Sequence[Question], sampler: Sampler, instrument: Instrument) -> Resumed:
    """Match saved records with what is asked now; what failed is asked again. Raises UsageFault that names what differs."""
    by_key = {_key_of(question): question for question in asked}
    subjects, probes = {question.subject.name for question in asked}, {question.probe.id for question in asked}
    answered: dict[Key, Record] = {}
    differences: dict[str, None] = {}
    for saved_record in saved:
        key = (saved_record.subject, saved_record.id, saved_record.sample)
        question = by_key.get(key)
        found = (
            tuple(_differences(saved_record, question, sampler, instrument)) if question else (_unasked(saved_record, subjects, probes),)
        )
        differences |= dict.fromkeys(found)
        if saved_record.error is None:
            answered[key] = saved_record
    if differences:
        raise UsageFault("--resume: the saved replies are of another run: " + _shortened(list(differences)))
    return Resumed(records=tuple(answered.values()), questions=tuple(q for key, q in by_key.items() if key not in answered))


def _differences(saved: Record, question: Question, sampler: Sampler, instrument: Instrument) -> Iterator[str]:
    expected = record(question, Reply(error="", seconds=0.0), sampler, instrument)
    for setting in SETTINGS:
        before, now = getattr(saved, setting), getattr(expected, setting)
        if before != now:
            yield f"{setting} was {before!r} and is {now!r} ({saved.subject})"


def _unasked(saved: Record, subjects: Collection[str], probes: Collection[str]) -> str:
    """Say what of a record a run of these subjects and probes does not ask for."""
    if saved.subject not in subjects:
        return f"they hold a subject {saved.subject!r}, which is none of this run"
    if saved.id not in probes:
        return f"they hold a probe {saved.id!r}, which this run does not ask"
    return f"they hold a sample number {saved.sample} (from 0), which is more than this run asks for"


def _shortened(differences: Sequence[str]) -> str:
    more = len(differences) - MAX_SHOWN
    return "; ".join((*differences[:MAX_SHOWN], *([f"and {more} more"] if more > 0 else [])))


def _key_of(question: Question) -> Key:
    return question.subject.name, question.probe.id, question.sample
