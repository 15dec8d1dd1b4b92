"""Tables, each in a frame that scrolls by itself where the screen is too narrow."""

from collections.abc import Iterable, Sequence

from clients.report.html.markup import Markup, element


def table(
    caption: str, headings: Sequence[str], rows: Iterable[Iterable[str]], *, foot: Iterable[str] | None = None, css_class: str = ""
) -> Markup:
    """Write a table whose first column heads its rows; the frame can be reached and scrolled by keyboard."""
    head = element("thead", element("tr", *(element("th", heading, scope="col") for heading in headings)))
    body = element("tbody", *(_row(cells) for cells in rows))
    end = element("tfoot", _row(foot)) if foot is not None else None
    whole = element("table", element("caption", caption), head, body, end)
    return element("div", whole, class_=f"table {css_class}".rstrip(), tabindex=0, role="region", aria_label=caption)


def _row(cells: Iterable[str]) -> Markup:
    first, *others = cells
    return element("tr", element("th", first, scope="row"), *(element("td", cell) for cell in others))
