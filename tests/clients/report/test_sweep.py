"""Sweeps over the scale of an adapter."""

from typing import Any

import msgspec
import pytest

from clients.report.report import Report
from clients.report.sweep import find_sweeps
from tests.clients.samples import make_outcome, make_report
from tests.clients.written_reports import sweep


def with_origins(report: Report, **fields: Any) -> Report:
    """Change the last subject's origin."""
    *others, last = report.provenance.subjects
    subjects = (*others, msgspec.structs.replace(last, **fields))
    return msgspec.structs.replace(report, provenance=msgspec.structs.replace(report.provenance, subjects=subjects))


def test_points_are_ordered_by_scale() -> None:
    (found,) = find_sweeps(sweep(scales=(1.0, 0.0, 1.5)))
    assert [(point.scale, point.subject.name, point.degenerate_share) for point in found.points] == [
        (0.0, "at 0", 0.0),
        (1.0, "at 1", 0.0),
        (1.5, "at 1.5", 0.5),
    ]
    assert [point.subject.avg_lek for point in found.points] == [0.0, 9.0, 13.5]


@pytest.mark.parametrize("fields", [{"model": "other"}, {"endpoint": "http://h/v1"}, {"system": "Be brief."}, {"scale": None}])
def test_who_differs_in_more_than_scale_belongs_to_no_sweep(fields: dict[str, Any]) -> None:
    (found,) = find_sweeps(with_origins(sweep(scales=(0.0, 0.5, 1.0)), **fields))
    assert [point.scale for point in found.points] == [0.0, 0.5]


@pytest.mark.parametrize("scales", [(1.0,), (1.0, 1.0)])
def test_one_scale_is_no_sweep(scales: tuple[float, ...]) -> None:
    report = make_report({f"s{place}": [make_outcome(1.0)] for place in range(len(scales))})
    origins = tuple(msgspec.structs.replace(o, model="m", scale=s) for o, s in zip(report.provenance.subjects, scales, strict=True))
    assert find_sweeps(msgspec.structs.replace(report, provenance=msgspec.structs.replace(report.provenance, subjects=origins))) == ()


def test_scale_without_a_reply_has_no_share() -> None:
    report = with_origins(make_report({"a": [make_outcome(1.0)], "b": [make_outcome(None)]}), model="a", scale=1.0)
    first, last = report.provenance.subjects
    origins = (msgspec.structs.replace(first, scale=0.0), last)
    (found,) = find_sweeps(msgspec.structs.replace(report, provenance=msgspec.structs.replace(report.provenance, subjects=origins)))
    assert [point.degenerate_share for point in found.points] == [0.0, None]
