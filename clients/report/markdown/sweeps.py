"""Sweeps over an adapter's scale."""

from collections.abc import Iterator

from clients.report.markdown.writing import code, escaped, table
from clients.report.numerals import NO_NUMBER, write_average, write_exact, write_interval, write_share
from clients.report.sweep import Sweep, SweepPoint


def write_sweep_section(sweep: Sweep) -> Iterator[str]:
    """Write a sweep, a row a scale."""
    yield f"## {code(sweep.model)} by scale"
    yield table(("scale", "subject", "mean", "95 % interval", "replies with a hard flag"), map(_row, sweep.points), num_words=2)


def _row(point: SweepPoint) -> tuple[str, ...]:
    subject = point.subject
    flagged = NO_NUMBER if point.degenerate_share is None else write_share(point.degenerate_share)
    return write_exact(point.scale), escaped(subject.name), write_average(subject.avg_lek), write_interval(subject.interval), flagged
