"""Repeated wording: what is said again within a window of 128 words."""

import random

from scoring.degeneration.repetition.repeated_wording import RepeatedWording
from scoring.degeneration.repetition.stretch import Stretch
from tests.scoring.degeneration.judging import blocks

WORDS = [
    "river",
    "town",
    "light",
    "stone",
    "bread",
    "winter",
    "letter",
    "garden",
    "morning",
    "window",
    "harbour",
    "silence",
    "road",
    "water",
]


def repeated(text: str) -> list[Stretch]:
    wording = RepeatedWording()
    for block in blocks(text):
        wording.feed(block.prose, block.start)
    wording.finish()
    return wording.stretches


def sentences(rng: random.Random, num_different: int, num_words: int) -> str:
    different = [" ".join(rng.choices(WORDS, k=8)).capitalize() + "." for _ in range(num_different)]
    return " ".join(rng.choice(different) for _ in range(num_words // 8))


def test_few_sentences_over_and_over_are_found() -> None:
    rng = random.Random(80)
    before = " ".join(rng.choices(WORDS, k=300)) + ". "
    text = before + sentences(rng, 4, 200)
    stretch = repeated(text)[0]
    assert stretch.period is None
    assert stretch.copies >= 4
    assert stretch.unit in text.lower().replace(".", "")
    assert len(before) - 60 <= stretch.start < stretch.end <= len(text)


def test_many_sentences_are_not() -> None:
    rng = random.Random(81)
    assert repeated(sentences(rng, 60, 800)) == []


def test_paragraph_said_twice_is_not_found_and_three_times_is() -> None:
    rng = random.Random(82)
    paragraph = " ".join(rng.choices(WORDS, k=40)) + ".\n\n"
    assert repeated(paragraph * 2) == []
    assert len(repeated(paragraph * 3)) == 1


def test_what_is_no_prose_is_passed_over() -> None:
    rng = random.Random(83)
    lines = [f"{sentence}." for sentence in sentences(rng, 3, 200).split(". ")]
    assert len(repeated("\n".join(lines))) == 1
    assert len(repeated("\n".join(f"- {line}" for line in lines))) == 1
    for begin, end in (("| ", " |"), ("    ", ""), ("\t", ""), ('{"a": "', '"},'), ("```\n", "\n```"), ("SELECT ", ";")):
        assert repeated("\n".join(begin + line + end for line in lines)) == []


def test_markup_among_the_words_thins_them_out() -> None:
    rng = random.Random(84)
    text = sentences(rng, 3, 400)
    assert repeated(text)
    assert repeated(" ".join(word + " x=1;" * (place % 2) for place, word in enumerate(text.split()))) == []
