"""Curves over a common axis, as SVG that stands by itself."""

from collections.abc import Iterator, Sequence

import msgspec

from adapters.charts.axis import Axis, can_be_drawn, make_axis, write_ticks
from adapters.charts.frame import PLOT_HEIGHT, colour, draw_frame, height_of, percent
from adapters.charts.markup import Markup, element, write_place

ACROSS = 1000  # units of the plot's own width
MANY_POINTS = 2000  # of more, each column keeps its ends, its highest and its lowest
NUM_COLUMNS = 500

Point = tuple[float, float]


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a chart."""

    name: str
    points: tuple[Point, ...]  # x ascending; what is not finite is left out


def draw_curves(curves: Sequence[Curve], *, title: str, x_name: str, y_name: str) -> str:
    """Give the chart as an SVG document, the same for the same curves to the byte; legible in light and dark."""
    drawn = [tuple((x, y) for x, y in curve.points if can_be_drawn(x) and can_be_drawn(y)) for curve in curves]
    x_axis = make_axis([x for points in drawn for x, _ in points], margin=0.01)
    y_axis = make_axis([y for points in drawn for _, y in points])
    lines = (
        element(
            "svg",
            *(_line(_thin_out(points), number, x_axis, y_axis) for number, points in enumerate(drawn)),
            width="100%",
            height=PLOT_HEIGHT,
            viewBox=f"0 0 {ACROSS} {PLOT_HEIGHT}",
            preserveAspectRatio="none",
            overflow="visible",
        ),
        *(dot for number, points in enumerate(drawn) if len(points) == 1 for dot in _dots(points, number, x_axis, y_axis)),
    )
    return draw_frame(
        *(lines if any(drawn) else [element("text", "nothing to draw", x="50%", y=PLOT_HEIGHT / 2, text_anchor="middle")]),
        title=title,
        names=[curve.name for curve in curves],
        x_name=x_name,
        y_name=y_name,
        y_axis=y_axis,
        x_words={x_axis.place(tick): word for tick, word in write_ticks(x_axis.ticks).items()},
        y_words=write_ticks(y_axis.ticks),
    )


def _line(points: Sequence[Point], number: int, x_axis: Axis, y_axis: Axis) -> Markup:
    places = " ".join(f"{write_place(ACROSS * x_axis.place(x))},{write_place(height_of(y_axis, y))}" for x, y in points)
    return element("polyline", points=places, vector_effect="non-scaling-stroke", class_=f"curve {colour(number)}")


def _dots(points: Sequence[Point], number: int, x_axis: Axis, y_axis: Axis) -> Iterator[Markup]:
    for x, y in points:
        yield element("circle", cx=percent(x_axis.place(x)), cy=height_of(y_axis, y), r=3, class_=f"fill {colour(number)}")


def _thin_out(points: Sequence[Point]) -> Sequence[Point]:
    """Keep of very many points what can be seen of them."""
    if len(points) <= MANY_POINTS:
        return points
    first, last = points[0][0], points[-1][0]
    columns: dict[int, list[Point]] = {}
    for point in points:
        columns.setdefault(int((point[0] - first) / ((last - first) or 1) * (NUM_COLUMNS - 1)), []).append(point)
    kept = ({column[0], column[-1], min(column, key=_height), max(column, key=_height)} for column in columns.values())
    return sorted(point for column in kept for point in column)


def _height(point: Point) -> float:
    return point[1]
