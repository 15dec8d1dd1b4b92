"""What every chart has around it: title, legend, grid and axes.

Across, places are in percent, and down in pixels: a chart fills any width, on a phone too, and its text keeps its size. Its style stands
in it, under names of its own, so that it can be a file or a part of a page.
"""

from collections.abc import Iterator, Mapping, Sequence

from adapters.charts.axis import Axis
from adapters.charts.markup import Markup, element

WIDTH, PLOT_HEIGHT = 720, 240  # px
TITLE_HEIGHT, KEY_HEIGHT, TICKS_HEIGHT = 28, 18, 40  # px
ABOVE_PLOT = 20  # px, for the name of the axis and the words of the highest tick
LONGEST_NAME = 72  # characters
NUM_COLOURS = 6
_LIGHT = ("#0b6bcb", "#c2410c", "#15803d", "#7e22ce", "#a16207", "#be185d")
_DARK = ("#6cb6ff", "#ff9a62", "#5fd38d", "#c792ff", "#e5c04b", "#ff8ac4")


def draw_frame(
    *strokes: str,
    title: str,
    names: Sequence[str],
    x_name: str,
    y_name: str,
    y_axis: Axis,
    x_words: Mapping[float, str],
    y_words: Mapping[float, str],
) -> str:
    """Put strokes into a whole SVG document; `x_words` are by places from 0 to 1, `y_words` by values."""
    top = TITLE_HEIGHT + KEY_HEIGHT * len(names) + ABOVE_PLOT
    height = top + PLOT_HEIGHT + TICKS_HEIGHT
    inner = element(
        "svg",
        *_levels(y_axis, y_words),
        *strokes,
        *_level_words(y_axis, y_words),
        y=top,
        width="100%",
        height=PLOT_HEIGHT,
        overflow="visible",
    )
    return element(
        "svg",
        element("title", title),
        element("style", Markup(_STYLE)),
        element("rect", width="100%", height="100%", class_="ground"),
        element("text", shorten(title), x=4, y=18, class_="title"),
        *_key(names),
        element("text", y_name, x="100%", dx=-4, y=top - 6, text_anchor="end", class_="tick"),
        inner,
        *_across(x_words, x_name, top + PLOT_HEIGHT),
        xmlns="http://www.w3.org/2000/svg",
        class_="candor-chart",
        role="img",
        width=WIDTH,
        height=height,
    )


def height_of(axis: Axis, value: float) -> float:
    """Say how far down a value lies, in pixels of the plot."""
    return (1 - axis.place(value)) * PLOT_HEIGHT


def percent(place: float) -> str:
    """Write a place from 0 to 1."""
    return f"{round(100 * place, 3) + 0.0:g}%"


def colour(number: int) -> str:
    """Name the class of a line or of bars; beyond the colours lines are broken."""
    return f"c{number % NUM_COLOURS}" + (" dashed" if number >= NUM_COLOURS else "")


def shorten(name: str) -> str:
    """Cut a name that would run out of the drawing, and put it on one line."""
    flat = " ".join(name.split())
    return flat if len(flat) <= LONGEST_NAME else f"{flat[: LONGEST_NAME - 1]}…"


def _levels(axis: Axis, words: Mapping[float, str]) -> Iterator[Markup]:
    for value in words:
        y = height_of(axis, value)
        yield element("line", x1="0%", x2="100%", y1=y, y2=y, class_="zero" if value == 0 else "grid")


def _level_words(axis: Axis, words: Mapping[float, str]) -> Iterator[Markup]:
    """Write over whatever is drawn there, with a rim of the ground's colour."""
    for value, word in words.items():
        yield element("text", word, x="0%", dx=4, y=height_of(axis, value) - 3, class_="tick rim")


def _key(names: Sequence[str]) -> Iterator[Markup]:
    for number, name in enumerate(names):
        y = TITLE_HEIGHT + KEY_HEIGHT * number + 8
        yield element("line", x1=4, x2=26, y1=y, y2=y, class_=f"curve {colour(number)}")
        yield element("text", shorten(name), x=32, y=y + 4, class_="name")


def _across(words: Mapping[float, str], name: str, top: float) -> Iterator[Markup]:
    yield element("line", x1="0%", x2="100%", y1=top, y2=top, class_="zero")
    for place, word in words.items():
        anchor = "start" if place < 0.04 else "end" if place > 0.96 else "middle"
        yield element("text", word, x=percent(place), y=top + 15, text_anchor=anchor, class_="tick")
    yield element("text", name, x="50%", y=top + 33, text_anchor="middle", class_="tick")


def _colours(colours: Sequence[str]) -> str:
    return "".join(
        f".candor-chart .c{number}{{stroke:{colour}}}.candor-chart .fill.c{number}{{fill:{colour};stroke:none}}"
        for number, colour in enumerate(colours)
    )


_STYLE = (
    ".candor-chart{font:12px system-ui,sans-serif}.candor-chart .ground{fill:#fff}.candor-chart text{fill:#1f2328}"
    ".candor-chart .title{font-size:14px;font-weight:600}.candor-chart .tick{fill:#59636e;font-size:11px}"
    ".candor-chart .rim{paint-order:stroke;stroke:#fff;stroke-width:3px}"
    ".candor-chart .grid{stroke:#d1d9e0}.candor-chart .zero{stroke:#818b98}"
    ".candor-chart .curve{fill:none;stroke-width:1.75;stroke-linejoin:round}.candor-chart .dashed{stroke-dasharray:5 3}"
    f"{_colours(_LIGHT)}"
    "@media(prefers-color-scheme:dark){.candor-chart .ground{fill:#0d1117}.candor-chart text{fill:#e6edf3}"
    ".candor-chart .tick{fill:#9198a1}.candor-chart .rim{stroke:#0d1117}"
    ".candor-chart .grid{stroke:#3d444d}.candor-chart .zero{stroke:#656c76}"
    f"{_colours(_DARK)}}}"
)
