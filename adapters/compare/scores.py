"""What a probe battery found of an adapter, taken from its report."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec

from adapters.base.json_file import decode_json
from adapters.command import CommandFault

MAX_FILE_BYTES = 256 << 20
BASELINE = "baseline"

Count = Annotated[int, msgspec.Meta(ge=0)]


class _Replies(msgspec.Struct, frozen=True):
    asked: Count
    hard_flagged: Count


class _Subject(msgspec.Struct, frozen=True):
    name: str
    role: str
    avg_lek: float | None
    replies: _Replies


class _Sample(msgspec.Struct, frozen=True):
    subject: str | None = None
    adapter_digest: str | None = None


class _Row(msgspec.Struct, frozen=True):
    trained_samples: tuple[_Sample, ...] = ()
    other_samples: tuple[_Sample, ...] = ()


class _Report(msgspec.Struct, frozen=True):
    """The part of a report that is read here."""

    subjects: tuple[_Subject, ...]
    results: tuple[_Row, ...] = ()


class Scores(msgspec.Struct, frozen=True, kw_only=True):
    """Mean score and hard flags of an adapter's replies and the base's, in one battery."""

    subject: str  # as the report calls it
    mean: float
    base_mean: float | None
    replies: int
    hard_flagged: int  # replies with at least one hard flag
    base_replies: int | None
    base_hard_flagged: int | None
    is_of_these_weights: bool | None  # whether the battery saw the same content; None where it does not say


def read_scores(name: str, file: Path, digest: str) -> Scores:
    """Read the report on an adapter: the subject of its name, else the only one that is no baseline. Raises CommandFault."""
    report = _decode(file)
    bases = [one for one in report.subjects if one.role == BASELINE]
    others = [one for one in report.subjects if one.role != BASELINE and one.avg_lek is not None]
    chosen = [one for one in others if one.name == name] or others
    if len(chosen) != 1 or chosen[0].avg_lek is None:
        found = ", ".join(repr(one.name) for one in others) or "nobody"
        raise CommandFault(f"{file} tells of {found}: expected one subject with a score beside the baseline, or one called {name!r}")
    subject, base = chosen[0], bases[0] if bases else None
    digests = {*_digests(report, subject.name)}
    return Scores(
        subject=subject.name,
        mean=chosen[0].avg_lek,
        base_mean=base.avg_lek if base else None,
        replies=subject.replies.asked,
        hard_flagged=subject.replies.hard_flagged,
        base_replies=base.replies.asked if base else None,
        base_hard_flagged=base.replies.hard_flagged if base else None,
        is_of_these_weights=digests == {digest} if digests else None,
    )


def _decode(file: Path) -> _Report:
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            raise CommandFault(f"{file} is over {MAX_FILE_BYTES >> 20} MiB, which no battery's report has need of")
        return decode_json(file.read_bytes(), _Report)
    except (OSError, ValueError) as exc:
        raise CommandFault(f"{file} is not a report of clients.battery: {exc}") from exc


def _digests(report: _Report, subject: str) -> Iterator[str]:
    for row in report.results:
        for sample in (*row.trained_samples, *row.other_samples):
            if sample.subject == subject and sample.adapter_digest:
                yield sample.adapter_digest
