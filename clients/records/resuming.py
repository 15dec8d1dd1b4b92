"""Taking up a run that was cut short: what is answered is not asked again, and nothing is mixed that does not belong together."""

from collections.abc import Collection, Iterable, Iterator, Sequence

import msgspec

from clients.asking.exchange import Question, Sampler
from clients.errors import UsageFault
from clients.records.asked import Asked, Key, make_asked
from clients.records.instrument import Instrument
from clients.records.record import Record

# What a record holds of its question and of how its reply was judged has to be as it is now, but for what tells questions apart
# and for the version of the program, which changes more often than what judges.
ASKED_SETTINGS = tuple(name for name in Asked.__struct_fields__ if name not in ("subject", "id", "sample"))
INSTRUMENT_SETTINGS = tuple(name for name in Instrument.__struct_fields__ if name != "candor_version")
RESCORABLE = ("scorer was", "scorer_version was", "detectors_version was")  # what a difference says that scoring anew does away with
MAX_SHOWN = 8


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
        key = saved_record.asked.key
        question = by_key.get(key)
        found = (
            tuple(_differences(saved_record, question, sampler, instrument)) if question else (_unasked(saved_record, subjects, probes),)
        )
        differences |= dict.fromkeys(found)
        if saved_record.reply.error is None:
            answered[key] = saved_record
    if differences:
        advice = _advise(instrument) if any(one.startswith(RESCORABLE) for one in differences) else ""
        raise UsageFault("--resume: the saved replies are of another run: " + _shortened(list(differences)) + advice)
    return Resumed(records=tuple(answered.values()), questions=tuple(q for key, q in by_key.items() if key not in answered))


def _differences(saved: Record, question: Question, sampler: Sampler, instrument: Instrument) -> Iterator[str]:
    subject = saved.asked.subject
    yield from _changes(saved.asked, make_asked(question, sampler), ASKED_SETTINGS, subject)
    yield from _changes(saved.instrument, instrument, INSTRUMENT_SETTINGS, subject)


def _changes(then: msgspec.Struct, now: msgspec.Struct, settings: Iterable[str], subject: str) -> Iterator[str]:
    for setting in settings:
        before, after = getattr(then, setting), getattr(now, setting)
        if before != after:
            yield f"{setting} was {before!r} and is {after!r} ({subject})"


def _unasked(saved: Record, subjects: Collection[str], probes: Collection[str]) -> str:
    """Say what of a record a run of these subjects and probes does not ask for."""
    if saved.asked.subject not in subjects:
        return f"they hold a subject {saved.asked.subject!r}, which is none of this run"
    if saved.asked.id not in probes:
        return f"they hold a probe {saved.asked.id!r}, which this run does not ask"
    return f"they hold a sample number {saved.asked.sample} (from 0), which is more than this run asks for"


def _advise(instrument: Instrument) -> str:
    return (
        f". python -m clients.rescore FILE.jsonl --scorer {instrument.scorer} --replies NEW.jsonl scores what is there anew,"
        " and --output NEW.json --resume goes on from that"
    )


def _shortened(differences: Sequence[str]) -> str:
    more = len(differences) - MAX_SHOWN
    return "; ".join((*differences[:MAX_SHOWN], *([f"and {more} more"] if more > 0 else [])))


def _key_of(question: Question) -> Key:
    return question.subject.name, question.probe.id, question.sample
