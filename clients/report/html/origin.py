"""Where the report comes from, and how to run its battery again."""

from collections.abc import Iterator

from clients.report.heading import write_seeds
from clients.report.html.markup import Markup, element, join
from clients.report.html.subject_marks import subject_mark
from clients.report.html.tables import table
from clients.report.numerals import NO_NUMBER, write_exact, write_seconds
from clients.report.provenance import SubjectOrigin
from clients.report.report import Report
from clients.report.rerun_command import name_system_file, write_rerun_command
from clients.report.training import write_training


def origin(report: Report) -> Markup:
    """Write the provenance."""
    headings = ("subject", "model", "scale", "endpoint", "adapter", "adapter digest", "fingerprint", "system prompt", "replies from")
    return join(
        table("Subjects", headings, (tuple(_cells(report, one)) for one in report.provenance.subjects)),
        element("dl", *(join(element("dt", name), element("dd", value)) for name, value in _settings(report)), class_="settings"),
        element("h3", "To run it again"),
        element(
            "pre",
            element("code", write_rerun_command(report.provenance)),
            tabindex=0,
            role="region",
            aria_label="Command",
            class_="command",
        ),
        *_systems(report),
    )


def _cells(report: Report, one: SubjectOrigin) -> Iterator[str | Markup]:
    yield subject_mark(report, one.name)
    yield one.model
    yield write_exact(one.scale)
    yield one.endpoint
    yield one.adapter or NO_NUMBER
    yield _digest(one.adapter_digest)
    yield one.system_fingerprint or NO_NUMBER
    yield NO_NUMBER if one.system is None else f"below{', in the user’s turn' if one.is_system_prepended else ''}"
    yield "this run" if one.locked_from is None else f"{one.locked_from.file}, {one.locked_from.created}"


def _settings(report: Report) -> Iterator[tuple[str, str | Markup]]:
    source = report.provenance
    at_once = "" if source.concurrency is None else f", up to {source.concurrency} at once"
    yield "Run", f"{source.created}, {write_seconds(report.duration)}{at_once}"
    yield "Probes", join(f"{source.probes.name}, {report.total_prompts} of them, ", _digest(source.probes.digest))
    if source.probes.file_digest is not None:
        yield "Probe file", _digest(source.probes.file_digest)
    patience = "" if source.sampler.timeout_s is None else f", {write_exact(source.sampler.timeout_s)} s"
    yield "Sampler", f"{source.sampler.words}{patience}"
    yield "Samples", f"{source.samples} a probe, {write_seeds(source)}"
    yield "Scorer", f"{source.scorer}, version {source.scorer_version}; detectors version {source.detectors_version}"
    yield "candor", source.candor_version or "version unknown"
    for one in source.subjects:
        if one.training is not None:
            yield f"Training of {one.name}", write_training(one.training)


def _systems(report: Report) -> Iterator[Markup]:
    for one in report.provenance.subjects:
        if one.system is not None and one.locked_from is None:
            yield element(
                "h4",
                "System prompt of ",
                subject_mark(report, one.name),
                ", which the command reads from ",
                element("code", name_system_file(one)),
            )
            yield element(
                "pre", one.system, tabindex=0, role="region", aria_label=f"System prompt of {one.name}", dir="auto", class_="system"
            )


def _digest(digest: str | None) -> Markup:
    """Show enough of a digest to compare by eye, and all of it to a pointer."""
    if digest is None:
        return join(NO_NUMBER)
    method, colon, value = digest.rpartition(":")
    return element("code", f"{method}{colon}{value[:12]}", "…" if len(value) > 12 else None, title=digest)
