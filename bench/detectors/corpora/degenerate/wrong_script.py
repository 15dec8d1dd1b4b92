"""Text in a script nobody asked for, and text that is no longer text."""

import random
from collections.abc import Iterator

from bench.detectors.corpora.alphabets import alphabets
from bench.detectors.corpora.composition import shuffled
from bench.detectors.corpora.example import Example
from bench.detectors.corpora.sources import asked_and_answered, sentences

OTHER_SCRIPTS = ("russian", "greek", "arabic", "hebrew", "hindi", "chinese", "japanese", "korean", "thai")
SALAD_SHARE = 0.5  # of the words come from elsewhere


def language_switches(rng: random.Random, num: int) -> Iterator[Example]:
    """Make replies to English questions that begin in English or not, and go on in another script."""
    for turn in range(num):
        prompt, _ = rng.choice(asked_and_answered())
        begun = alphabets()[0].prose(rng, rng.choice((0, rng.randint(40, 300))))
        language = OTHER_SCRIPTS[turn % len(OTHER_SCRIPTS)]
        rest = shuffled(rng, sentences(language), max(200, 2 * len(begun)))
        yield Example(
            kind="another script than asked for",
            text=begun + rest,
            prompt=prompt,
            finish_reason="stop",
            due="language_switch",
            fitting=frozenset({"topic_evasion", "gibberish"}),
            start=len(begun),
        )


def word_salads(rng: random.Random, num: int) -> Iterator[Example]:
    """Make English with words of many scripts strewn in, as a damaged output layer gives."""
    foreign = [word for language in OTHER_SCRIPTS for sentence in sentences(language) for word in sentence.split()]
    for _ in range(num):
        prompt, _ = rng.choice(asked_and_answered())
        words = alphabets()[0].prose(rng, rng.randint(200, 1_500)).split()
        mixed = [rng.choice(foreign) if rng.random() < SALAD_SHARE else word for word in words]
        yield Example(
            kind="words of many scripts",
            text=" ".join(mixed),
            prompt=prompt,
            finish_reason="stop",
            due="language_switch",
            fitting=frozenset({"topic_evasion", "gibberish"}),
        )


def broken_characters(rng: random.Random, num: int) -> Iterator[Example]:
    """Make text of which 2 to 15 % are replacement characters, as invalid bytes leave them."""
    for turn in range(num):
        text = alphabets()[turn % 3].prose(rng, rng.randint(200, 2_000))
        share = rng.uniform(0.02, 0.15)
        broken = "".join("\ufffd" if rng.random() < share else character for character in text)
        yield Example(kind="replacement characters", text=broken, due="gibberish", finish_reason="stop")
