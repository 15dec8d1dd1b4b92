"""The value axis of the charts."""

import math

import pytest

from clients.report.html.charts.axis import make_axis


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([], (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)),
        ([0.0], (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)),
        ([12.0], (0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0)),
        ([-60.0, 30.0], (-60.0, -40.0, -20.0, 0.0, 20.0)),
        ([1e6], (0.0, 2e5, 4e5, 6e5, 8e5, 1e6)),
        ([None, math.nan, math.inf, 4.0], (0.0, 1.0, 2.0, 3.0, 4.0)),
    ],
)
def test_ticks_are_round_and_within(values: list[float | None], ticks: tuple[float, ...]) -> None:
    axis = make_axis(values)
    assert axis.ticks == ticks
    assert all(axis.holds(tick) for tick in ticks)


def test_places_are_linear() -> None:
    axis = make_axis([-10.0, 10.0])
    assert axis.place(0) == pytest.approx(50)
    assert axis.place(10) - axis.place(0) == pytest.approx(axis.place(0) - axis.place(-10))
    assert (axis.place(-1e9), axis.place(1e9)) == (0, 100)


def test_interval_widens_the_axis_but_never_beyond_measure() -> None:
    near, far = make_axis([0.0, 10.0], intervals=[(8.0, 12.0), None]), make_axis([0.0, 10.0], intervals=[(-1000.0, 1000.0)])
    assert near.holds(12.0)
    assert far.place(10.0) - far.place(0.0) > 45
    assert not far.holds(1000.0)
