"""Counts what a training does, and makes its record of that."""

import hashlib
import time
from collections.abc import Sequence
from typing import Any

import msgspec

from adapters.files.training_file import State, TrainingFile
from adapters.train.data.example import Example
from adapters.train.preparation import Prepared
from adapters.train.start import Start
from adapters.train.versions import find_versions

NOT_COMPARED = ("epochs", "layers", "save_every", "validate_every", "formats", "grad_checkpoint", "chat_template")
MOST_STEPS = 50  # of the final loss


def describe_settings(prepared: Prepared) -> dict[str, Any]:
    """Give what decides the weights, and what was asked for beside it."""
    plan = prepared.plan
    settings: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(prepared.settings))  # as the record has them, when it is read
    return settings | {
        "examples_digest": _digest(prepared.dataset.examples),
        "epochs": plan.epochs,
        "layers": plan.layers,
        "save_every": prepared.save_every,
        "validate_every": prepared.validate_every,
        "formats": list(plan.formats),
        "grad_checkpoint": plan.grad_checkpoint,
        "chat_template": plan.chat_template.name if plan.chat_template else None,
    }


class Recorder:
    """What was done until now; of a training that is gone on with, from its very beginning."""

    def __init__(self, prepared: Prepared, start: Start) -> None:
        before = start.record
        self._prepared = prepared
        self._settings = describe_settings(prepared)
        self._versions = find_versions()
        self._began_s = time.monotonic()
        self._wall_time_before_s = before.wall_time_s if before else 0.0
        self._resumed_at = before.resumed_at if before else ()
        self._start = start
        self.num_steps = before.optimizer_steps if before else 0
        self.num_batches = before.batches if before else 0
        self.num_rows = before.rows_trained if before else 0
        self.num_tokens = before.tokens_trained if before else 0

    def go_on(self) -> None:
        """Note that a training is gone on with from here."""
        self._resumed_at = (*self._resumed_at, self.num_steps)

    def count(self, batches: Sequence[Sequence[int]], *, num_targets: int) -> None:
        """Count a step."""
        self.num_steps += 1
        self.num_batches += len(batches)
        self.num_rows += sum(map(len, batches))
        self.num_tokens += num_targets

    def make(
        self,
        state: State,
        *,
        adapter_digest: str | None,
        loss: float | None,
        validation_loss: float | None,
        note: str | None = None,
    ) -> TrainingFile:
        """Make the record of the weights as they are."""
        prepared = self._prepared
        train = prepared.dataset.identity
        return TrainingFile(
            state=state,
            adapter_digest=adapter_digest,
            base=prepared.base,
            train=train,
            validation=prepared.validation.identity if prepared.validation else None,
            settings=self._settings,
            versions=self._versions,
            optimizer_steps=self.num_steps,
            batches=self.num_batches,
            rows_trained=self.num_rows,
            tokens_trained=self.num_tokens,
            epochs=self.num_rows / len(prepared.dataset.examples),
            rows_cut=train.rows_cut,
            rows_dropped=train.rows_dropped,
            final_loss=loss,
            final_validation_loss=validation_loss,
            wall_time_s=round(self._wall_time_before_s + time.monotonic() - self._began_s, 3),
            resumed_at=self._resumed_at,
            started_from=self._start.adapter_name,
            started_from_digest=self._start.adapter_digest,
            note=note,
        )


def _digest(examples: Sequence[Example]) -> str:
    """Digest what is learnt, token by token: tokenizer and template are in it."""
    content = hashlib.sha256()
    for example in examples:
        content.update(len(example.token_ids).to_bytes(8, "little"))
        content.update(example.token_ids.tobytes())
        content.update(example.is_target.tobytes())
    return f"sha256:{content.hexdigest()}"
