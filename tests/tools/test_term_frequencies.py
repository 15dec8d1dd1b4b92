"""The shipped table is what the script makes of the project's own files."""

from collections import Counter

import pytest

from scoring.degeneration.words.bare_words import split_words
from scoring.degeneration.words.english import load_english
from scoring.degeneration.words.stems import stem_of
from scoring.degeneration.words.terms import FILE, load_terms, parse_terms
from tools.demo_model.corpus import read_corpus
from tools.term_frequencies import TOPICS, project_texts, render_terms

MAX_BYTES = 100_000


def topics() -> dict[str, list[str]]:
    lines = [line for line in TOPICS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {name: words.split() for name, _, words in (line.partition(": ") for line in lines)}


def test_shipped_table_is_what_the_script_makes_and_small() -> None:
    shipped = FILE.read_text(encoding="utf-8")
    made = render_terms(project_texts(read_corpus()), TOPICS.read_text(encoding="utf-8"))
    assert shipped == made, "run `python -m tools.term_frequencies` after a change of the demo corpus, the topics or the small words"
    assert len(shipped.encode()) < MAX_BYTES


def test_table_is_read_as_it_was_written() -> None:
    terms = parse_terms(render_terms(["A sea, a boat.", "The seas are wide.", "A boat on the sea."], "# a note\nsailing: boats sea\n"))
    assert (terms.num_texts, terms.frequencies) == (3, {"boat": 2, "sea": 3})
    assert terms.topics == {"boat": ("sailing",), "sea": ("sailing",)}
    assert terms.rarity("unknown") > terms.rarity("boat") > terms.rarity("sea") == 0


@pytest.mark.parametrize("name", topics())
def test_topic_has_many_words_each_once_and_none_that_says_nothing(name: str) -> None:
    words = topics()[name]
    assert len(words) >= 10
    assert split_words(" ".join(words)) == words
    assert not set(words) & load_english().plain
    assert [stem for stem, count in Counter(map(stem_of, words)).items() if count > 1] == []


def test_similarity_is_that_of_the_topics() -> None:
    terms = load_terms()
    baking, sailing = [[stem_of(word) for word in words.split()] for words in ("bread oven dough flour", "ship sail rudder harbour")]
    assert terms.similarity(baking, baking) == pytest.approx(1)
    assert terms.similarity(baking, [stem_of(word) for word in ("yeast", "crust", "loaf")]) > 0.5
    assert terms.similarity(baking, sailing) < 0.05
    assert terms.similarity(baking, ["qwx"]) == terms.similarity([], []) == 0
