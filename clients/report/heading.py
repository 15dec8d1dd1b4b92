"""The heading of the written reports: their title, and in a sentence what they are over."""

from datetime import datetime

from clients.report.numerals import write_count, write_exact
from clients.report.provenance import Provenance
from clients.report.report import Report


def write_title(report: Report) -> str:
    """Name the report in a line."""
    first, *others = [subject.name for subject in report.subjects]
    return f"{write_list(others)} against {first}" if report.comparisons else first


def write_circumstances(report: Report) -> str:
    """Say what the numbers are over, and when they were measured."""
    origin = report.provenance
    drawn = "" if origin.sampler.temperature is None else f" at temperature {write_exact(origin.sampler.temperature)}"
    return (
        f"{write_count(report.total_prompts, 'probe')} ({origin.probes.name}), {write_count(origin.samples, 'sample')} each{drawn},"
        f" scored by {origin.scorer}. {_day(origin.created)}."
    )


def write_list(names: list[str]) -> str:
    """Write names one after the other."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def write_seeds(provenance: Provenance) -> str:
    """Write the seeds of the samples, which follow one upon the other."""
    seeds = provenance.seeds
    if not seeds:
        return "no seed known" if provenance.rescored_from else "no seed sent"
    return f"seed {seeds[0]}" if len(seeds) == 1 else f"seeds {seeds[0]} to {seeds[-1]}"


def _day(created: str) -> str:
    """Write a date of the provenance for people; one that is none stays as it is."""
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        return created
    return f"{moment.day} {moment:%B %Y}"
