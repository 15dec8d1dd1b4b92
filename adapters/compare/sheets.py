"""The tables of the report: a row a quantity, a column an adapter, its ratio to the one that it is held against behind its number."""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from adapters.compare.comparison import Compared
from adapters.compare.pressure import Ratios
from adapters.compare.report import Report
from adapters.compare.wording import write_count, write_number, write_rate, write_ratio, write_share

Write = Callable[[Compared], str]


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A table under a heading."""

    heading: str
    explanation: str
    columns: tuple[str, ...]  # names of adapters
    rows: tuple[tuple[str, ...], ...]  # what it is, then a cell a column


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    write: Write
    ratio: str | None = None  # a field of Ratios


def make_sheets(report: Report) -> list[Sheet]:
    """Make those that have anything in them."""
    held = f"In brackets: times that of {report.reference}. " if report.reference else ""
    sheets = [
        _make(report.adapters, "What was set and done", f"{held}From the adapters' own files; a dash is what they do not say.", _SET),
        _make(report.adapters, "What the weights show", f"{held}{_tell_norms(report)}", _WEIGHTS),
    ]
    if any(one.divergence for one in report.adapters) and report.model:
        sheets.append(_make(report.adapters, "What becomes of the next token", f"{held}Measured on {report.model.held_text}.", _DIVERGENCE))
    if any(one.reading for one in report.adapters):
        sheets.append(_make(report.adapters, "How the loss went", "Means over stretches of the training, nats a token.", _LOSSES))
    if any(one.scores for one in report.adapters):
        sheets.append(_make(report.adapters, "What the battery says", "From the reports that were given.", _SCORES))
    return sheets


def _tell_norms(report: Report) -> str:
    return report.model.update_and_weights if report.model else "No model was given: sizes are absolute, and depend on the base's own."


def _make(adapters: Sequence[Compared], heading: str, explanation: str, rows: Sequence[_Row]) -> Sheet:
    written = [(row.name, *(_cell(one, row) for one in adapters)) for row in rows]
    kept = tuple(cells for cells in written if any(cell != "–" for cell in cells[1:]))
    return Sheet(heading=heading, explanation=explanation, columns=tuple(one.name for one in adapters), rows=kept)


def _cell(one: Compared, row: _Row) -> str:
    ratio = getattr(one.ratios, row.ratio) if row.ratio and isinstance(one.ratios, Ratios) else None
    words = row.write(one)
    return words if ratio is None or words == "–" else f"{words} ({write_ratio(ratio)}×)"


def _basis(one: Compared) -> str:
    return one.record.basis or "not known"


def _layers(one: Compared) -> str:
    layers = one.pressure.num_layers
    return f"{layers} of {one.base_layers}, {write_share(one.pressure.share_of_layers)}" if one.base_layers else f"{layers}"


def _rows_lost(one: Compared) -> str:
    cut, dropped = one.record.rows_cut, one.record.rows_dropped
    return "–" if cut is None and dropped is None else f"{write_count(cut)} / {write_count(dropped)}"


def _epochs(one: Compared) -> str:
    return write_number(one.record.epochs)


def _largest_layer(one: Compared) -> str:
    if not one.update.layers:
        return "–"
    are_relative = one.update.whole.relative is not None
    sizes = {layer.layer: (layer.size.relative if are_relative else None) or layer.size.frobenius for layer in one.update.layers}
    layer = max(sizes, key=lambda number: sizes[number])
    return f"layer {layer}: {write_number(sizes[layer])}"


def _magnitude(one: Compared) -> str:
    values = [module.magnitude for module in one.update.modules if module.magnitude is not None]
    return write_number(sum(values) / len(values)) if values else "–"


def _rank(one: Compared) -> str:
    return f"{write_number(one.update.effective_rank)} of {one.pressure.rank}"


def _of_divergence(field: str, write: Callable[[float], str] = write_number) -> Write:
    return lambda one: write(getattr(one.divergence, field)) if one.divergence else "–"


def _of_reading(field: str, write: Callable[[float | None], str] = write_number) -> Write:
    return lambda one: write(getattr(one.reading, field)) if one.reading else "–"


def _step(value: float | None) -> str:
    return "–" if value is None else f"step {write_count(int(value))}"


def _worst(one: Compared) -> str:
    found = one.divergence
    return f"{write_number(found.worst_kl)} (text {found.worst_row}, token {found.worst_position})" if found else "–"


def _scores(one: Compared) -> Iterator[str]:
    scores = one.scores
    yield "–" if scores is None else f"{scores.mean:.2f}"
    yield "–" if scores is None or scores.base_mean is None else f"{scores.base_mean:.2f}"
    yield "–" if scores is None else f"{scores.hard_flagged} of {scores.replies}"


_SET = (
    _Row(name="known as", write=_basis),
    _Row(name="kind", write=lambda one: f"{one.kind}, {one.format}"),
    _Row(name="learning rate", write=lambda one: write_rate(one.pressure.learning_rate), ratio="learning_rate"),
    _Row(name="iterations (batches)", write=lambda one: write_count(one.pressure.iterations), ratio="iterations"),
    _Row(name="optimiser steps", write=lambda one: write_count(one.pressure.optimizer_steps), ratio="optimizer_steps"),
    _Row(name="batch size", write=lambda one: write_count(one.pressure.batch_size), ratio="batch_size"),
    _Row(name="rank", write=lambda one: write_count(one.pressure.rank), ratio="rank"),
    _Row(name="scale", write=lambda one: write_number(one.pressure.scale), ratio="scale"),
    _Row(name="layers", write=_layers, ratio="share_of_layers"),
    _Row(name="effective gradient (rows seen)", write=lambda one: write_count(one.pressure.effective_gradient), ratio="effective_gradient"),
    _Row(name="rate × steps (Adam's reach)", write=lambda one: write_rate(one.pressure.reach), ratio="reach"),
    _Row(name="epochs", write=_epochs),
    _Row(name="tokens learnt", write=lambda one: write_count(one.record.tokens_trained)),
    _Row(name="rows cut / dropped", write=_rows_lost),
)
_WEIGHTS = (
    _Row(name="update norm, of the weights'", write=lambda one: write_number(one.update.whole.relative), ratio="update_norm"),
    _Row(name="update norm, of the whole base's", write=lambda one: write_number(one.update.relative_to_base)),
    _Row(name="update norm (Frobenius)", write=lambda one: write_number(one.update.whole.frobenius)),
    _Row(name="strongest, of the weight's", write=lambda one: write_number(one.update.whole.relative_spectral)),
    _Row(name="strongest (spectral)", write=lambda one: write_number(one.update.whole.spectral)),
    _Row(name="largest in", write=_largest_layer),
    _Row(name="effective rank", write=_rank),
    _Row(name="stable rank", write=lambda one: write_number(one.update.stable_rank)),
    _Row(name="magnitudes (DoRA), mean", write=_magnitude),
    _Row(name="layers touched", write=_layers, ratio="share_of_layers"),
)
_DIVERGENCE = (
    _Row(name="KL from the base, nats a token", write=_of_divergence("mean_kl"), ratio="mean_kl"),
    _Row(name="median", write=_of_divergence("median_kl")),
    _Row(name="worst position", write=_worst),
    _Row(name="likeliest token changed", write=_of_divergence("share_changed", write_share)),
    _Row(name="entropy of the base, nats", write=_of_divergence("base_entropy")),
    _Row(name="change in entropy", write=_of_divergence("entropy_change")),
    _Row(name="positions", write=lambda one: write_count(one.divergence.num_positions) if one.divergence else "–"),
)
_LOSSES = (
    _Row(name="training, at first", write=_of_reading("first_loss")),
    _Row(name="training, at the end", write=_of_reading("last_loss")),
    _Row(name="flat after", write=_of_reading("flat_from", _step)),
    _Row(name="validation, at first", write=_of_reading("first_validation_loss")),
    _Row(name="validation, lowest", write=_of_reading("best_validation_loss")),
    _Row(name="lowest at", write=_of_reading("best_validation_step", _step)),
    _Row(name="validation, at the end", write=_of_reading("last_validation_loss")),
    _Row(name="over-fitting from", write=_of_reading("overfit_from", _step)),
)
_SCORES = tuple(
    _Row(name=name, write=lambda one, place=place: [*_scores(one)][place])  # type: ignore[misc]  # a lambda's default has no type
    for place, name in enumerate(("mean score", "mean score of the base", "replies with a hard flag"))
)
