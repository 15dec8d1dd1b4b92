"""Sweeps: subjects that differ in nothing but the scale of their adapter."""

import msgspec

from clients.report.provenance import SubjectOrigin
from clients.report.report import Report
from clients.report.subject_summary import SubjectSummary

MIN_POINTS = 2


class SweepPoint(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured at one scale."""

    scale: float
    subject: SubjectSummary
    degenerate_share: float | None  # of the replies, those with a hard flag; None where there is no reply


class Sweep(msgspec.Struct, frozen=True, kw_only=True):
    """A model at several scales, the lowest first."""

    model: str
    points: tuple[SweepPoint, ...]


def find_sweeps(report: Report) -> tuple[Sweep, ...]:
    """Group the subjects that name a scale by everything else that was asked for in their name."""
    families: dict[tuple[str, str, str | None, bool], list[SweepPoint]] = {}
    for origin, subject in zip(report.provenance.subjects, report.subjects, strict=True):
        if origin.scale is not None:
            families.setdefault(_family(origin), []).append(_point(origin.scale, subject))
    return tuple(
        Sweep(model=family[1], points=tuple(sorted(points, key=lambda point: point.scale)))
        for family, points in families.items()
        if len({point.scale for point in points}) >= MIN_POINTS
    )


def _family(origin: SubjectOrigin) -> tuple[str, str, str | None, bool]:
    return origin.endpoint, origin.model, origin.system, origin.is_system_prepended


def _point(scale: float, subject: SubjectSummary) -> SweepPoint:
    replies = subject.replies
    num_replied = replies.asked - replies.missing - replies.failed
    return SweepPoint(scale=scale, subject=subject, degenerate_share=replies.hard_flagged / num_replied if num_replied else None)
