"""Charts made of rows: a label, a drawing on the common axis, and the numbers; on a narrow screen the label stands above."""

from collections.abc import Iterable, Sequence

import msgspec

from clients.report.html.charts.axis import Axis
from clients.report.html.charts.drawing import grid, plot, tick_labels
from clients.report.html.markup import Markup, element, join
from clients.report.numerals import with_minus_signs, write_score

BAND = 20  # px, for each subject in a row
PADDING = 7  # px, above and below the bands
AXIS_HEIGHT = 18  # px


class ChartRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row."""

    label: Markup
    title: str  # all that the drawing says, in words
    strokes: tuple[Markup, ...]
    numbers: tuple[Markup, ...]  # one a band
    height: float


def rows_chart(rows: Iterable[ChartRow], axis: Axis, *, has_changes: bool = False) -> Markup:
    """Put rows under their axis; `has_changes` leaves room for a change beside each number."""
    return element(
        "div",
        _axis_row(axis),
        element("ul", *(_row(row, axis) for row in rows), class_="rows"),
        class_="rows-chart with-changes" if has_changes else "rows-chart",
    )


def row_height(num_bands: int) -> int:
    """Say how high a row of so many bands is."""
    return num_bands * BAND + 2 * PADDING


def band_middle(band: int) -> float:
    """Say at which height a band's middle lies."""
    return PADDING + (band + 0.5) * BAND


def figure(heading: str, explanation: str, *parts: Markup | None, key: Markup | None = None) -> Markup:
    """Frame a chart with what it shows."""
    caption = element("figcaption", element("strong", heading), " ", element("span", explanation))
    return element("figure", caption, key, *parts)


def described(pairs: Sequence[tuple[str, str]]) -> str:
    """Write what a row shows, for its title."""
    return "\n".join(f"{name}: {words}" for name, words in pairs)


def _axis_row(axis: Axis) -> Markup:
    labels = tick_labels(axis, AXIS_HEIGHT - 5, {tick: with_minus_signs(write_score(tick)) for tick in axis.ticks})
    drawing = element("svg", labels, class_="plot", width="100%", height=AXIS_HEIGHT, aria_hidden="true")
    return element("div", element("span"), drawing, element("span"), class_="row axis")


def _row(row: ChartRow, axis: Axis) -> Markup:
    drawing = plot(grid(axis, row.height), *row.strokes, height=row.height, title=row.title)
    numbers = element("span", join(*row.numbers), class_="numbers", aria_hidden="true")
    return element("li", element("span", row.label, class_="label"), drawing, numbers, class_="row")
