"""Sweeps over an adapter's scale."""

from collections.abc import Iterator

from clients.report.markdown.writing import code, escaped, table
from clients.report.numerals import NO_NUMBER, average, interval, score, share
from clients.report.sweep import Sweep, SweepPoint


def sweep_section(sweep: Sweep) -> Iterator[str]:
    """Write a sweep, a row a scale."""
    yield f"## {code(sweep.model)} by scale"
    yield table(("scale", "subject", "mean", "95 % interval", "replies with a hard flag"), map(_row, sweep.points), num_words=2)


def _row(point: SweepPoint) -> tuple[str, ...]:
    subject = point.subject
    flagged = NO_NUMBER if point.degenerate_share is None else share(point.degenerate_share, 1)
    return score(point.scale), escaped(subject.name), average(subject.avg_lek), interval(subject.interval), flagged
