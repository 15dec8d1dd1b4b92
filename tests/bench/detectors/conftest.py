"""The small corpus and what the detectors say of it, once for all tests."""

import pytest

from bench.detectors.corpora.corpus import Corpus, build_corpus
from bench.detectors.observation import Observation, observe


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    return build_corpus(is_quick=True)


@pytest.fixture(scope="session")
def observations(corpus: Corpus) -> list[Observation]:
    return [observe(example) for example in (*corpus.degenerate, *corpus.ordinary)]
