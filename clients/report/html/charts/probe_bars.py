"""Every probe's score with its interval: a bar a subject, the baseline's first."""

from collections.abc import Iterator, Sequence

from clients.report.html.charts.axis import Axis, make_axis
from clients.report.html.charts.drawing import bar, whisker, words_at
from clients.report.html.charts.rows import ChartRow, band_middle, described, figure, row_height, rows_chart
from clients.report.html.markup import Markup, element
from clients.report.html.subject_marks import colour, legend
from clients.report.numerals import with_minus_signs, write_average, write_average_change, write_count, write_interval, write_score
from clients.report.report import Report
from clients.report.subject_summary import ProbeScore

BAR_HEIGHT = 11
MAX_ROWS = 40  # more are too many to see at once
NUM_FOREMOST = 20


def probe_bars(report: Report) -> Markup:
    """Draw all probes; of very many the foremost first, and all of them to be opened."""
    axis = make_axis(
        [probe.lek_score for subject in report.subjects for probe in subject.probes],
        intervals=[probe.interval for subject in report.subjects for probe in subject.probes],
    )
    explanation = "Mean over the samples; the thin line is its 95 % interval." if report.provenance.samples > 1 else "One sample each."
    whole = _chart(report, range(len(report.results)), axis)
    if len(report.results) <= MAX_ROWS:
        return figure("LEK score of each probe.", explanation, whole, key=legend(report))
    which = "that change most" if report.comparisons else "with the lowest scores"
    return figure(
        f"LEK score of the {NUM_FOREMOST} probes {which}.",
        explanation,
        _chart(report, _foremost(report), axis),
        element("details", element("summary", f"All {write_count(len(report.results), 'probe')}, in their order"), whole),
        key=legend(report),
    )


def _chart(report: Report, places: Sequence[int], axis: Axis) -> Markup:
    return rows_chart(_rows(report, places, axis), axis, has_changes=bool(report.comparisons))


def _foremost(report: Report) -> list[int]:
    """Choose by the largest change of any subject, or where nothing is compared by the lowest score."""
    return sorted(range(len(report.results)), key=lambda place: _weight(report, place), reverse=True)[:NUM_FOREMOST]


def _weight(report: Report, place: int) -> float:
    if report.comparisons:
        return max(abs(comparison.probes[place].delta or 0.0) for comparison in report.comparisons)
    return -(report.subjects[0].probes[place].lek_score or 0.0)


def _rows(report: Report, places: Sequence[int], axis: Axis) -> Iterator[ChartRow]:
    for place in places:
        row = report.results[place]
        probes = [subject.probes[place] for subject in report.subjects]
        yield ChartRow(
            label=element("a", row.id, href=f"#probe-{place + 1}"),
            title=row.id + "\n" + described([(s.name, _words(probe)) for s, probe in zip(report.subjects, probes, strict=True)]),
            strokes=tuple(
                stroke
                for band, (subject, probe) in enumerate(zip(report.subjects, probes, strict=True))
                for stroke in _band(probe, band, axis, colour(report, subject.name))
            ),
            numbers=tuple(_numbers(report, place)),
            height=row_height(len(probes)),
        )


def _band(probe: ProbeScore, band: int, axis: Axis, css_class: str) -> Iterator[Markup]:
    middle = band_middle(band)
    if probe.lek_score is None:
        yield words_at(axis.place(0), middle + 4, "no score", is_ending=axis.place(0) > 60)
        return
    yield bar(axis, probe.lek_score, middle - BAR_HEIGHT / 2, BAR_HEIGHT, css_class)
    if probe.interval is not None:
        yield whisker(axis, probe.interval, middle)


def _words(probe: ProbeScore) -> str:
    if probe.lek_score is None:
        return "no score"
    sure = f" (95 % interval {write_interval(probe.interval)})" if probe.interval else ""
    flags = f"; flags {', '.join(probe.flags)}" if probe.flags else ""
    return with_minus_signs(f"{write_score(probe.lek_score)}{sure}{flags}")


def _numbers(report: Report, place: int) -> Iterator[Markup]:
    deltas = {comparison.subject: comparison.probes[place] for comparison in report.comparisons}
    for subject in report.subjects:
        probe = subject.probes[place]
        compared = deltas.get(subject.name)
        words = element("b", with_minus_signs(write_average(probe.lek_score)))
        delta = element("em") if report.comparisons else None
        if compared is not None and compared.delta is not None:
            delta = element("em", with_minus_signs(write_average_change(compared.delta)), class_=compared.change)
        yield element("span", words, delta)
