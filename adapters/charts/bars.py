"""Groups of upright bars, one bar a series, as SVG that stands by itself."""

from collections.abc import Iterator, Sequence

import msgspec

from adapters.charts.axis import Axis, can_be_drawn, make_axis, write_ticks
from adapters.charts.frame import colour, draw_frame, height_of, percent
from adapters.charts.markup import Markup, element

MOST_WORDS = 13  # under the groups, that a phone has room for
SHARE_OF_GROUP = 0.8  # that its bars take; the rest parts it from the next


class BarSeries(msgspec.Struct, frozen=True, kw_only=True):
    """The bars of one colour."""

    name: str
    values: tuple[float | None, ...]  # by group; None, or what is not finite, has no bar


def draw_bars(groups: Sequence[str], series: Sequence[BarSeries], *, title: str, x_name: str, y_name: str) -> str:
    """Give the chart as an SVG document, the same for the same values to the byte; legible in light and dark."""
    values = [value for one in series for value in one.values if value is not None and can_be_drawn(value)]
    y_axis = make_axis(values, with_zero=True)
    every = -(-len(groups) // MOST_WORDS) or 1
    return draw_frame(
        *(bar for number, one in enumerate(series) for bar in _bars(one, number, groups, len(series), y_axis)),
        title=title,
        names=[one.name for one in series],
        x_name=x_name,
        y_name=y_name,
        y_axis=y_axis,
        x_words={(place + 0.5) / len(groups): name for place, name in enumerate(groups) if place % every == 0},
        y_words=write_ticks(y_axis.ticks),
    )


def _bars(one: BarSeries, number: int, groups: Sequence[str], num_series: int, axis: Axis) -> Iterator[Markup]:
    width = SHARE_OF_GROUP / num_series / max(len(groups), 1)
    for place, (group, value) in enumerate(zip(groups, one.values, strict=True)):
        if value is None or not can_be_drawn(value):
            continue
        left = (place + (1 - SHARE_OF_GROUP) / 2) / len(groups) + number * width
        top, bottom = sorted((height_of(axis, value), height_of(axis, 0)))
        words = element("title", f"{one.name}, {group}: {value:.4g}")
        yield element(
            "rect", words, x=percent(left), width=percent(width * 0.94), y=top, height=bottom - top, class_=f"fill {colour(number)}"
        )
