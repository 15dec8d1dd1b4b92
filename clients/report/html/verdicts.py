"""The verdicts: what became of each subject against the baseline, in a card; a subject alone gets a card too."""

from clients.report.comparison import CHANGE_THRESHOLD, SIGNIFICANT, Change
from clients.report.comparison_summary import ComparisonSummary
from clients.report.html.charts.drawing import percent
from clients.report.html.markup import Markup, element, join
from clients.report.html.subject_marks import subject_mark
from clients.report.numerals import (
    with_minus_signs,
    write_average,
    write_average_change,
    write_change_interval,
    write_count,
    write_interval,
    write_p_value,
    write_share,
)
from clients.report.report import Report
from clients.report.subject_summary import SubjectSummary
from scoring.statistics.paired_difference import PairedDifference

BAR_HEIGHT = 10  # px


def verdicts(report: Report) -> Markup:
    """Lay out the cards."""
    cards = [_comparison_card(report, comparison) for comparison in report.comparisons] or [_lone_card(report, report.subjects[0])]
    return element("div", *cards, class_="cards")


def _comparison_card(report: Report, comparison: ComparisonSummary) -> Markup:
    heading = element("h3", subject_mark(report, comparison.subject), element("span", " against ", element("bdi", comparison.baseline)))
    if comparison.difference is None:
        return element("article", heading, element("p", "No probe has a score from both."), class_="card")
    difference = comparison.difference
    return element(
        "article",
        heading,
        element("p", with_minus_signs(write_average_change(difference.mean)), class_="big"),
        element("p", *_from_to(comparison), class_="from-to"),
        element("p", *_significance(comparison, difference)),
        _change_bar(comparison),
        _counts(comparison),
        _risen_flags(comparison),
        class_="card",
    )


def _from_to(comparison: ComparisonSummary) -> tuple[str, ...]:
    before, after = write_average(comparison.avg_baseline_lek), write_average(comparison.avg_lek)
    over = f" on average over {write_count(comparison.num_compared, 'probe')}"
    return with_minus_signs(before), " → ", element("b", with_minus_signs(after)), over


def _significance(comparison: ComparisonSummary, difference: PairedDifference) -> tuple[str | Markup, ...]:
    if comparison.is_doubtful:
        return element("b", "Nothing can be concluded"), " from this: the notes at the top say why."
    word = "significant" if comparison.is_significant else "not significant"
    exact = ", exact" if difference.is_exact else ""
    size = "" if difference.cohens_d is None else f"; d = {write_average(difference.cohens_d)}"
    sure = "" if difference.low is None else f"; 95 % interval {write_change_interval(difference.low, difference.high)}"
    words = f" at {SIGNIFICANT:g} (p = {write_p_value(difference.p_value)}{exact}{size}{sure})"
    return element("b", word[0].upper() + word[1:]), with_minus_signs(words)


def _change_bar(comparison: ComparisonSummary) -> Markup:
    """Draw the shares of the probes that changed either way."""
    total = max(1, comparison.num_compared)
    parts, place = [], 0.0
    for change, count in _change_counts(comparison).items():
        width = 100 * count / total
        parts.append(element("rect", x=percent(place), y=0, width=percent(width), height=BAR_HEIGHT, class_=f"share-{change}"))
        place += width
    return element("svg", *parts, class_="change-bar", width="100%", height=BAR_HEIGHT, aria_hidden="true")


def _counts(comparison: ComparisonSummary) -> Markup:
    items = [
        element("span", f"{count} {change}", element("small", f" {write_share(count, comparison.num_compared)}"), class_=change)
        for change, count in _change_counts(comparison).items()
    ]
    by_samples = comparison.significantly_improved + comparison.significantly_regressed
    significant = f"By more than {CHANGE_THRESHOLD:g} points; significant by their samples: {by_samples}."
    has_tests = any(probe.p_value is not None for probe in comparison.probes)
    return join(element("p", *items, class_="counts"), element("p", significant, class_="fine") if has_tests else None)


def _change_counts(comparison: ComparisonSummary) -> dict[Change, int]:
    return {"improved": comparison.improved, "regressed": comparison.regressed, "unchanged": comparison.unchanged}


def _risen_flags(comparison: ComparisonSummary) -> Markup | None:
    risen = [
        element(
            "li",
            element("code", flag.flag, class_="flag hard"),
            f" on {write_share(flag.baseline)} → {write_share(flag.subject)} of replies",
        )
        for flag in comparison.hard_flags
        if flag.subject > flag.baseline
    ]
    return element("ul", *risen, class_="risen") if risen else None


def _lone_card(report: Report, subject: SubjectSummary) -> Markup:
    num_scored = sum(probe.lek_score is not None for probe in subject.probes)
    sure = f"; 95 % interval {write_interval(subject.interval)}" if subject.interval is not None else ""
    return element(
        "article",
        element("h3", subject_mark(report, subject.name)),
        element("p", with_minus_signs(write_average(subject.avg_lek)), class_="big"),
        element("p", with_minus_signs(f"mean LEK score over {write_count(num_scored, 'probe')}{sure}"), class_="from-to"),
        class_="card",
    )
