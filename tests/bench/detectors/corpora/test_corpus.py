"""The corpus is the same each time, and is what it says it is."""

from collections import Counter

import pytest

from bench.detectors.corpora.corpus import ANSWERS, DEGENERATE, MAX_CHARS, MIN_CHARS, WRITERS, Corpus, build_corpus
from bench.detectors.corpora.degenerate.loops import BANDS, NOISE_PERCENTS
from bench.detectors.corpora.example import Example


def test_corpus_is_the_same_each_time(corpus: Corpus) -> None:
    assert build_corpus(is_quick=True).digest == corpus.digest


def test_another_seed_gives_other_texts_of_the_same_kinds(corpus: Corpus) -> None:
    other = build_corpus(seed=corpus.seed + 1, is_quick=True)
    assert other.digest != corpus.digest
    assert Counter(example.kind for example in other.ordinary) == Counter(example.kind for example in corpus.ordinary)


def test_whole_corpus_has_more_ordinary_texts_than_wanted() -> None:
    assert sum(num for _, num, _ in WRITERS) + sum(num for num, _ in ANSWERS) >= 5_000


def test_every_part_of_the_corpus_is_there(corpus: Corpus) -> None:
    kinds = Counter(example.kind for example in corpus.ordinary)
    assert set(kinds) >= {kind for kind, _, _ in WRITERS}
    assert min(kinds.values()) >= 6
    assert len({example.kind for example in corpus.degenerate}) > len(DEGENERATE)  # some make two kinds, and exact loops are one more


def test_written_texts_are_all_different_and_of_the_size_asked_for(corpus: Corpus) -> None:
    written = [example.text for example in corpus.ordinary if example.kind in {kind for kind, _, _ in WRITERS}]
    assert len(set(written)) == len(written)
    assert all(MIN_CHARS <= len(text) <= MAX_CHARS for text in written)


def test_ordinary_text_has_no_flag_due_and_other_text_has(corpus: Corpus) -> None:
    assert all(example.is_ordinary for example in corpus.ordinary)
    assert not any(example.is_ordinary for example in corpus.degenerate)


def loops(corpus: Corpus) -> list[Example]:
    return [example for example in corpus.degenerate if example.kind in ("exact loop", "noisy loop")]


def test_loops_repeat_from_their_start_on_and_not_before(corpus: Corpus) -> None:
    for example in loops(corpus):
        assert example.start is not None
        assert example.period is not None
        if not example.noise_percent:
            looped = example.text[example.start :]
            assert looped[example.period :] == looped[: -example.period]
            assert len(looped) >= 4 * example.period
            assert not example.start or example.text[example.start - 1] != example.text[example.start - 1 + example.period]


@pytest.mark.parametrize("percent", NOISE_PERCENTS)
def test_noise_is_as_strong_as_it_says(corpus: Corpus, percent: int) -> None:
    noisy = [example for example in loops(corpus) if example.noise_percent == percent and (example.period or 0) < 17]
    assert len(noisy) >= 2 * len(BANDS[:2])
    changed = 0
    for example in noisy:
        looped, period = example.text[example.start :], example.period or 1
        usual = [Counter(looped[at::period]).most_common(1)[0][0] for at in range(period)]
        changed += sum(character != usual[at % period] for at, character in enumerate(looped))
    share = changed / sum(len(example.text) - (example.start or 0) for example in noisy)
    assert percent / 100 * 0.7 < share < percent / 100 * 1.4
