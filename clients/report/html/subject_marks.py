"""How the subjects are told apart on the page: each has a colour of its own, and its name beside it wherever it stands."""

from clients.report.html.markup import Markup, element
from clients.report.report import Report

NUM_COLOURS = 6  # that style.css has


def colour(report: Report, subject: str) -> str:
    """Name the class that gives a subject's colour."""
    place = next(place for place, summary in enumerate(report.subjects) if summary.name == subject)
    return f"s{place % NUM_COLOURS}"


def subject_mark(report: Report, subject: str) -> Markup:
    """Write a subject's name with its colour."""
    return element("span", element("i", class_="swatch"), element("bdi", subject), class_=f"subject {colour(report, subject)}")


def legend(report: Report, subjects: tuple[str, ...] | None = None) -> Markup | None:
    """List the subjects with their colours, all of them unless some are named; one alone needs no legend."""
    names = [summary.name for summary in report.subjects] if subjects is None else subjects
    if len(report.subjects) < 2:
        return None
    return element("p", *(subject_mark(report, name) for name in names), class_="legend")
