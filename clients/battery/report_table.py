"""The report at the terminal: a table a subject, the comparison below, and the notes."""

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from clients.battery.comparison import Comparison, Pair
from clients.battery.outcome import Outcome, mean
from clients.battery.report_json import Report

MIN_WIDTH = 80
NO_SCORE = "-"
CHANGE_STYLES = {"improved": "green", "regressed": "red", "unchanged": "dim"}


def open_console() -> Console:
    """Open stdout for the tables; a narrower terminal folds their lines, where cutting them would lose a score."""
    width = Console().width
    return Console(width=max(width, MIN_WIDTH), markup=False, highlight=False)


def print_report(report: Report, comparison: Comparison, console: Console) -> None:
    """Print everything but the texts."""
    average = _average_label(report)
    if comparison.has_baseline:
        before = [pair.baseline for pair in comparison.pairs if pair.baseline]
        console.print(_subject_table(f"baseline: {report.baseline_model}", before, average, _average(report.avg_baseline_lek)))
    trained = [pair.trained for pair in comparison.pairs]
    title = f"trained: {report.trained_model}" if comparison.has_baseline else report.trained_model
    console.print(_subject_table(title, trained, average, _average(report.avg_trained_lek)))
    if comparison.has_baseline:
        console.print(_comparison_table(report, comparison.pairs))
        console.print(Text(f"{report.improved} improved, {report.regressed} regressed, {report.unchanged} unchanged", style="bold"))
    console.print(Text(_circumstances(report), style="dim"))
    for note in report.notes:
        console.print(Text(f"Note: {note}", style="yellow"))


def _subject_table(title: str, outcomes: Sequence[Outcome], label: str, average: str) -> Table:
    table = _table(title)
    table.add_column("probe", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("dimensions", overflow="fold", min_width=_longest_word(_dimensions(outcome) for outcome in outcomes))
    table.add_column("flags", overflow="fold", min_width=_longest_word(_flags(outcome).plain for outcome in outcomes))
    table.add_column("chars", justify="right", no_wrap=True)
    table.add_column("time", justify="right", no_wrap=True)
    for outcome in outcomes:
        table.add_row(*_outcome_cells(outcome))
    table.add_section()
    table.add_row(label, Text(average, style="bold"))
    return table


def _outcome_cells(outcome: Outcome) -> tuple[str | Text, ...]:
    seconds = mean(sample.seconds for sample in outcome.samples)
    time = NO_SCORE if seconds is None else f"{seconds:.1f} s"
    probe = outcome.samples[0].id
    if outcome.response is None:
        return probe, NO_SCORE, Text(f"failed: {outcome.error}", style="red"), "", NO_SCORE, time
    return probe, _score(outcome.lek_score), _dimensions(outcome), _flags(outcome), str(len(outcome.response)), time


def _dimensions(outcome: Outcome) -> str:
    """List what is not zero; no blank inside a pair, so that a narrow column breaks between them."""
    return " ".join(f"{dimension}={value:g}" for dimension, value in (outcome.heuristic or {}).items() if value)


def _flags(outcome: Outcome) -> Text:
    tiers = {flag.flag: flag.tier for sample in outcome.samples if sample.degeneration is not None for flag in sample.degeneration.flags}
    return Text(" ").join(Text(name, style="bold red" if tiers[name] == "hard" else "yellow") for name in outcome.flags)


def _longest_word(cells: Iterable[str]) -> int:
    """Measure the width below which a column would break inside a name."""
    return max((len(word) for cell in cells for word in cell.split()), default=0)


def _comparison_table(report: Report, pairs: Iterable[Pair]) -> Table:
    table = _table(f"{report.baseline_model} → {report.trained_model}")
    table.add_column("probe", no_wrap=True)
    for heading in ("baseline", "trained", "delta"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("change", no_wrap=True)
    for pair in pairs:
        before = _score(pair.baseline.lek_score if pair.baseline else None)
        delta = NO_SCORE if pair.delta is None else f"{pair.delta:+g}"
        change = Text(pair.change or "not compared", style=CHANGE_STYLES.get(pair.change or "", "yellow"))
        table.add_row(pair.trained.samples[0].id, before, _score(pair.trained.lek_score), delta, change)
    table.add_section()
    delta = NO_SCORE if report.avg_delta is None else f"{report.avg_delta:+.2f}"
    table.add_row(_average_label(report), _average(report.avg_baseline_lek), _average(report.avg_trained_lek), delta, style="bold")
    return table


def _table(title: str) -> Table:
    """Open a table without side borders: 80 columns hold the longest dimension beside the longest flag."""
    return Table(title=Text(title), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)


def _average_label(report: Report) -> str:
    return "average" if report.averaged_prompts == report.total_prompts else f"average of {report.averaged_prompts}"


def _circumstances(report: Report) -> str:
    """Say in a line what the scores hold for."""
    origin = report.provenance
    seed = "no seed" if origin.seed is None else f"seed {origin.seed}"
    return (
        f"{origin.scorer}, {origin.endpoint}, probes {origin.probes.name}, temperature {origin.sampler.temperature:g}, {seed},"
        f" at most {origin.sampler.max_tokens} tokens, {report.duration:.1f} s with up to {origin.concurrency} at once"
    )


def _score(score: float | None) -> str:
    return NO_SCORE if score is None else f"{score:g}"


def _average(score: float | None) -> str:
    return NO_SCORE if score is None else f"{score:.2f}"
