"""Findings: which replies went wrong, and what that looks like."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from clients.asking.error_words import read_error_words
from clients.one_line import one_line
from clients.records.record import Record
from clients.report.doubts import Doubt
from scoring.scores import Flag, Tier

Trouble = Literal["failed", "refused", "empty", "unanswered"]

EXCERPT_CHARS = 120


class FailureMode(msgspec.Struct, frozen=True, kw_only=True):
    """A degeneration flag in a subject's replies, with what it looks like."""

    subject: str
    flag: str
    tier: Tier
    num_replies: int
    share: float  # of the subject's replies, failed requests apart
    ids: tuple[str, ...]  # of the probes
    excerpt: str  # from the first reply that has it


class TroubledReply(msgspec.Struct, frozen=True, kw_only=True):
    """A reply that failed, was refused, is empty or is reasoning alone."""

    subject: str
    id: str
    sample: int
    trouble: Trouble
    words: str  # the error, the refusal, the finish reason or what is missing


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader should see first."""

    summary: tuple[str, ...]
    failure_modes: tuple[FailureMode, ...]  # a subject's commonest first
    troubled_replies: tuple[TroubledReply, ...]
    doubts: tuple[Doubt, ...] = ()  # the grave ones first


def find_failure_modes(records: Sequence[Record], subjects: Iterable[str]) -> tuple[FailureMode, ...]:
    """List every flag of every subject."""
    return tuple(mode for subject in subjects for mode in _modes_of(subject, [r for r in records if r.asked.subject == subject]))


def find_troubled_replies(records: Iterable[Record]) -> tuple[TroubledReply, ...]:
    """List every reply that is none, or none to speak of."""
    return tuple(reply for record in records if (reply := find_trouble(record)) is not None)


def find_trouble(record: Record) -> TroubledReply | None:
    """Say what is wrong with a reply that is none; None where it is one."""
    trouble: Trouble
    if record.reply.error is not None:
        trouble, words = "failed", record.reply.error
    elif (refusing := record.reply.refusing_words) is not None:
        trouble, words = "refused", refusing
    elif record.reply.is_only_reasoning:
        trouble, words = "unanswered", record.reply.missing_words or ""
    elif record.reply.is_empty:
        trouble, words = "empty", f"finish reason {record.reply.finish_reason}"
    else:
        return None
    return TroubledReply(
        subject=record.asked.subject, id=record.asked.id, sample=record.asked.sample, trouble=trouble, words=read_error_words(words)
    )


def cut_excerpt(text: str, flag: Flag) -> str:
    """Cut out where a flag begins, in one line; of one near the end, what leads to it."""
    start = min(flag.start or 0, max(0, len(text) - EXCERPT_CHARS))
    piece = text[start : start + EXCERPT_CHARS]
    return ("[...] " if start else "") + one_line(piece) + (" [...]" if start + EXCERPT_CHARS < len(text) else "")


def _modes_of(subject: str, records: Sequence[Record]) -> Iterator[FailureMode]:
    raised: dict[tuple[str, Tier], dict[tuple[str, int], str]] = {}
    for record in records:
        for flag in record.scored.raised:
            place = (record.asked.id, record.asked.sample)
            raised.setdefault((flag.flag, flag.tier), {}).setdefault(place, cut_excerpt(record.reply.shown_text, flag))
    num_replies = sum(record.reply.error is None for record in records)
    for (flag_name, tier), places in sorted(raised.items(), key=lambda item: -len(item[1])):
        yield FailureMode(
            subject=subject,
            flag=flag_name,
            tier=tier,
            num_replies=len(places),
            share=len(places) / num_replies,
            ids=tuple(dict.fromkeys(id for id, _ in places)),
            excerpt=next(iter(places.values())),
        )
