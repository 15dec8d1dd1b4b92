"""Words are cut the same way whole and in blocks, and no endless word is kept."""

import random

import pytest

from scoring.degeneration.words.bare_words import MAX_WORD_CHARS, BareWords, split_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It isn't Taiwan's.", ["it", "isn", "taiwan"]),
        ("reverseLinked_list2 HTMLParser", ["reverse", "linked", "list", "html", "parser"]),
        ("Café NAÏVE Ångström cafe\u0301s", ["cafe", "naive", "angstrom", "cafes"]),
        ("in 1989, 42 and 12345", ["in", "1989", "and", "12345"]),
        ("好的 да", ["好", "的", "д", "а"]),
        ("I’ll say ‘yes’", ["i", "say", "yes"]),
        ("\ud800 \0 ` _ ", []),
        ("", []),
    ],
)
def test_text_is_split_into_words(text: str, words: list[str]) -> None:
    assert split_words(text) == words


def test_blocks_give_the_words_of_the_whole() -> None:
    rng = random.Random(43)
    for _ in range(300):
        text = "".join(
            rng.choice(["Ab", "c", "DE", "'s", "’", " ", "1", "234", "é", "e\u0301", "好", "_", "\n"]) for _ in range(rng.randint(0, 60))
        )
        for size in (1, 2, 7):
            words = BareWords()
            cut = [word for at in range(0, len(text), size) for word in words.feed(text[at : at + size])]
            assert cut + words.finish() == split_words(text)


def test_endless_word_is_not_kept() -> None:
    words = BareWords()
    given = [word for _ in range(1_000) for word in words.feed("a" * 64)]
    assert sum(map(len, given)) >= 64_000 - MAX_WORD_CHARS
