"""What each stage will be, known before any of them begins: its rows read and checked, those it sees again drawn, its steps counted."""

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from adapters.command import CommandFault, UsageFault
from adapters.curriculum.curriculum import Curriculum, Stage
from adapters.curriculum.replay import Drawn, Source, count_replayed, draw_rows, read_rows
from adapters.files.training_file import BaseIdentity
from adapters.train.data.places import DataFiles, find_data
from adapters.train.preparation import Prepared, prepare

ROWS_NAME = "rows.jsonl"  # of a stage with a replay: what it learns from, its own rows first


class Prospect(msgspec.Struct, frozen=True, kw_only=True):
    """One stage, as it will be."""

    stage: Stage
    model: Path  # the first stage's base; the others' have its shape and its tokens
    base: BaseIdentity  # likewise
    files: DataFiles
    own_rows: int
    replayed: Mapping[str, int]  # by where from
    mixed: bytes | None  # own and replayed rows, where there are any of these
    data_digest: str
    rows_digest: str
    validation_digest: str | None
    settings: dict[str, Any]
    rows: int
    rows_cut: int
    rows_dropped: int
    num_steps: int
    epochs: float
    tokens: int  # to be learnt, in all its steps, about

    def describe(self) -> str:
        """Say it in a few words."""
        again = f", {sum(self.replayed.values())} of them seen again from {', '.join(self.replayed)}" if self.replayed else ""
        return f"{self.num_steps:,} steps on {self.rows:,} rows{again}"

    def plan_data(self) -> Path:
        """Give the file to train on: the stage's own where nothing is seen again."""
        return self.stage.folder / ROWS_NAME if self.mixed is not None else self.files.train


def foresee(curriculum: Curriculum) -> tuple[Prospect, ...]:
    """Read and check what all stages learn from. Raises CommandFault with all that is wrong with any."""
    prospects: list[Prospect] = []
    sources: list[Source] = []
    faults: list[CommandFault] = []
    for stage in curriculum.stages:
        try:
            files = find_data(stage.plan.data, stage.plan.validation)
            own = read_rows(files.train)
            prospects.append(_foresee(curriculum, stage, files, own, sources))
            sources.append(Source(stage.name, own))
        except CommandFault as exc:
            faults.append(exc)
    if faults:
        text = "\n".join(dict.fromkeys(map(str, faults)))
        raise UsageFault(text) if all(isinstance(fault, UsageFault) for fault in faults) else CommandFault(text)
    return tuple(prospects)


def _foresee(curriculum: Curriculum, stage: Stage, files: DataFiles, own: Sequence[bytes], sources: Sequence[Source]) -> Prospect:
    plan = msgspec.structs.replace(stage.plan, model=curriculum.model, data=files.train, validation=files.validation, init_adapter=None)
    alone = prepare(plan)
    drawn = _draw(stage, len(own), sources)
    mixed = b"".join(row + b"\n" for row in (*own, *drawn.rows)) if drawn.rows else None
    prepared = alone if mixed is None else _prepare_mixed(stage, plan, mixed)
    num_steps, num_examples = prepared.settings.num_steps, len(prepared.dataset.examples)
    epochs = num_steps / prepared.epochs.steps_each
    return Prospect(
        stage=stage,
        model=prepared.model,
        base=prepared.base,
        files=files,
        own_rows=alone.dataset.identity.rows,
        replayed=drawn.counts,
        mixed=mixed,
        data_digest=alone.dataset.identity.digest,
        rows_digest=prepared.dataset.identity.digest,
        validation_digest=alone.validation.identity.digest if alone.validation else None,
        settings=msgspec.json.decode(msgspec.json.encode(prepared.settings)),  # as it is in a record, lists and all
        rows=num_examples,
        rows_cut=prepared.dataset.identity.rows_cut,
        rows_dropped=prepared.dataset.identity.rows_dropped,
        num_steps=num_steps,
        epochs=epochs,
        tokens=round(sum(example.num_targets for example in prepared.dataset.examples) * epochs),
    )


def _draw(stage: Stage, num_own: int, sources: Sequence[Source]) -> Drawn:
    if stage.replay is None:
        return Drawn((), {})
    if stage.replay.data is not None:
        file = find_data(stage.replay.data, None).train
        sources = [Source(file.name, read_rows(file))]
    return draw_rows(sources, count_replayed(num_own, stage.replay.share), seed=stage.plan.seed, stage=stage.name)


def _prepare_mixed(stage: Stage, plan: Any, mixed: bytes) -> Prepared:
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / ROWS_NAME
        file.write_bytes(mixed)
        try:
            return prepare(msgspec.structs.replace(plan, data=file))
        except CommandFault as exc:
            raise type(exc)(f"{stage}, its own rows with those it sees again: {exc}") from exc


def digest_file(file: Path | None) -> str | None:
    """Digest a file's bytes. Raises CommandFault."""
    if file is None:
        return None
    try:
        return f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"
    except OSError as exc:
        raise CommandFault(f"{file} cannot be read: {exc.strerror}") from exc
