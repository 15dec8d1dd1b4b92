"""The report at the terminal: a table a subject, each comparison below, then the findings and the notes."""

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from clients.one_line import one_line
from clients.records.record import Record
from clients.report.comparison_summary import ComparisonSummary
from clients.report.findings import Findings
from clients.report.numerals import (
    NO_NUMBER,
    write_average,
    write_average_change,
    write_change,
    write_count,
    write_p_value,
    write_score,
    write_seconds,
    write_share,
)
from clients.report.outcome import mean
from clients.report.report import Report
from clients.report.subject_summary import ProbeScore, SubjectSummary
from clients.report.summary import write_change_lines, write_reply_lines, write_shares, write_statistics
from scoring.printable import printable

MIN_WIDTH = 80
MIN_ID_WIDTH = 13
NUMBERS_WIDTH = 31  # of score, characters and time with the blanks between all columns
CHANGES_WIDTH = 52  # of scores, delta, change and p
CHANGE_STYLES = {"improved": "green", "regressed": "red", "unchanged": "dim"}


def open_console() -> Console:
    """Open stdout for the tables; a narrower terminal folds their lines, where cutting them would lose a score."""
    width = Console().width
    return Console(width=max(width, MIN_WIDTH), markup=False, highlight=False)


def print_report(report: Report, console: Console) -> None:
    """Print everything but the texts."""
    for subject in report.subjects:
        console.print(_subject_table(report, subject, console.width))
    for comparison in report.comparisons:
        console.print(_comparison_table(report, comparison, console.width))
        counts = f"{comparison.improved} improved, {comparison.regressed} regressed, {comparison.unchanged} unchanged"
        console.print(Text(counts, style="bold"))
        if comparison.difference is not None:
            console.print(Text(f"{write_shares(comparison)}; {write_statistics(comparison.difference)}"))
        if comparison.is_doubtful:
            console.print(Text("Nothing can be concluded from this comparison: see the notes.", style="bold red"))
        if comparison.significantly_improved or comparison.significantly_regressed:
            counts = f"{comparison.significantly_improved} improved, {comparison.significantly_regressed} regressed"
            console.print(Text(f"significant by their samples: {counts}"))
        for line in write_change_lines(comparison):
            console.print(Text(printable(line)))
        console.print()
    _print_findings(report.findings, console)
    for line in (line for subject in report.subjects for line in write_reply_lines(subject)):
        console.print(Text(printable(line)))
    console.print(Text(printable(_circumstances(report)), style="dim"))
    grave = {doubt.words for doubt in report.findings.doubts if doubt.is_grave}
    for note in report.notes:
        console.print(Text(f"Note: {printable(note)}", style="bold red" if note in grave else "yellow"))


def _subject_table(report: Report, subject: SubjectSummary, width: int) -> Table:
    rows = [(probe, report.samples(row, subject.name)) for probe, row in zip(subject.probes, report.results, strict=True)]
    flags = [_flags(probe, samples) for probe, samples in rows]
    table = _table(subject.name if subject.role == "other" or not report.comparisons else f"{subject.role}: {subject.name}")
    dimensions_width = _longest_word("dimensions", *map(_dimensions, subject.probes))
    flags_width = _longest_word("flags", *(text.plain for text in flags))
    _add_probe_column(table, report, width - dimensions_width - flags_width - NUMBERS_WIDTH)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("dimensions", overflow="fold", min_width=dimensions_width)
    table.add_column("flags", overflow="fold", min_width=flags_width)
    table.add_column("chars", justify="right", no_wrap=True)
    table.add_column("time", justify="right", no_wrap=True)
    for (probe, samples), text in zip(rows, flags, strict=True):
        table.add_row(*_probe_cells(probe, samples, text))
    table.add_section()
    # Beside a baseline the paper's fields average over the probes that both subjects have; so does this line.
    comparison = next((comparison for comparison in report.comparisons if subject.name in (comparison.baseline, comparison.subject)), None)
    num_averaged = comparison.num_compared if comparison else report.averaged_prompts
    average = subject.avg_lek
    if comparison is not None:
        average = comparison.avg_baseline_lek if subject.name == comparison.baseline else comparison.avg_lek
    table.add_row(_average_label(num_averaged, report), Text(write_average(average), style="bold"))
    return table


def _probe_cells(probe: ProbeScore, samples: Sequence[Record], flags: Text) -> tuple[str | Text, ...]:
    seconds = mean(sample.reply.seconds for sample in samples)
    time = NO_NUMBER if seconds is None else write_seconds(seconds)
    if probe.lek_score is None:
        words = samples[0].reply.missing_words or "no score" if samples else "not asked"
        return printable(probe.id), NO_NUMBER, Text(one_line(words), style="red"), flags, NO_NUMBER, time
    # Without separators: 80 columns hold no sign more.
    num_chars = mean(len(sample.reply.text) for sample in samples if sample.reply.text is not None)
    return printable(probe.id), write_score(probe.lek_score), _dimensions(probe), flags, str(round(num_chars or 0)), time


def _dimensions(probe: ProbeScore) -> str:
    """List what is not zero; no blank inside a pair, so that a narrow column breaks between them."""
    return " ".join(f"{printable(dimension)}={write_score(value)}" for dimension, value in (probe.heuristic or {}).items() if value)


def _flags(probe: ProbeScore, samples: Iterable[Record]) -> Text:
    hard = {flag for sample in samples for flag in sample.scored.hard_flags}
    return Text(" ").join(Text(printable(name), style="bold red" if name in hard else "yellow") for name in probe.flags)


def _longest_word(*cells: str) -> int:
    """Measure the width below which a column would break inside a name."""
    return max((len(word) for cell in cells for word in cell.split()), default=0)


def _comparison_table(report: Report, comparison: ComparisonSummary, width: int) -> Table:
    role = next(subject.role for subject in report.subjects if subject.name == comparison.subject)
    has_p_values = any(probe.p_value is not None for probe in comparison.probes)
    table = _table(f"{comparison.baseline} → {comparison.subject}")
    _add_probe_column(table, report, width - CHANGES_WIDTH)
    for heading in ("baseline", "trained" if role == "trained" else "subject", "delta"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("change", no_wrap=True)
    if has_p_values:
        table.add_column("p", justify="right", no_wrap=True)
    for probe in comparison.probes:
        change = Text(probe.change or "not compared", style=CHANGE_STYLES.get(probe.change or "", "yellow"))
        p_value = [write_p_value(probe.p_value)] if has_p_values else []
        table.add_row(
            printable(probe.id),
            write_score(probe.baseline_lek_score),
            write_score(probe.lek_score),
            write_change(probe.delta),
            change,
            *p_value,
        )
    table.add_section()
    delta = write_average_change(comparison.difference.mean if comparison.difference else None)
    label = _average_label(comparison.num_compared, report)
    table.add_row(label, write_average(comparison.avg_baseline_lek), write_average(comparison.avg_lek), delta, style="bold")
    return table


def _print_findings(findings: Findings, console: Console) -> None:
    if findings.failure_modes:
        table = _table("failure modes")
        for heading in ("subject", "flag", "tier"):
            table.add_column(heading, overflow="fold")
        table.add_column("replies", justify="right", no_wrap=True)
        table.add_column("excerpt", overflow="fold", ratio=1)
        for mode in findings.failure_modes:
            style = "bold red" if mode.tier == "hard" else "yellow"
            table.add_row(
                printable(mode.subject),
                Text(printable(mode.flag), style=style),
                mode.tier,
                f"{mode.num_replies} ({write_share(mode.share)})",
                printable(mode.excerpt),
            )
        console.print(table)
    for reply in findings.troubled_replies:
        words = f"{reply.trouble}: {reply.subject}, {reply.id}, sample {reply.sample}: {reply.words}"
        console.print(Text(printable(words), style="red"))


def _add_probe_column(table: Table, report: Report, room: int) -> None:
    """Add the first column: an id without room is folded, as the scores beside it would be cut."""
    longest = max((len(printable(row.id)) for row in report.results), default=0)
    width = min(max(longest, len("average of 1000")), max(room, MIN_ID_WIDTH))
    table.add_column("probe", overflow="fold", width=width)


def _table(title: str) -> Table:
    """Open a table without side borders: 80 columns hold the longest dimension beside the longest flag."""
    return Table(
        title=Text(printable(title)), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False
    )


def _average_label(num_averaged: int, report: Report) -> str:
    return "average" if num_averaged == report.total_prompts else f"average of {num_averaged}"


def _circumstances(report: Report) -> str:
    """Say in a line what the scores hold for."""
    origin = report.provenance
    samples = write_count(origin.samples, "sample")
    what = f"{origin.scorer}, {origin.endpoint}, probes {origin.probes.name}, {samples}, {origin.sampler.words}"
    if origin.rescored_from is not None:
        return what
    seed = "no seed" if origin.seed is None else f"seed {origin.seed}"
    return f"{what}, {seed}, {write_seconds(report.duration)} with up to {origin.concurrency} at once"
