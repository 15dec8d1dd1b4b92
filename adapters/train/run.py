"""Train as a plan says: find everything, begin or go on, and say what was made."""

import contextlib
from collections.abc import Iterator

import mlx.core as mx

from adapters.base.device import Device, prepare_device
from adapters.base.loading import load
from adapters.command import CommandFault
from adapters.errors import AdapterError
from adapters.files.reading import read_adapter
from adapters.train.folder import PEFT_FILES, TrainingFolder, read_record
from adapters.train.learner.learner import Learner
from adapters.train.outcome import Outcome
from adapters.train.plan import TrainingPlan
from adapters.train.preparation import Prepared, prepare, validates_as_before
from adapters.train.recorder import NOT_COMPARED, describe_settings
from adapters.train.session import Session
from adapters.train.start import Start, Tell, find_start, load_start, refuse_other_training
from adapters.train.telling import tell_end, tell_start, tell_untaught_ends
from adapters.train.untaught_end import find_untaught_ends

__all__ = ["Outcome", "TrainingPlan", "train"]


def train(plan: TrainingPlan, tell: Tell) -> Outcome:
    """Train, or go on, and give how it ended. Raises CommandFault, AdapterError and ModelLoadError where it cannot or fails.

    `prepare_device` must have been called before MLX was imported.
    """
    folder = TrainingFolder(plan.output)
    folder.find_taken()  # so that what can be no folder is refused as that
    device = prepare_device()
    try:
        with _held(folder):
            start = find_start(plan, folder, tell)
            prepared = prepare(plan)
            if start.checkpoint:
                now = {name: value for name, value in describe_settings(prepared).items() if name not in NOT_COMPARED}
                refuse_other_training(
                    start.checkpoint,
                    now,
                    base_digest=prepared.base.digest,
                    data_digest=prepared.dataset.identity.digest,
                    num_steps=prepared.settings.num_steps,
                )
                if (done := _find_done(prepared, folder, start)) is not None:
                    tell(f"{start.checkpoint.step} of {prepared.settings.num_steps} steps are done already")
                    tell_end(done, plan.model, tell)
                    return done
            outcome = _learn(prepared, folder, start, device, tell)
    except OSError as exc:
        raise CommandFault(f"{exc.filename or plan.output}: {exc.strerror or exc}") from exc
    tell_end(outcome, plan.model, tell)
    return outcome


def _learn(prepared: Prepared, folder: TrainingFolder, start: Start, device: Device, tell: Tell) -> Outcome:
    _bound_memory(device)
    if device.advice:
        tell(device.describe())
    model = load(prepared.model, device).model
    learner = Learner(model, prepared.settings, device, checkpoints_gradients=prepared.plan.grad_checkpoint)
    load_start(start, learner, prepared.plan, prepared.settings)
    tell_start(prepared, start, learner.num_weights, tell)
    tell_untaught_ends(find_untaught_ends(model, prepared.dataset.examples, prepared.vocabulary), tell)
    if prepared.plan.overwrite:
        folder.clear()
    return Session(prepared, learner, folder, start, tell).run()


def _bound_memory(device: Device) -> None:
    """Keep what is freed from growing, where the C library keeps it anyway, and the weights from being paged out, where MLX can."""
    mx.reset_peak_memory()
    if device.freed_bytes is not None:
        mx.set_cache_limit(device.freed_bytes)
    working_set = mx.device_info().get("max_recommended_working_set_size")
    if device.backend == "metal" and working_set:
        mx.set_wired_limit(int(working_set))


def _find_done(prepared: Prepared, folder: TrainingFolder, start: Start) -> Outcome | None:
    """Give the end of a training that has no step left and nothing else to do; the adapter is there."""
    record = read_record(folder.record)
    if record is None or start.checkpoint is None or record.state not in ("finished", "stopped"):
        return None
    if record.optimizer_steps != prepared.settings.num_steps or (prepared.validation and record.final_validation_loss is None):
        return None
    if prepared.validation and not validates_as_before(prepared, record):
        return None
    try:
        if read_adapter(folder.output).digest != record.adapter_digest or record.adapter_digest != start.checkpoint.record.adapter_digest:
            return None
    except AdapterError:
        return None
    if "peft" in prepared.plan.formats and not all((folder.peft / name).is_file() for name in PEFT_FILES):
        return None
    return Outcome(state=record.state, output=folder.output, record=record)


@contextlib.contextmanager
def _held(folder: TrainingFolder) -> Iterator[None]:
    """Hold the folder, and take it away again if it was made for nothing."""
    is_new = not folder.output.exists()
    try:
        with folder.hold():
            yield
    finally:
        if is_new:
            with contextlib.suppress(OSError):
                folder.output.rmdir()
