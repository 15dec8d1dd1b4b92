"""Poems and songs with refrains, counting songs, litanies: ordinary text that repeats itself on purpose."""

import random
from collections.abc import Callable

from bench.detectors.corpora.composition import fill
from bench.detectors.corpora.sources import stanzas
from bench.detectors.corpora.words import FOODS, GOODS, SUBJECTS

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def verse(rng: random.Random, size: int) -> str:
    """Write a poem or song of one kind."""
    return rng.choice(_KINDS)(rng, size)


def _with_refrain(rng: random.Random, size: int) -> str:
    refrain = rng.choice(stanzas("refrains"))
    drawn = rng.sample(stanzas("stanzas"), 12)
    return fill((part for stanza in drawn for part in (stanza, refrain)), size, "\n\n")


def _song(rng: random.Random, size: int) -> str:
    """Verse and chorus by name, the chorus twice at the end."""
    chorus = "\n".join(rng.sample(stanzas("refrains"), 2))
    verses = rng.sample(stanzas("stanzas"), 2 + min(6, size // 400))
    parts = [f"[Verse {k}]\n{verse}\n\n[Chorus]\n{chorus}" for k, verse in enumerate(verses, start=1)]
    return "\n\n".join([*parts, f"[Outro]\n{chorus}\n{chorus}"])


def _villanelle(rng: random.Random, size: int) -> str:
    first, second, *others = (line for stanza in rng.sample(stanzas("stanzas"), 5) for line in stanza.split("\n"))
    turns = [f"{first}\n{others[0]}\n{second}"]
    turns += [f"{others[2 * k + 1]}\n{others[2 * k + 2]}\n{(first, second)[k % 2]}" for k in range(4)]
    return "\n\n".join([*turns, f"{others[10]}\n{others[11]}\n{first}\n{second}"])


def _counting_song(rng: random.Random, size: int) -> str:
    thing, place = rng.choice(GOODS), rng.choice(("on the wall", "in the barn", "by the door", "under the stair"))
    counted = range(rng.randint(4, 12), 0, -1)
    return fill(
        (
            f"{NUMBERS[n].capitalize()} {thing}s {place},\n{NUMBERS[n]} {thing}s {place},\n"
            f"and if one {thing} should go away,\nthere'd be {NUMBERS[n - 1]} {thing}s {place}."
            for n in counted
        ),
        size,
        "\n\n",
    )


def _cumulative(rng: random.Random, size: int) -> str:
    """Each stanza says all of the one before again."""
    things = rng.sample(GOODS, 8)
    links = [f"that lay on the {thing}" for thing in things]
    return fill(
        (f"This is the {rng.choice(FOODS)}\n" + "\n".join(reversed(links[: k + 1])) + "\nthat came from the house." for k in range(8)),
        size,
        "\n\n",
    )


def _litany(rng: random.Random, size: int) -> str:
    answer = rng.choice(("we give thanks.", "hear us, we ask.", "let us remember.", "and we are still here."))
    opening = rng.choice(("For", "Because of", "In spite of", "With"))
    return fill((f"{opening} {what},\n    {answer}" for what in rng.sample([*SUBJECTS, *(f"the {thing}" for thing in GOODS)], 28)), size)


def _dance(rng: random.Random, size: int) -> str:
    line = rng.choice(("La la la la la, la la la la la la", "Hey nonny nonny, hey nonny no", "Dum diddle dum diddle dum dum dum"))
    return fill((part for stanza in rng.sample(stanzas("stanzas"), 8) for part in (stanza, f"{line},\n{line}!")), size, "\n\n")


_KINDS: tuple[Callable[[random.Random, int], str], ...] = (
    _with_refrain,
    _with_refrain,
    _song,
    _villanelle,
    _counting_song,
    _cumulative,
    _litany,
    _dance,
)
