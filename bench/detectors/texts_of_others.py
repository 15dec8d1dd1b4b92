"""The two corpora that nobody here wrote: answers of a real Gemma, and human text."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench.detectors.comparison import Comparison, compare
from bench.detectors.corpora.example import Example
from bench.detectors.corpora.gemma.answer import read_answers
from bench.detectors.corpora.gemma.labels import FINE, label_answers
from bench.detectors.corpora.human.passage import read_passages
from bench.detectors.gemma_table import introduce_answers, real_answer_targets, real_answers
from bench.detectors.human_table import human_passages, human_target, introduce_passages
from bench.detectors.observation import Observation
from bench.detectors.other_rules import OTHER_RULES, OtherRules
from bench.detectors.table import Table
from bench.detectors.target import Target


class TextsOfOthers(msgspec.Struct, frozen=True, kw_only=True):
    """What was found on them; a corpus whose file was not given is None."""

    gemma: Comparison | None = None
    human: Comparison | None = None
    num_unread: int = 0  # answers that have no label
    num_packages: int = 0

    @property
    def tables(self) -> tuple[Table, ...]:
        """Tabulate each corpus that is there."""
        return (*([real_answers(self.gemma)] if self.gemma else []), *([human_passages(self.human)] if self.human else []))

    @property
    def targets(self) -> tuple[Target, ...]:
        """Name what has to be reached on them."""
        return (*(real_answer_targets(self.gemma) if self.gemma else ()), *([human_target(self.human)] if self.human else []))

    @property
    def options(self) -> str:
        """Say which options brought them in."""
        given = (("--gemma FILE", self.gemma), ("--human FILE", self.human), ("--tokenizer FOLDER", self._tokens))
        return "".join(f" {option}" for option, there in given if there)

    @property
    def introduction(self) -> str:
        """Say where the texts are from and what the other rules are."""
        if not self._comparisons:
            return "Answers of real models and human text are not in this run; `--gemma` and `--human` bring them in."
        gemma = [introduce_answers(self.gemma, num_unread=self.num_unread)] if self.gemma else []
        human = [introduce_passages(self.human, num_packages=self.num_packages)] if self.human else []
        return "\n\n".join((*gemma, *human, OTHER_RULES))

    @property
    def without_fault(self) -> list[Observation]:
        """Return what the detectors saw in the texts that no hard flag fits."""
        answers = self.gemma.of_kind(FINE).texts if self.gemma else ()
        return [text.seen for text in (*answers, *(self.human.texts if self.human else ()))]

    @property
    def _comparisons(self) -> tuple[Comparison, ...]:
        return tuple(comparison for comparison in (self.gemma, self.human) if comparison)

    @property
    def _tokens(self) -> bool:
        return any(len(comparison.rules) > 1 for comparison in self._comparisons)


def read_texts(*, gemma: Path | None, human: Sequence[Path], others: OtherRules) -> TextsOfOthers:
    """Read the files that are given and show their texts to the detectors and the other rules."""
    answers = read_answers(gemma) if gemma else []
    labelled = label_answers(answers)
    read = {example.text for example in labelled}
    passages = [passage for path in human for passage in read_passages(path)]
    packages = {passage.source.partition(":")[0] for passage in passages}
    examples = (Example(kind=passage.kind, text=passage.text) for passage in passages)
    return TextsOfOthers(
        gemma=compare(labelled, others) if gemma else None,
        num_unread=len({answer.text for answer in answers} - read),
        human=compare(examples, others) if passages else None,
        num_packages=len(packages),
    )
