"""The head of the page: what was compared, and what a reader must know before anything else."""

from clients.report.heading import write_circumstances
from clients.report.html.markup import Markup, element, join
from clients.report.numerals import write_count
from clients.report.report import Report

NUM_OPEN_NOTES = 6


def masthead(report: Report) -> Markup:
    """Write title and circumstances."""
    return element(
        "header",
        element("p", "Probe battery", class_="overline"),
        element("h1", *_title(report)),
        element("p", write_circumstances(report), class_="lede"),
        None if report.is_complete else element("p", "This run was cut short: the report is over the replies that came.", class_="banner"),
    )


def notes(report: Report) -> Markup | None:
    """List the notes; of very many the first, and the others to be opened."""
    if not report.notes:
        return None
    items = [element("li", note) for note in report.notes]
    more = items[NUM_OPEN_NOTES:]
    folded = element("details", element("summary", write_count(len(more), "more note")), element("ul", *more)) if more else None
    return element("aside", element("h2", "Read this first"), element("ul", *items[:NUM_OPEN_NOTES]), folded, class_="notes")


def _title(report: Report) -> tuple[Markup, ...]:
    first, *others = [element("bdi", subject.name) for subject in report.subjects]
    if not others:
        return (first,)
    separators = [", "] * (len(others) - 2) + [" and "] * (len(others) > 1) + [""]
    listed = (join(other, separator) for other, separator in zip(others, separators, strict=True))
    return (*listed, element("span", " against ", class_="against"), first)
