"""A file of rows read whole: every fault of it is found before anything is learnt."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from adapters.base.vocabulary import Vocabulary
from adapters.command import CommandFault
from adapters.files.training_file import DataIdentity
from adapters.train.data.encoding import LaidOut, RowEncoder
from adapters.train.data.example import Example
from adapters.train.data.kinds import read_row
from adapters.train.data.layout import list_empty_answers
from adapters.train.data.lines import decode_line, list_rows
from adapters.train.data.row import Conversation, Row, RowFault
from adapters.train.settings import AnswerEnd, TrainOn

MOST_TOLD = 20
MOST_CHARACTERS = 1 << 20  # of the rows that are tokenised together
MOST_TOGETHER = 4096  # rows


class Dataset(NamedTuple):
    """What is learnt from, and what it came of."""

    examples: tuple[Example, ...]  # in the file's order
    identity: DataIdentity


def read_dataset(
    file: Path,
    vocabulary: Vocabulary,
    *,
    num_embeddings: int,
    train_on: TrainOn,
    answer_end: AnswerEnd = "turn",
    max_seq_length: int,
) -> Dataset:
    """Read a file's rows as examples; those without targets are left out. Raises CommandFault with all that is wrong with the file."""
    encoder = RowEncoder(vocabulary, num_embeddings=num_embeddings, train_on=train_on, answer_end=answer_end)
    reader = _Reader(file, encoder, num_embeddings=num_embeddings, max_seq_length=max_seq_length)
    try:
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            stream.seek(0)
            examples = tuple(reader.read(list_rows(stream)))
    except OSError as exc:
        raise CommandFault(f"{file} could not be read: {exc.strerror or exc}") from exc
    reader.check(bool(examples))
    return Dataset(
        examples,
        DataIdentity(
            name=file.name,
            digest=f"sha256:{digest}",
            rows=reader.num_rows,
            rows_cut=reader.num_cut,
            rows_dropped=reader.num_dropped,
            told=tuple(f"line {line}: {text}" for line, text in sorted(reader.told)[:MOST_TOLD]),
        ),
    )


class _Reader:
    """Reads rows in parts that are tokenised together, and counts what becomes of them."""

    def __init__(self, file: Path, encoder: RowEncoder, *, num_embeddings: int, max_seq_length: int) -> None:
        self._file = file
        self._encoder = encoder
        self._num_embeddings = num_embeddings
        self._max_seq_length = max_seq_length
        self.num_rows = self.num_cut = self.num_dropped = 0
        self.told: list[tuple[int, str]] = []
        self._faults: list[tuple[int, str]] = []

    def read(self, lines: Iterator[tuple[int, bytes]]) -> Iterator[Example]:
        """Give the examples that have something to learn in them."""
        rows: list[LaidOut] = []
        num_characters = 0
        for number, line in lines:
            self.num_rows += 1
            try:
                row = read_row(decode_line(line))
                rows.append((number, self._encoder.lay_out(row)))
            except RowFault as exc:
                self._faults.append((number, str(exc)))
                continue
            self._tell_of_empty_answers(number, row)
            num_characters += len(line)
            if num_characters >= MOST_CHARACTERS or len(rows) >= MOST_TOGETHER:
                yield from self._encode(rows)
                rows, num_characters = [], 0
        yield from self._encode(rows)

    def check(self, has_examples: bool) -> None:
        """Raise CommandFault if any row was faulty, or none is left."""
        if self._faults:
            count = f"{len(self._faults)} of its {self.num_rows} rows" if self.num_rows > 1 else "its only row"
            raise CommandFault(f"{self._file}: {count} cannot be learnt from, and nothing was trained:\n{_list(self._faults)}")
        if not self.num_rows:
            raise CommandFault(f"{self._file} has no rows: expected a JSON object a line")
        if not has_examples:
            raise CommandFault(f"{self._file}: in none of its {self.num_rows} rows is anything left to learn:\n{_list(self.told)}")

    def _tell_of_empty_answers(self, number: int, row: Row) -> None:
        for place in list_empty_answers(row.turns) if isinstance(row, Conversation) else ():
            self.told.append((number, f"turn {place}, an empty answer, is not learnt"))

    def _encode(self, rows: list[LaidOut]) -> Iterator[Example]:
        for example in self._encoder.encode(rows):
            if (kept := self._keep(example)) is not None:
                yield kept

    def _keep(self, example: Example) -> Example | None:
        """Cut an example to the length that it may have; None where nothing is left to learn, or a token has no embedding."""
        length, most = len(example.token_ids), self._max_seq_length
        kept = Example(example.line, example.token_ids[:most].copy(), example.is_target[:most].copy()) if length > most else example
        if not kept.num_targets:
            self.num_dropped += 1
            reason = (
                f"nothing to learn is among the first {most} of its {length} tokens" if length > most else "there is no answer to learn"
            )
            self.told.append((example.line, f"dropped, as {reason}"))
            return None
        if len(strangers := kept.token_ids[kept.token_ids >= self._num_embeddings]):
            pieces = self._encoder.spell(sorted(set(strangers.tolist())))
            self._faults.append((example.line, f"it has {pieces}, for which this model has no embedding"))
            return None
        if length > most:
            self.num_cut += 1
            self.told.append((example.line, f"cut from {length} to {most} tokens"))
        return kept


def _list(told: list[tuple[int, str]]) -> str:
    lines = [f"  line {line}: {text}" for line, text in sorted(told)[:MOST_TOLD]]
    return "\n".join([*lines, *([f"  and {len(told) - MOST_TOLD} more"] if len(told) > MOST_TOLD else [])])
