"""How an adapter was trained, in a line."""

from collections.abc import Iterator

from clients.asking.training import Training
from clients.report.numerals import write_average, write_count, write_exact, write_plain


def write_training(training: Training) -> str:
    """Write whether the numbers are a plan or what was done, and then those that there are."""
    words = ", ".join(_list_numbers(training))
    basis = training.basis or "as far as its files tell"
    return f"{basis}: {words}" if words else basis


def _list_numbers(training: Training) -> Iterator[str]:
    if training.effective_updates is not None:
        yield write_count(training.effective_updates, "step")
    elif training.iterations is not None:
        yield write_count(training.iterations, "batch", "batches")
    if training.examples_seen is not None:
        yield write_count(training.examples_seen, "row")
    if training.epochs is not None:
        yield f"{write_plain(training.epochs)} {'epoch' if training.epochs == 1 else 'epochs'}"
    if training.tokens_trained is not None:
        yield write_count(training.tokens_trained, "token")
    if training.learning_rate is not None:
        yield f"rate {write_exact(training.learning_rate)}"
    if training.batch_size is not None:
        yield f"batches of {write_count(training.batch_size)}"
    if training.final_loss is not None:
        yield f"loss {write_average(training.final_loss)}"
    if training.final_validation_loss is not None:
        yield f"on held-back rows {write_average(training.final_validation_loss)}"
    if training.rows_cut:
        yield f"{write_count(training.rows_cut, 'row')} cut"
    if training.rows_dropped:
        yield f"{write_count(training.rows_dropped, 'row')} left out"
    if training.resumed_from is not None:
        yield f"on from {training.resumed_from}"
    if training.state is not None and training.state != "finished":
        yield "the training had not ended" if training.state == "running" else training.state
    if training.note:
        yield f"with a note: {training.note}"
