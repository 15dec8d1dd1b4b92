"""What a curriculum says on the terminal: what it will do, and what has come of it."""

from collections.abc import Sequence
from pathlib import Path

from adapters.curriculum.curriculum import Curriculum, Stage
from adapters.curriculum.prospects import Prospect

HEADINGS = ("stage", "rows", "again", "steps", "epochs", "tokens", "rate", "layers", "batch", "then")


def describe_plan(curriculum: Curriculum, prospects: Sequence[Prospect]) -> str:
    """Lay the stages out as a table; tokens are those that are learnt, in all steps of a stage, about."""
    cells = [HEADINGS, *(_list_cells(prospect) for prospect in prospects)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEADINGS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    total = f"{sum(prospect.num_steps for prospect in prospects):,} steps, about {sum(one.tokens for one in prospects):,} tokens learnt"
    notes = [note for prospect in prospects for note in _list_notes(prospect)]
    head = f"on {prospects[0].base.name}, {prospects[0].base.num_layers} layers, into {curriculum.output}; nothing is written now"
    return "\n".join([head, *lines, total, *notes])


def describe_result(model: Path, adapter: Path | None) -> str:
    """Say what is to be served."""
    command = f"python -m server --model {model}"
    if adapter is None:
        return f"the model of all stages is {model}: {command}"
    return f"the last adapter is {adapter}, on {model}: {command} --adapter {adapter.name}={adapter}"


def _list_cells(prospect: Prospect) -> tuple[str, ...]:
    stage, settings = prospect.stage, prospect.settings
    passes = settings["grad_accumulation"]
    return (
        f"{stage.number} {stage.name}",
        f"{prospect.rows:,}",
        f"{sum(prospect.replayed.values()):,}",
        f"{prospect.num_steps:,}",
        f"{prospect.epochs:.2f}",
        f"{prospect.tokens:,}",
        f"{settings['learning_rate']:g}",
        f"{settings['num_layers']} of {prospect.base.num_layers}",
        f"{settings['batch_size']}" + (f" x {passes}" if passes > 1 else ""),
        _spell_then(stage),
    )


def _spell_then(stage: Stage) -> str:
    return "fuse" if stage.then == "fuse" else "go on"


def _list_notes(prospect: Prospect) -> list[str]:
    notes = []
    if prospect.replayed:
        counts = ", ".join(f"{count} from {name}" for name, count in prospect.replayed.items())
        notes.append(f"{prospect.stage}: {prospect.own_rows:,} rows of its own, seen again: {counts}")
    if prospect.stage.replay is not None and not prospect.replayed:
        notes.append(f"{prospect.stage}: a replay of {prospect.stage.replay.share:g} of its rows comes to none")
    if prospect.rows_cut or prospect.rows_dropped:
        notes.append(f"{prospect.stage}: {prospect.rows_cut:,} rows cut, {prospect.rows_dropped:,} with nothing to learn left out")
    if prospect.validation_digest is None:
        notes.append(f"{prospect.stage}: no validation, nothing is held back")
    return notes
