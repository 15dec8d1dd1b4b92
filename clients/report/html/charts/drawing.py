"""The strokes of charts: x in percent, so that a chart fills any width, and y in pixels, so that its text keeps its size."""

from clients.report.html.charts.axis import Axis
from clients.report.html.markup import Markup, element, write_place

CAP_HEIGHT = 6  # px, of the strokes that close an interval


def plot(*children: str | None, height: float, title: str) -> Markup:
    """Open a drawing; its title is what a screen reader says and what a pointer shows."""
    return element("svg", element("title", title), *children, class_="plot", width="100%", height=height, role="img")


def percent(place: float) -> str:
    """Write a place on the x axis."""
    return f"{write_place(place)}%"


def grid(axis: Axis, height: float) -> Markup:
    """Draw a line at each tick, the one at zero stronger."""
    lines = [upright(axis.place(tick), 0, height, "zero" if tick == 0 else "grid") for tick in axis.ticks]
    return Markup("".join(lines))


def tick_labels(axis: Axis, y: float, words: dict[float, str]) -> Markup:
    """Write the ticks' words under or over a drawing."""
    labels = [element("text", word, x=percent(axis.place(tick)), y=y, text_anchor="middle", class_="tick") for tick, word in words.items()]
    return Markup("".join(labels))


def bar(axis: Axis, value: float, y: float, height: float, css_class: str) -> Markup:
    """Draw a bar from zero to a value; a value of zero is a stroke."""
    zero, end = axis.place(0), axis.place(value)
    if zero == end:
        return upright(zero, y, y + height, f"nil {css_class}")
    return element("rect", x=percent(min(zero, end)), y=y, width=percent(abs(end - zero)), height=height, rx=1.5, class_=f"bar {css_class}")


def whisker(axis: Axis, interval: tuple[float, float], y: float) -> Markup:
    """Draw an interval; an end that lies beyond the axis stays open."""
    places = [axis.place(end) for end in interval]
    caps = [upright(axis.place(end), y - CAP_HEIGHT / 2, y + CAP_HEIGHT / 2, "whisker") for end in interval if axis.holds(end)]
    return Markup(element("line", x1=percent(places[0]), x2=percent(places[1]), y1=y, y2=y, class_="whisker") + "".join(caps))


def upright(place: float, top: float, bottom: float, css_class: str) -> Markup:
    """Draw an upright line."""
    return element("line", x1=percent(place), x2=percent(place), y1=top, y2=bottom, class_=css_class)


def dot(place: float, y: float, radius: float, css_class: str) -> Markup:
    """Draw a dot."""
    return element("circle", cx=percent(place), cy=y, r=radius, class_=css_class)


def words_at(place: float, y: float, words: str, *, is_ending: bool = False) -> Markup:
    """Write words beside a place, behind it or ending before it."""
    dx = -6 if is_ending else 6
    return element("text", words, x=percent(place), y=y, dx=dx, text_anchor="end" if is_ending else "start", class_="note")
