"""The report as a whole."""

from bench.detectors.corpora.corpus import Corpus
from bench.detectors.observation import Observation
from bench.detectors.report import report
from bench.detectors.texts_of_others import TextsOfOthers


def test_report_has_its_conditions_and_every_table(corpus: Corpus, observations: list[Observation]) -> None:
    written = report(corpus, observations, TextsOfOthers())
    assert corpus.digest in written
    assert written.count("\n## ") == 8
    assert "| 201 to 400 | 5 % |" in written
    assert "| all | " in written
    assert "texts that the detectors are tuned on: other seeds" in written


def test_report_on_another_seed_says_that_nothing_was_tuned_on_it(observations: list[Observation]) -> None:
    written = report(Corpus(seed=7, degenerate=(), ordinary=()), observations, TextsOfOthers())
    assert "not the texts that the detectors are tuned on" in written
    assert "--seed 7 " in written
