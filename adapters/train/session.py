"""One run of a training, from its start to its end: the steps, and after each of them what is due."""

import contextlib
from collections.abc import Iterator

import msgspec
import numpy as np

from adapters.command import CommandFault
from adapters.errors import UnsupportedAdapter
from adapters.files.training_file import State, TrainingFile
from adapters.files.writing import TrainedAdapter, write_adapter
from adapters.train.checkpoints import write_checkpoint, write_record
from adapters.train.data.batch import Batch
from adapters.train.data.batches import make_batch
from adapters.train.folder import TrainingFolder
from adapters.train.interruption import Interruption
from adapters.train.learner.learner import Learner, NonFinite
from adapters.train.loss_log import LossLog, StepLoss, ValidationLoss
from adapters.train.outcome import Outcome
from adapters.train.preparation import Prepared, validates_as_before
from adapters.train.progress import Progress
from adapters.train.recorder import MOST_STEPS, Recorder
from adapters.train.start import Start, Tell

MOST_OF_REQUEST = 2000  # characters of why it is to stop


class _Interrupted(Exception):
    """Ends a validation."""


class Session:
    """Takes the steps that are left, and leaves the folder true at every moment."""

    def __init__(self, prepared: Prepared, learner: Learner, folder: TrainingFolder, start: Start, tell: Tell) -> None:
        self._prepared = prepared
        self._num_steps = prepared.settings.num_steps
        self._learner = learner
        self._folder = folder
        self._recorder = Recorder(prepared, start)
        self._losses = LossLog(folder.losses, until=self._step if start.checkpoint else -1)  # of what no checkpoint tells, nothing
        if start.checkpoint and not validates_as_before(prepared, start.checkpoint.record):
            self._losses.forget_validation(self._step)
        self._progress = Progress(tell, first=self._step, num_steps=self._num_steps)
        self._interruption = Interruption(self._progress.tell)
        self._saved = start.checkpoint.step if start.checkpoint else None  # the last checkpoint
        if start.checkpoint and self._step < self._num_steps:
            self._recorder.go_on()

    def run(self) -> Outcome:
        """Train to the end, or until somebody ends it. Raises CommandFault where it failed."""
        with self._interruption:
            try:
                self._record("running")  # first: whatever else is found in the folder is known by it
                self._folder.clear_scratch()
                self._drop_old_request()
                with self._losses.open():
                    return self._learn_or_end()
            except KeyboardInterrupt:
                self._record_if_possible("interrupted")
                raise
            except (NonFinite, UnsupportedAdapter) as exc:
                self._record_if_possible("failed", str(exc))
                raise CommandFault(f"{exc}; {self._name_saved()}: a lower --learning-rate or a --max-grad-norm may help") from exc
            except (RuntimeError, MemoryError) as exc:  # MLX's, such as no memory
                self._record_if_possible("failed", f"step {self._step + 1}: {exc}")
                remedy = "with less memory: --batch-size, --max-seq-length, --grad-checkpoint"
                raise CommandFault(f"step {self._step + 1} failed: {exc}; {self._name_saved()}; {remedy}") from exc
            except OSError as exc:
                with contextlib.suppress(OSError):
                    self._folder.clear_scratch()  # on a full disk the record may need its place
                self._record_if_possible("failed", str(exc))
                raise CommandFault(f"{self._folder.output} cannot be written to: {exc.strerror or exc}; {self._name_saved()}") from exc

    @property
    def _step(self) -> int:
        return self._recorder.num_steps

    def _learn_or_end(self) -> Outcome:
        try:
            return self._learn()
        except _Interrupted:
            return self._interrupt()

    def _learn(self) -> Outcome:
        self._validate()  # what a run that was cut short had left to do, too
        while self._step < self._num_steps:
            if self._interruption.received:
                return self._interrupt()
            self._take_step()
            request = self._read_request()
            is_last = request is not None or self._step == self._num_steps
            self._validate(is_last=is_last)
            if is_last or self._step % self._prepared.save_every == 0:
                self._save()
            if request is not None:
                return self._finish("stopped", request)
        return self._interrupt() if self._interruption.received else self._finish("finished")

    def _take_step(self) -> None:
        number = self._step + 1
        batches = self._prepared.epochs.find_step(number).batches
        result = self._learner.step([self._make_batch(rows) for rows in batches], number)
        self._recorder.count(batches, num_targets=result.num_targets)
        line = StepLoss(
            step=number,
            loss=result.loss_sum / result.num_targets,
            targets=result.num_targets,
            learning_rate=result.learning_rate,
            gradient_norm=result.gradient_norm,
        )
        self._losses.add(line)
        self._progress.show(number, loss=line.loss, num_targets=line.targets)

    def _make_batch(self, rows: tuple[int, ...]) -> Batch:
        examples = self._prepared.dataset.examples
        return make_batch([examples[row] for row in rows])

    def _validate(self, *, is_last: bool = False) -> None:
        """Validate where it is due and has not been done for these weights."""
        is_due = is_last or self._step in (0, self._num_steps) or self._step % self._prepared.validate_every == 0
        if self._prepared.validation is None or not is_due or self._losses.find_validation(self._step) is not None:
            return
        loss_sum, num_targets = self._learner.evaluate(self._list_validation())
        loss = loss_sum / num_targets
        if not np.isfinite(loss):
            raise NonFinite(self._step, "the validation loss after it")
        self._losses.add(ValidationLoss(step=self._step, validation_loss=loss, targets=num_targets))
        self._progress.validation_loss = loss
        self._progress.tell(f"step {self._step}: validation loss {loss:.3f}")

    def _list_validation(self) -> Iterator[Batch]:
        """Give the whole file in its own order, until somebody interrupts."""
        assert self._prepared.validation is not None
        examples, size = self._prepared.validation.examples, self._prepared.settings.batch_size
        for start in range(0, len(examples), size):
            if self._interruption.received:
                raise _Interrupted
            yield make_batch(examples[start : start + size])

    def _save(self) -> None:
        """Save a checkpoint of the weights as they are, unless there is one."""
        if self._saved == self._step:
            return
        self._check_loss()
        state = {name: np.array(array) for name, array in self._learner.optimizer_state().items()}
        write_checkpoint(self._folder, self._adapter(), state, lambda digest: self._make_record("running", digest))
        self._saved = self._step
        self._record("running")
        self._losses.draw(self._folder.curves)

    def _check_loss(self) -> None:
        """See that the weights give a loss, on the rows of the last pass: finite ones may be too large for the pass. Raises NonFinite."""
        if self._losses.find_validation(self._step) is None:
            loss_sum, _ = self._learner.evaluate([self._make_batch(self._prepared.epochs.find_step(self._step).batches[-1])])
            if not np.isfinite(loss_sum):
                raise NonFinite(self._step, "the loss after it")

    def _interrupt(self) -> Outcome:
        if self._step:
            self._save()
        self._losses.draw(self._folder.curves)
        record = self._record("interrupted")
        self._progress.tell(f"interrupted after step {self._step} of {self._num_steps}; {self._name_saved()}; --resume goes on")
        return Outcome(state="interrupted", output=self._folder.output, record=record, exit_code=self._interruption.exit_code)

    def _finish(self, state: State, note: str | None = None) -> Outcome:
        """Write the adapter into the folder itself, and the record last."""
        self._save()
        folder, adapter = self._folder, self._adapter()
        if "peft" in self._prepared.plan.formats:
            folder.peft.mkdir(exist_ok=True)
            write_record(folder.peft, self._make_record(state, write_adapter(folder.peft, adapter, format="peft"), note))
        digest = write_adapter(folder.output, adapter, format="mlx-lm")
        self._losses.draw(folder.curves)
        record = self._record(state, note, digest)
        folder.stop.unlink(missing_ok=True)  # a request that came too late, too
        return Outcome(state=state, output=folder.output, record=record)

    def _drop_old_request(self) -> None:
        """Take away a request that a run before this one did not live to read: whoever goes on wants to go on."""
        if (request := self._read_request()) is not None:
            self._folder.stop.unlink()
            self._progress.tell(f"a request to stop from before this run is not followed: {request}")

    def _read_request(self) -> str | None:
        """Give why somebody wants the training to stop, if anybody does."""
        if not self._folder.stop.is_file():
            return None
        with self._folder.stop.open("rb") as file:
            words = " ".join(file.read(4 * MOST_OF_REQUEST).decode(errors="replace").split())
        return words[:MOST_OF_REQUEST] or "asked to stop"

    def _adapter(self) -> TrainedAdapter:
        settings = self._prepared.settings
        told: dict[str, int | float] = {
            "iters": self._recorder.num_batches,
            "batch_size": settings.batch_size,
            "grad_accumulation_steps": settings.grad_accumulation,
            "learning_rate": settings.learning_rate,
            "max_seq_length": settings.max_seq_length,
            "seed": settings.seed,
        }
        return msgspec.structs.replace(self._learner.adapter(self._prepared.base.name), told=told)

    def _make_record(self, state: State, digest: str | None, note: str | None = None) -> TrainingFile:
        return self._recorder.make(
            state,
            adapter_digest=digest,
            loss=self._losses.find_mean(min(MOST_STEPS, self._prepared.epochs.steps_each)),
            validation_loss=self._losses.find_validation(self._step),
            note=note,
        )

    def _record(self, state: State, note: str | None = None, digest: str | None = None) -> TrainingFile:
        record = self._make_record(state, digest, note)
        write_record(self._folder.output, record)
        return record

    def _record_if_possible(self, state: State, note: str | None = None) -> None:
        with contextlib.suppress(OSError):
            self._record(state, note)

    def _name_saved(self) -> str:
        return f"the last good checkpoint is {self._folder.checkpoints / str(self._saved)}" if self._saved else "there is no checkpoint"
