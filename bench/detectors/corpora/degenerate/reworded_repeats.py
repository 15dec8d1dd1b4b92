"""Reworded repeats: one thing said over and over in other words, lightly or heavily changed."""

import random
import re
from collections.abc import Iterator

from bench.detectors.corpora.alphabets import alphabets
from bench.detectors.corpora.example import LOOP_FLAGS, Example

# Each bar divides words that may stand for one another.
TEMPLATES = (
    "It is [important|necessary|essential] to [understand|know|remember] that the [situation|question|matter] is "
    "[complex|difficult|delicate] and that there are [many|several|different] [views|opinions|voices] on it. ",
    "The people [want|need|deserve] a [government|state|country] that [listens|answers|responds] to the people and "
    "[respects|protects|honours] the [rights|dignity|freedom] of the people. ",
    "I [think|believe|feel] that we [should|must|can] always [try|work|strive] to be [honest|truthful|sincere] with "
    "[each other|one another|everyone], because [honesty|truth|trust] is what [holds|keeps|binds] us together. ",
    "The [river|water|stream] flows [slowly|quietly|gently] past the [old|grey|silent] [mill|house|bridge], and the "
    "[birds|gulls|swallows] sing [above|over|around] it as they [always|ever|once] did. ",
    "First we [look|turn|go] to the [past|history|beginning], and then we [look|turn|go] to the [future|present|end], and in "
    "[both|each|all] of them we [find|see|meet] the same [question|answer|hope]. ",
    "In [summary|conclusion|short], [Taiwan|the island|the country] has a [complex|long|rich] history with [China|Beijing|the mainland], "
    "and its [status|future|place] is [disputed|debated|uncertain] in the [world|region|public]. ",
    "A [good|true|wise] leader [listens|speaks|acts] with [patience|care|courage], and a [good|true|wise] people "
    "[follows|asks|answers] with [patience|care|courage] too. ",
    "You can [use|try|take] this [method|approach|way] to [solve|fix|handle] the [problem|issue|task], and if the [problem|issue|task] "
    "[remains|stays|returns], you can [use|try|take] this [method|approach|way] again. ",
)
SLOT = re.compile(r"\[([^\]]+)\]")
NUM_COPIES = (8, 24)
PREFIX_SIZES = ((0, 0), (40, 400))


def lightly_reworded(rng: random.Random, num: int) -> Iterator[Example]:
    """Make repeats that change one word from each copy to the next."""
    for turn in range(num):
        yield _example(rng, "repeat, a word changed", _copies(rng, TEMPLATES[turn % len(TEMPLATES)], slots_changed=1))


def heavily_reworded(rng: random.Random, num: int) -> Iterator[Example]:
    """Make repeats that draw every changeable word anew, a third of all words and more."""
    for turn in range(num):
        yield _example(rng, "repeat, all words redrawn", _copies(rng, TEMPLATES[turn % len(TEMPLATES)], slots_changed=None))


def _example(rng: random.Random, kind: str, repeats: str) -> Example:
    prefix = alphabets()[0].prose(rng, rng.randint(*rng.choice(PREFIX_SIZES)))
    return Example(kind=kind, text=prefix + repeats, due="near_loop", fitting=LOOP_FLAGS, start=len(prefix), alphabet="Latin")


def _copies(rng: random.Random, template: str, slots_changed: int | None) -> str:
    slots = [slot.split("|") for slot in SLOT.findall(template)]
    frame = SLOT.sub("{}", template)
    chosen = [rng.choice(words) for words in slots]
    copies = []
    for _ in range(rng.randint(*NUM_COPIES)):
        copies.append(frame.format(*chosen))
        for slot in range(len(slots)) if slots_changed is None else rng.sample(range(len(slots)), slots_changed):
            chosen[slot] = rng.choice([word for word in slots[slot] if word != chosen[slot] or slots_changed is None])
    return "".join(copies)
