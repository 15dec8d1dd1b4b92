"""The one place that knows mlx-lm's BatchGenerator: rows in, drawn tokens out."""

import inspect
from typing import Any, Literal, cast

import mlx.core as mx
import msgspec
from mlx_lm.generate import BatchGenerator

from adapters.routing import RoutedModel
from server.engine.mlx.penalties import Penalties, has_penalties
from server.engine.mlx.row import Row
from server.engine.mlx.sampling import RowSampler

PREFILL_BATCH_SIZE = 8
INSERT_PARAMETERS = ("prompts", "max_tokens", "caches", "all_tokens", "samplers", "logits_processors", "stop_sequences")


class Drawn(msgspec.Struct, frozen=True):
    """A row's new token; `end` says why it was the last: the model's stop id, or the limit."""

    row: Row
    token_id: int
    end: Literal["stop", "length"] | None


class Batch:
    """The running rows. Every call must come from the thread that loaded the model."""

    def __init__(self, model: RoutedModel, *, vocabulary_size: int, stop_ids: frozenset[int], size: int, prefill_step_size: int) -> None:
        _check_signature()
        self._model = model
        self._rows: dict[int, Row] = {}  # by BatchGenerator's uid
        self._vocabulary_size = vocabulary_size
        self._sampler = RowSampler(vocabulary_size)
        self._generator = BatchGenerator(
            self._forward,
            stop_tokens=[[token_id] for token_id in sorted(stop_ids)],
            sampler=self._sampler,
            completion_batch_size=size,
            prefill_batch_size=min(PREFILL_BATCH_SIZE, size),
            prefill_step_size=prefill_step_size,
        )

    def __len__(self) -> int:
        return len(self._rows)

    def rows(self) -> tuple[Row, ...]:
        """List the running rows, oldest first."""
        return tuple(self._rows.values())

    def insert(self, row: Row) -> None:
        """Let a row join at the next step. A row that was taken out goes on where it stood."""
        row.num_drawn = len(row.token_ids)
        if has_penalties(row.sampling):
            row.penalties = Penalties(
                row.sampling, prompt_ids=row.prompt_ids, answer_ids=row.token_ids, vocabulary_size=self._vocabulary_size
            )
        (row.uid,) = self._generator.insert(
            [row.context_ids],
            max_tokens=[row.num_left],
            caches=[self._model.make_cache(row)],
            samplers=[self._sampler],
        )
        self._rows[row.uid] = row

    def step(self) -> list[Drawn]:
        """Decode one token for every row that decodes, and prefill a chunk of those that do not yet."""
        _, responses = self._generator.next()
        self._sampler.forget()
        drawn = [Drawn(self._rows[response.uid], response.token, response.finish_reason) for response in responses]
        for one in drawn:
            if one.end:
                del self._rows[one.row.uid]
        return drawn

    def remove(self, row: Row) -> None:
        """Take a row out, wherever it stands; nothing happens if it has ended."""
        if self._rows.pop(row.uid, None):
            self._generator.remove([row.uid])

    def close(self) -> None:
        """Give back what BatchGenerator took of the machine (on Metal, wired memory); make the next batch only afterwards."""
        self._generator.close()

    def _forward(self, inputs: mx.array, cache: list[Any]) -> mx.array:
        """Run the model, show the sampler what came of it, and give BatchGenerator logits of a vocabulary of one to normalise."""
        logits = self._model(inputs, cache=cache)
        rows = cast(tuple[Row, ...], self._model.routing.rows)  # routing knows no more of a row than its slot
        self._sampler.show(rows, inputs[:, -1], logits[:, -1, : self._vocabulary_size])
        return mx.zeros((*inputs.shape, 1))


def _check_signature() -> None:
    """Fail at start, and by name, if this mlx-lm is not the one this module was written for."""
    found = tuple(inspect.signature(BatchGenerator.insert).parameters)[1:]
    if found != INSERT_PARAMETERS:
        raise RuntimeError(f"this mlx-lm's BatchGenerator.insert takes {found}, expected {INSERT_PARAMETERS}: install mlx-lm 0.32.2")
