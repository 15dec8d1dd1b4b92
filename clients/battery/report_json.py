"""The report as JSON: the note's field names first, as they stand there, then ours."""

from pathlib import Path

import msgspec

from clients.battery.comparison import Change, Comparison, Pair
from clients.battery.errors import UsageFault
from clients.battery.provenance import Provenance
from clients.battery.record import Record


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One probe; without a baseline its fields are null."""

    id: str
    prompt: str
    baseline_response: str | None
    trained_response: str | None
    baseline_lek_score: float | None
    trained_lek_score: float | None
    delta: float | None
    baseline_heuristic: dict[str, float] | None
    trained_heuristic: dict[str, float] | None
    change: Change | None
    baseline_error: str | None
    trained_error: str | None
    baseline_samples: tuple[Record, ...] | None
    trained_samples: tuple[Record, ...]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A whole run. Averages are over the probes where no score is missing: `averaged_prompts` of them."""

    baseline_model: str | None
    trained_model: str
    total_prompts: int
    avg_baseline_lek: float | None
    avg_trained_lek: float | None
    avg_delta: float | None
    improved: int | None
    regressed: int | None
    unchanged: int | None
    duration: float  # s, wall clock
    results: tuple[Row, ...]
    averaged_prompts: int
    notes: tuple[str, ...]
    provenance: Provenance


def build_report(comparison: Comparison, notes: tuple[str, ...], provenance: Provenance, *, duration_s: float) -> Report:
    """Lay a comparison out under the note's names."""
    models = {subject.role: subject.model for subject in provenance.subjects}
    return Report(
        baseline_model=models.get("baseline"),
        trained_model=models["trained"],
        total_prompts=len(comparison.pairs),
        avg_baseline_lek=comparison.avg_baseline,
        avg_trained_lek=comparison.avg_trained,
        avg_delta=comparison.avg_delta,
        improved=comparison.count("improved"),
        regressed=comparison.count("regressed"),
        unchanged=comparison.count("unchanged"),
        duration=round(duration_s, 3),
        results=tuple(_row(pair) for pair in comparison.pairs),
        averaged_prompts=len(comparison.averaged),
        notes=notes,
        provenance=provenance,
    )


def write_report(report: Report, path: Path) -> None:
    """Replace the file; raises UsageFault."""
    try:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")
    except OSError as exc:
        raise UsageFault(f"cannot write the report to {path}: {exc.strerror}; the replies are in the .jsonl beside it") from exc


def check_writable(path: Path) -> None:
    """See before the first question whether the report can be written, and leave a file that is there as it is; raises UsageFault."""
    is_new = not path.exists()
    try:
        path.open("ab").close()
    except OSError as exc:
        raise UsageFault(f"cannot write the report to {path}: {exc.strerror}; nothing was asked") from exc
    if is_new:
        path.unlink()


def _row(pair: Pair) -> Row:
    trained, baseline = pair.trained, pair.baseline
    return Row(
        id=trained.samples[0].id,
        prompt=trained.samples[0].prompt,
        baseline_response=baseline.response if baseline else None,
        trained_response=trained.response,
        baseline_lek_score=baseline.lek_score if baseline else None,
        trained_lek_score=trained.lek_score,
        delta=pair.delta,
        baseline_heuristic=baseline.heuristic if baseline else None,
        trained_heuristic=trained.heuristic,
        change=pair.change,
        baseline_error=baseline.error if baseline else None,
        trained_error=trained.error,
        baseline_samples=baseline.samples if baseline else None,
        trained_samples=trained.samples,
    )
