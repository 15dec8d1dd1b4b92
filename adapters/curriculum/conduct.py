"""The stages of a curriculum, one after the other; those that are done are recognised and left alone."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from adapters.base.identity import digest_model
from adapters.command import CommandFault, UsageFault
from adapters.curriculum.curriculum import Curriculum, Stage
from adapters.curriculum.differences import list_differences
from adapters.curriculum.discarding import discard_from
from adapters.curriculum.fused_bases import FUSED, WORKING, fuse_as_first, fuse_for_next
from adapters.curriculum.prospects import Prospect, digest_file
from adapters.curriculum.record import Basis, CurriculumRecord, Fused, StageRecord, read_record, write_record
from adapters.errors import AdapterError
from adapters.files.file_writing import replace_file
from adapters.files.reading import AdapterWeights, read_adapter
from adapters.files.training_file import FILE_NAME as TRAINING_NAME
from adapters.files.training_file import TrainingFile
from adapters.train.outcome import Outcome
from adapters.train.run import train

Tell = Callable[[object], None]


class Base(NamedTuple):
    """What a stage is trained on."""

    folder: Path
    digest: str


class Ended(NamedTuple):
    """How a curriculum ended."""

    exit_code: int
    model: Path | None = None  # what is to be served; None where it is not done
    adapter: Path | None = None  # on it


def conduct(curriculum: Curriculum, prospects: Sequence[Prospect], tell: Tell, *, from_stage: Stage | None = None) -> Ended:
    """Train the stages that are not done. Raises CommandFault, AdapterError and ModelLoadError."""
    return _Conduct(curriculum, prospects, tell).run(from_stage)


class _Conduct:
    """One run through the stages."""

    def __init__(self, curriculum: Curriculum, prospects: Sequence[Prospect], tell: Tell) -> None:
        self._curriculum = curriculum
        self._prospects = prospects
        self._tell = tell
        first = prospects[0]
        self._first_base = Base(first.model, first.base.digest)
        self._base = self._first_base
        self._is_quantized = first.base.quantization is not None
        self._handed_on: Path | None = first.stage.plan.init_adapter  # the adapter that the next stage begins with
        self._in_base: list[AdapterWeights] = []  # what was fused until now
        self._record = read_record(curriculum.output) or CurriculumRecord(base_name=first.base.name)

    def run(self, from_stage: Stage | None) -> Ended:
        """Go through them."""
        for prospect in self._prospects:
            if prospect.stage == from_stage:  # only now, when those before it are known to be as they were
                self._record = discard_from(from_stage, self._curriculum, self._record, self._tell)
            outcome = self._train_unless_done(prospect)
            if outcome is not None and outcome.state != "finished":
                why = f" at step {outcome.record.optimizer_steps}" + (f" ({outcome.record.note})" if outcome.record.note else "")
                self._tell(f"{prospect.stage} was {outcome.state}{why}: the same command goes on from there")
                return Ended(outcome.exit_code)
            self._hand_on(prospect.stage)
        adapter = self._handed_on
        folders = [folder for folder in (self._base.folder, adapter) if folder and folder.is_relative_to(self._curriculum.output)]
        self._save(msgspec.structs.replace(self._record, result=tuple(map(self._name_folder, folders))))
        return Ended(0, self._base.folder, adapter)

    def _train_unless_done(self, prospect: Prospect) -> Outcome | None:
        stage, basis = prospect.stage, self._find_basis(prospect)
        known = self._record.find(stage.number)
        if known is not None and (differences := list(list_differences(known.basis, basis))):
            done = "trained" if known.state == "finished" else "begun"
            listed = "\n  ".join(differences)
            raise UsageFault(
                f"{stage} was {done} with other settings, data or base, and is left as it is; "
                f"--from {stage.name} redoes it with all behind it:\n  {listed}"
            )
        if known is None or known.state != "finished":
            return self._train(prospect, basis)
        self._check_kept(stage, known)
        self._tell(f"{stage} is done: {known.optimizer_steps} steps")
        if known.validation_digest != prospect.validation_digest:
            self._tell(f"{stage}: the validation rows are others than when it was trained; its losses are of those")
        return None

    def _train(self, prospect: Prospect, basis: Basis) -> Outcome:
        stage = prospect.stage
        has_begun = self._record.find(stage.number) is not None or (stage.folder / TRAINING_NAME).exists()
        known = StageRecord(
            number=stage.number,
            name=stage.name,
            folder=self._name_folder(stage.folder),
            state="begun",
            basis=basis,
            own_rows=prospect.own_rows,
            replayed=dict(prospect.replayed),
            validation_digest=prospect.validation_digest,
        )
        self._write_rows(prospect)
        plan = msgspec.structs.replace(
            stage.plan,
            model=str(self._base.folder),
            data=prospect.plan_data(),
            validation=prospect.files.validation,
            init_adapter=self._handed_on,
            resume=has_begun and stage.folder.exists(),
        )
        self._save(self._record.put(known))
        self._tell(f"{stage}: {prospect.describe()}")
        try:
            outcome = train(plan, self._tell)
        except CommandFault as exc:
            raise type(exc)(f"{stage}: {exc}") from exc
        if outcome.state == "finished":
            self._save(self._record.put(_finish(known, outcome.record)))
        return outcome

    def _hand_on(self, stage: Stage) -> None:
        """Fuse a stage that is done, or leave its adapter to the next."""
        is_last = stage.number == len(self._prospects)
        known = self._record.find(stage.number)
        assert known is not None
        if stage.then == "continue":
            self._handed_on = stage.folder
        else:
            adapter = read_adapter(stage.folder)
            self._in_base.append(adapter)
            self._handed_on = None
            is_as_first = is_last and all(one.kind == "lora" for one in self._in_base)
            fused = self._find_fused(stage, known, is_as_first=is_as_first) or self._fuse(stage, known, adapter, is_as_first=is_as_first)
            self._base = Base(stage.folder / fused.folder, fused.digest)
        if known.then != stage.then:
            self._save(self._record.put(msgspec.structs.replace(self._record.find(stage.number) or known, then=stage.then)))

    def _find_fused(self, stage: Stage, known: StageRecord, *, is_as_first: bool) -> Fused | None:
        """Find a model that was fused before, from what it would be fused from now. Raises CommandFault if it is not what it was."""
        base, adapters = self._name_fusing(is_as_first=is_as_first)
        for fused in known.fused:
            if (fused.base_digest, fused.adapters, fused.is_as_first) == (base.digest, adapters, is_as_first):
                folder = stage.folder / fused.folder
                if not folder.exists():
                    self._tell(f"{folder} is gone, and is fused anew")
                    return None
                if digest_model(folder) != fused.digest:
                    raise CommandFault(f"{folder} is not the model that was fused there: move it away, and it is fused anew")
                return fused
        return None

    def _fuse(self, stage: Stage, known: StageRecord, adapter: AdapterWeights, *, is_as_first: bool) -> Fused:
        base, _ = self._name_fusing(is_as_first=is_as_first)
        kept = [fused for fused in known.fused if fused.is_as_first != is_as_first]
        name = WORKING if any(fused.folder == FUSED for fused in kept) else FUSED
        if is_as_first:
            fused = fuse_as_first(base.folder, self._in_base, stage.folder, name)
        else:
            fused = fuse_for_next(base.folder, adapter, stage.folder, name, is_quantized=self._is_quantized)
        self._save(self._record.put(msgspec.structs.replace(known, then="fuse", fused=(*kept, fused))))
        self._tell(f"{stage}: fused into {stage.folder / name}, {fused.rounding.describe()}")
        return fused

    def _name_fusing(self, *, is_as_first: bool) -> tuple[Base, tuple[str, ...]]:
        """Give what is fused into, and the digests of what goes in."""
        if is_as_first:
            return self._first_base, tuple(adapter.digest for adapter in self._in_base)
        return self._base, (self._in_base[-1].digest,)

    def _find_basis(self, prospect: Prospect) -> Basis:
        plan = prospect.stage.plan
        return Basis(
            name=prospect.stage.name,
            settings=prospect.settings,
            data_digest=prospect.data_digest,
            rows_digest=prospect.rows_digest,
            base_digest=self._base.digest,
            init_adapter_digest=None if self._handed_on is None else read_adapter(self._handed_on).digest,
            chat_template_digest=digest_file(plan.chat_template),
        )

    def _check_kept(self, stage: Stage, known: StageRecord) -> None:
        """See that what a stage left is there still. Raises UsageFault."""
        try:
            found = read_adapter(stage.folder).digest
        except AdapterError as exc:
            raise UsageFault(f"{stage} is done, but its adapter cannot be read; --from {stage.name} redoes it: {exc}") from exc
        if found != known.adapter_digest:
            expected = f"it was {known.adapter_digest}, and is {found}"
            raise UsageFault(f"{stage} is done, but {stage.folder} holds another adapter; --from {stage.name} redoes it: {expected}")

    def _write_rows(self, prospect: Prospect) -> None:
        if prospect.mixed is None:
            return
        try:
            prospect.stage.folder.mkdir(parents=True, exist_ok=True)
            replace_file(prospect.plan_data(), [prospect.mixed])
        except OSError as exc:
            raise CommandFault(f"{prospect.plan_data()} cannot be written: {exc.strerror or exc}") from exc

    def _save(self, record: CurriculumRecord) -> None:
        if record != self._record:
            write_record(self._curriculum.output, record)
            self._record = record

    def _name_folder(self, folder: Path) -> str:
        return str(folder.relative_to(self._curriculum.output))


def _finish(known: StageRecord, training: TrainingFile) -> StageRecord:
    return msgspec.structs.replace(
        known,
        state="finished",
        adapter_digest=training.adapter_digest,
        optimizer_steps=training.optimizer_steps,
        rows_trained=training.rows_trained,
        tokens_trained=training.tokens_trained,
        final_loss=training.final_loss,
        final_validation_loss=training.final_validation_loss,
    )
