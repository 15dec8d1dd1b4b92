"""Where the report comes from, and how to run its battery again."""

from collections.abc import Iterator

from clients.report.heading import write_seeds
from clients.report.markdown.writing import block, code, escaped, table
from clients.report.numerals import NO_NUMBER, write_exact, write_seconds
from clients.report.provenance import Provenance, SubjectOrigin
from clients.report.report import Report
from clients.report.rerun_command import name_system_file, write_rerun_command
from clients.report.training import write_training

NUM_DIGEST_CHARS = 12


def write_origin_section(report: Report) -> Iterator[str]:
    """Write what was compared, compactly."""
    source = report.provenance
    yield "## What was compared"
    yield table(("subject", "model", "conditions"), map(_subject_row, source.subjects), num_words=3)
    settings = {
        "endpoint": code(source.endpoint),
        "probes": f"{escaped(source.probes.name)}, {report.total_prompts} ({code(_short(source.probes.digest))})",
        "samples": f"{source.samples} a probe, {write_seeds(source)}",
        "sampler": source.sampler.words,
        "scorer": f"{source.scorer}, version {source.scorer_version}; detectors version {source.detectors_version}",
        "run": f"{escaped(source.created)}, {write_seconds(report.duration)}, {_program(source)}",
    }
    yield table(("setting", "value"), settings.items(), num_words=2)


def write_rerun_section(report: Report) -> Iterator[str]:
    """Write the command, and the system prompts that it reads from files."""
    yield "## To run it again"
    yield block(write_rerun_command(report.provenance), "sh")
    for origin in report.provenance.subjects:
        if origin.system is not None and origin.locked_from is None:
            yield f"with this system prompt for {escaped(origin.name)} in {code(name_system_file(origin))}:"
            yield block(origin.system)


def _program(source: Provenance) -> str:
    return f"candor {escaped(source.candor_version or 'of unknown version')}"


def _subject_row(origin: SubjectOrigin) -> tuple[str, ...]:
    return escaped(origin.name), code(origin.model), "; ".join(_conditions(origin)) or NO_NUMBER


def _conditions(origin: SubjectOrigin) -> Iterator[str]:
    if origin.role == "baseline":
        yield "the baseline"
    if origin.scale is not None:
        yield f"scale {write_exact(origin.scale)}"
    if origin.system is not None:
        yield "system prompt in the user's turn" if origin.is_system_prepended else "system prompt"
    if origin.adapter_digest is not None:
        yield f"adapter {code(_short(origin.adapter_digest))}"
    if origin.training is not None:
        yield f"trained, {escaped(write_training(origin.training))}"
    if origin.locked_from is not None:
        yield f"replies from {code(origin.locked_from.file)} of {escaped(origin.locked_from.created)}"


def _short(digest: str) -> str:
    method, colon, value = digest.rpartition(":")
    return f"{method}{colon}{value[:NUM_DIGEST_CHARS]}"
