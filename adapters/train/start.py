"""What a training begins with: nothing, another adapter's weights, or a checkpoint of its own."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import mlx.core as mx
import msgspec
import numpy as np

from adapters.command import UsageFault
from adapters.files.folder import AdapterFolder
from adapters.files.module_names import name_in_text_model
from adapters.files.reading import read_adapter
from adapters.files.training_file import TrainingFile
from adapters.files.writing import Factors
from adapters.train.checkpoints import Checkpoint, find_newest, read_checkpoint, read_factors
from adapters.train.folder import ADAPTER_FILES, TrainingFolder
from adapters.train.learner.learner import Learner
from adapters.train.plan import TrainingPlan
from adapters.train.settings import TrainingSettings

NESTED = "language_model."  # before a module's name in models that see images

Tell = Callable[[object], None]


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """Where it begins."""

    checkpoint: Checkpoint | None = None
    adapter_name: str | None = None  # whose weights it began with, then or now
    adapter_digest: str | None = None

    @property
    def record(self) -> TrainingFile | None:
        """What was done until there."""
        return self.checkpoint.record if self.checkpoint else None


def find_start(plan: TrainingPlan, folder: TrainingFolder, tell: Tell) -> Start:
    """Find where to begin, and see that nothing is lost by it. Raises UsageFault and AdapterError."""
    taken = folder.find_taken()
    if taken:
        folder.refuse_foreign()
    if taken and not plan.resume and not plan.overwrite:
        raise UsageFault(f"--output {plan.output} holds a training ({', '.join(taken)}): --resume goes on, --overwrite begins anew")
    if plan.resume and (newest := find_newest(folder, tell)) is not None:
        return _go_on(plan, newest)
    if plan.resume:
        if (folder.output / ADAPTER_FILES[-1]).exists():
            raise UsageFault(f"{plan.output} holds an adapter, but no whole checkpoint to go on from: --overwrite begins anew")
        tell(f"{folder.checkpoints} has no checkpoint to go on from: it begins with the first step")
    if plan.init_adapter is None:
        return Start()
    return Start(adapter_name=plan.init_adapter.resolve().name, adapter_digest=read_adapter(plan.init_adapter).digest)


def _go_on(plan: TrainingPlan, newest: Checkpoint) -> Start:
    record = newest.record
    if plan.init_adapter is not None and (given := read_adapter(plan.init_adapter).digest) != record.started_from_digest:
        expected = record.started_from_digest or "no adapter's weights"
        raise UsageFault(f"{newest.folder} began with {expected}, and --init-adapter {plan.init_adapter} is {given}")
    return Start(checkpoint=newest, adapter_name=record.started_from, adapter_digest=record.started_from_digest)


def load_start(start: Start, learner: Learner, plan: TrainingPlan, settings: TrainingSettings) -> None:
    """Put weights, and a checkpoint's state of the optimiser, into the learner. Raises UsageFault where they do not fit."""
    try:
        if start.checkpoint:
            modules, state = read_checkpoint(start.checkpoint)
            learner.restore(modules, {name: mx.array(values) for name, values in state.items()})
        elif plan.init_adapter is not None:
            is_nested = any(name.startswith(NESTED) for name in learner.adapter("").modules)
            learner.start_from(_read_factors(plan.init_adapter, settings, prefix=NESTED if is_nested else ""))
    except ValueError as exc:
        where = start.checkpoint.folder if start.checkpoint else f"--init-adapter {plan.init_adapter}"
        raise UsageFault(f"{where}: {exc}") from exc


def _read_factors(path: Path, settings: TrainingSettings, *, prefix: str) -> Mapping[str, Factors]:
    """Read any adapter's factors for this training's scale: as they are stored, where the scale is the same."""
    weights = read_adapter(path)
    if weights.format == "mlx-lm" and weights.scale == settings.scale:
        with AdapterFolder.open(path) as folder:
            return {f"{prefix}{name_in_text_model(name)}": factors for name, factors in read_factors(folder).items()}
    scale = np.float32(settings.scale)
    return {f"{prefix}{name}": Factors(a=pair.a, b=pair.b / scale, magnitude=pair.magnitude) for name, pair in weights.pairs.items()}


def refuse_other_training(newest: Checkpoint, now: Mapping[str, Any], *, base_digest: str, data_digest: str, num_steps: int) -> None:
    """See that a checkpoint is of this training: `now` are its settings, without those that change no weight. Raises UsageFault."""
    record = newest.record
    before = {name: record.settings.get(name) for name in now}
    faults = [f"{name} was {before[name]}, and is {now[name]}" for name in now if name != "num_steps" and before[name] != now[name]]
    if record.base.digest != base_digest:
        faults.append(f"the base was {record.base.name} ({record.base.digest}), and is another ({base_digest})")
    if record.train.digest != data_digest:
        faults.append(f"the data were {record.train.name} ({record.train.digest}), and are others ({data_digest})")
    if num_steps < newest.step:
        faults.append(f"{newest.step} steps are done, and {num_steps} asked for")
    elif before["num_steps"] != num_steps and now["schedule"] != "constant":
        faults.append(f"num_steps was {before['num_steps']}, and is {num_steps}: the rates of a {now['schedule']} schedule would be others")
    if faults:
        listed = "\n  ".join(faults)
        raise UsageFault(f"{newest.folder} is of another training (give its settings again, or --overwrite begins anew):\n  {listed}")
