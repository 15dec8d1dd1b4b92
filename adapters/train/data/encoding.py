"""From stretches of text to token ids, and which of them are learnt: many rows at a time, on all processors."""

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from adapters.base.tokens.conversation_text import split_broken
from adapters.base.vocabulary import Vocabulary
from adapters.command import CommandFault
from adapters.train.data.example import Example
from adapters.train.data.layout import Layout, Stretch
from adapters.train.data.row import PlainText, Row, RowFault
from adapters.train.settings import AnswerEnd, TrainOn

LaidOut = tuple[int, list[Stretch] | PlainText]  # with the line


class RowEncoder:
    """Makes examples, as long as their rows are: what is cut is the reader's."""

    def __init__(self, vocabulary: Vocabulary, *, num_embeddings: int, train_on: TrainOn, answer_end: AnswerEnd = "turn") -> None:
        """Raises CommandFault where the end of text is to be learnt, and nothing ends an answer so."""
        self._tokenizer = vocabulary.tokenizer
        self._layout = Layout(vocabulary, num_embeddings=num_embeddings, train_on=train_on)
        self._template = vocabulary.template.source
        self._takes_texts = train_on == "everything"
        self._end_ids = vocabulary.stop_ids(num_embeddings)
        self._beginning = self._find_beginning()
        self._end_of_text = self._find_end_of_text() if answer_end == "text" else None

    def lay_out(self, row: Row) -> list[Stretch] | PlainText:
        """Give a row's stretches. Raises RowFault."""
        if not isinstance(row, PlainText):
            return self._layout.lay_out(row)
        if not self._takes_texts:
            raise RowFault(["it has text, in which no turn is the model's: --train-on everything learns all of it"])
        return row

    def encode(self, rows: Sequence[LaidOut]) -> Iterator[Example]:
        """Give an example for each row, in their order."""
        parts = [part for _, laid_out in rows for stretch in _list_stretches(laid_out) for part in split_broken(stretch.text)]
        encoded = iter(self._tokenizer.encode_all(parts))
        for line, laid_out in rows:
            ids: list[int] = []
            spans: list[tuple[int, int]] = []
            for stretch in _list_stretches(laid_out):
                start = len(ids)
                for part in islice(encoded, len(split_broken(stretch.text))):
                    ids += part
                if stretch.is_learnt:
                    spans.append((start, len(ids)))
            if isinstance(laid_out, PlainText):
                ids = self._complete(ids, laid_out.text)
                spans = [(0, len(ids))]
            elif self._end_of_text is not None:
                spans = self._end_by_text(ids, spans, self._end_of_text)
            yield _make_example(line, ids, spans)

    def spell(self, ids: Sequence[int]) -> str:
        """Give the pieces of ids, for people."""
        return ", ".join(repr(self._tokenizer.decode([token])) for token in ids)

    def _complete(self, ids: list[int], text: str) -> list[int]:
        """Put what the tokenizer begins every text with in front, and the end of text behind: neither twice."""
        begun = ids if ids[: len(self._beginning)] == self._beginning else self._beginning + ids
        end = self._tokenizer.eos_id
        if end is None or end not in self._end_ids:
            return begun
        pieces = [self._tokenizer.pieces[token] for token in self._end_ids]
        return begun if text.rstrip().endswith(tuple(pieces)) else [*begun, end]

    def _end_by_text(self, ids: list[int], spans: Sequence[tuple[int, int]], end_of_text: int) -> list[tuple[int, int]]:
        """Put the end of text in the place of the last answer's end; those before it are followed by more, and are not learnt."""
        kept = [(start, end - (ids[end - 1] in self._end_ids)) for start, end in spans[:-1]]
        for start, end in spans[-1:]:
            ids[end - 1] = end_of_text
            kept.append((start, end))
        return kept

    def _find_end_of_text(self) -> int:
        """Give what ends an answer and is no piece of the template: an instruction-tuned base may call a turn's end its end of text."""
        others = sorted(token for token in self._end_ids if self._tokenizer.pieces[token] not in self._template)
        if not others:
            raise CommandFault("--answer-end text: nothing but the end of a turn ends an answer (eos_token_id of generation_config.json)")
        return end if (end := self._tokenizer.eos_id) in others and end is not None else others[0]

    def _find_beginning(self) -> list[int]:
        plain = self._tokenizer.encode("a")
        around = self._tokenizer.encode("a", add_special_tokens=True)
        places = (place for place in range(len(around)) if around[place : place + len(plain)] == plain)
        return around[: next(places, 0)]


def _list_stretches(laid_out: list[Stretch] | PlainText) -> list[Stretch]:
    return [Stretch(laid_out.text, True)] if isinstance(laid_out, PlainText) else laid_out


def _make_example(line: int, ids: list[int], spans: Sequence[tuple[int, int]]) -> Example:
    is_target = np.zeros(len(ids), dtype=np.bool_)
    for start, end in spans:
        is_target[start:end] = True
    is_target[:1] = False
    return Example(line, np.array(ids, dtype=np.int32), is_target)
