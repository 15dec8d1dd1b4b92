"""What is said before the first step of a training and after its last one."""

import re
import shlex
from collections.abc import Sequence

from adapters.files.training_file import DataIdentity
from adapters.train.outcome import Outcome
from adapters.train.preparation import Prepared, validates_as_before
from adapters.train.settings import MODULES
from adapters.train.start import Start, Tell
from adapters.train.untaught_end import UntaughtEnd

SERVABLE = re.compile(r"(?!(?:none|other|several)$)[A-Za-z0-9][A-Za-z0-9._-]{0,127}")  # as a name that requests choose
SERVED_AT = "http://127.0.0.1:8000"


def tell_start(prepared: Prepared, start: Start, num_weights: int, tell: Tell) -> None:
    """Say what is trained, on what, and for how long."""
    settings, base = prepared.settings, prepared.base
    targets = "all linear layers" if settings.targets == MODULES else ", ".join(name.rpartition(".")[2] for name in settings.targets)
    tell(
        f"{settings.kind} of rank {settings.rank}, scale {settings.scale:g}: {num_weights:,} weights on {targets} "
        f"of the last {settings.num_layers} of {base.num_layers} layers of {base.name}"
    )
    num_targets = sum(example.num_targets for example in prepared.dataset.examples)
    tell(f"{_describe(prepared.dataset.identity)}; an epoch is {num_targets:,} tokens to learn in {prepared.epochs.steps_each:,} steps")
    for line in prepared.dataset.identity.told:
        tell(f"  {line}")
    if prepared.validation:
        tell(f"validation: {_describe(prepared.validation.identity)}, every {prepared.validate_every:,} steps")
        if start.record and start.record.validation and not validates_as_before(prepared, start.record):
            tell(
                f"until step {start.record.optimizer_steps:,} others were held back ({start.record.validation.name}): the curve is of both"
            )
    else:
        for_nothing = ", and --validate-every is for nothing" if prepared.plan.validate_every else ""
        tell(f"no validation: nothing is held back{for_nothing}")
    if settings.warmup > settings.num_steps:
        tell(f"the warm-up takes {settings.warmup:,} steps, more than there are: the rate stays below {settings.learning_rate:g}")
    rows = min(settings.batch_size * settings.grad_accumulation, len(prepared.dataset.examples))
    epochs = settings.num_steps / prepared.epochs.steps_each
    goes_on = f", from step {start.checkpoint.step:,} on" if start.checkpoint else ""
    tell(f"{settings.num_steps:,} steps of {rows} rows, {epochs:.2f} epochs{goes_on}; a checkpoint every {prepared.save_every:,} steps")


def tell_untaught_ends(ends: Sequence[UntaughtEnd], tell: Tell) -> None:
    """Warn of what no adapter can learn."""
    for end in ends:
        tell(
            f"the base was never taught {end.piece}, which ends the answers: {end.num_alike:,} other pieces, such as {end.nearest}, "
            "are all but the same to it, and will come in its place. Train an instruction-tuned base (-it), or try --answer-end text"
        )


def tell_end(outcome: Outcome, model: str, tell: Tell) -> None:
    """Say what there is now, and what to do with it."""
    record = outcome.record
    if outcome.state == "interrupted":
        return
    note = f" ({record.note})" if record.note else ""
    loss = f", loss {record.final_loss:.3f}" if record.final_loss is not None else ""
    validation = f", validation {record.final_validation_loss:.3f}" if record.final_validation_loss is not None else ""
    tell(
        f"{outcome.state}{note}: {record.optimizer_steps:,} steps, {record.rows_trained:,} rows, "
        f"{record.tokens_trained:,} tokens{loss}{validation}"
    )
    output = outcome.output
    name = output.resolve().name if SERVABLE.fullmatch(output.resolve().name) else "mine"
    serve = ["--model", model, "--adapter", f"{name}={output}", "--adapter-dir", str(output.parent)]
    tell(f"the adapter is in {output}; serve it with: python -m server {shlex.join(serve)}")
    tell(f"then judge its checkpoints with: python -m clients.checkpoints --url {SERVED_AT} {shlex.join(['--run', str(output)])}")


def _describe(data: DataIdentity) -> str:
    cut = f", {data.rows_cut:,} cut" if data.rows_cut else ""
    dropped = f", {data.rows_dropped:,} dropped" if data.rows_dropped else ""
    return f"{data.name}: {data.rows:,} rows{cut}{dropped}"
