"""Exact and noisy loops of every period: a unit of random letters or of ordinary words, after a prefix, in three alphabets."""

import random
from collections.abc import Iterator
from itertools import cycle, product

from bench.detectors.corpora.alphabets import Alphabet, alphabets
from bench.detectors.corpora.example import LOOP_FLAGS, Example
from bench.detectors.corpora.sources import asked_and_answered

MAX_PERIOD = 400
BANDS = ((1, 7), (8, 16), (17, 64), (65, 200), (201, 400))
NOISE_PERCENTS = (1, 2, 5)
UNIT_KINDS = ("letters", "words")
MIN_LOOP_CHARS = 480
MAX_LOOP_CHARS = 2_400
MIN_COPIES = 4
SPACE_SHARE = 1 / 6  # of random letters
PREFIX_SIZES = ((0, 0), (40, 250), (250, 2_000))
NEAR = frozenset({"near_loop"})


def exact_loops(rng: random.Random, num_rounds: int) -> Iterator[Example]:
    """Make a loop of every period in every alphabet, of letters and of words, in each round."""
    kinds = cycle(product(alphabets(), UNIT_KINDS))
    for _ in range(num_rounds * len(alphabets()) * len(UNIT_KINDS)):
        alphabet, unit_kind = next(kinds)
        for period in range(1, MAX_PERIOD + 1):
            yield _loop(rng, alphabet, unit_kind, period, "exact loop")


def sampled_exact_loops(rng: random.Random, num: int) -> Iterator[Example]:
    """Make a few loops of any period."""
    for alphabet, unit_kind in _turns(num):
        yield _loop(rng, alphabet, unit_kind, rng.randint(1, MAX_PERIOD), "exact loop")


def noisy_loops(rng: random.Random, num_per_cell: int) -> Iterator[Example]:
    """Make loops for each band of periods and each noise: characters replaced at random, each with the same probability."""
    for (least, greatest), noise_percent in product(BANDS, NOISE_PERCENTS):
        for alphabet, unit_kind in _turns(num_per_cell):
            yield _loop(rng, alphabet, unit_kind, rng.randint(least, greatest), "noisy loop", noise_percent=noise_percent)


def loops_after_a_question(rng: random.Random, num: int) -> Iterator[Example]:
    """Make Latin loops as replies to an ordinary question, which must not excuse them."""
    latin = alphabets()[0]
    for _ in range(num):
        prompt, _ = rng.choice(asked_and_answered())
        period = rng.randint(1, MAX_PERIOD // 2)
        yield _loop(rng, latin, rng.choice(UNIT_KINDS), period, "loop after a question", prompt=prompt)


def loop_flag(period: int) -> str:
    """Name the flag that is due for a period."""
    if period < 8:
        return "token_loop"
    return "phrase_loop" if period < 200 else "block_loop"


def _turns(num: int) -> Iterator[tuple[Alphabet, str]]:
    turns = cycle(product(alphabets(), UNIT_KINDS))
    return (next(turns) for _ in range(num))


def _loop(
    rng: random.Random, alphabet: Alphabet, unit_kind: str, period: int, kind: str, *, noise_percent: int = 0, prompt: str | None = None
) -> Example:
    prefix = alphabet.prose(rng, rng.randint(*rng.choice(PREFIX_SIZES)))
    unit = _primitive_unit(rng, alphabet, unit_kind, period)
    length = rng.randint(max(MIN_LOOP_CHARS, MIN_COPIES * period), MAX_LOOP_CHARS)
    loop = (unit * (length // period + 1))[:length]
    start = _first_of_period(prefix + loop, len(prefix), period)
    # Noise may break a loop into pieces that each show the period twice over, or leave only the hint of one.
    also = LOOP_FLAGS | NEAR if noise_percent else NEAR
    return Example(
        kind=kind,
        text=prefix + _with_noise(rng, loop, alphabet.letters, noise_percent),
        prompt=prompt,
        due=loop_flag(period),
        fitting=also | ({"topic_evasion"} if prompt else frozenset()),
        start=start,
        period=period,
        noise_percent=noise_percent,
        alphabet=alphabet.name,
    )


def _primitive_unit(rng: random.Random, alphabet: Alphabet, unit_kind: str, period: int) -> str:
    """Draw until the unit holds a letter or digit and does not itself repeat a shorter one."""
    while True:
        unit = _random_letters(rng, alphabet, period) if unit_kind == "letters" else _cut_words(rng, alphabet, period)
        if (unit + unit).find(unit, 1) == period and any(map(str.isalnum, unit)):
            return unit


def _random_letters(rng: random.Random, alphabet: Alphabet, period: int) -> str:
    space_share = SPACE_SHARE if alphabet.space else 0
    return "".join(" " if rng.random() < space_share else rng.choice(alphabet.letters) for _ in range(period))


def _cut_words(rng: random.Random, alphabet: Alphabet, period: int) -> str:
    """Cut the unit out of sentences, from the beginning of a word where the alphabet has spaces."""
    text = alphabet.prose(rng, period + 200)
    begins = [0, *(at + 1 for at, character in enumerate(text) if character == (alphabet.space or character))]
    begin = rng.choice([at for at in begins if at + period <= len(text)])
    return text[begin : begin + period]


def _first_of_period(text: str, start: int, period: int) -> int:
    """Where the prefix happens to end as the unit does, the loop begins earlier."""
    while start > 0 and text[start - 1] == text[start - 1 + period]:
        start -= 1
    return start


def _with_noise(rng: random.Random, text: str, letters: str, percent: int) -> str:
    if not percent:
        return text
    return "".join(_another(rng, letters, character) if rng.random() * 100 < percent else character for character in text)


def _another(rng: random.Random, letters: str, character: str) -> str:
    while (letter := rng.choice(letters)) == character:
        pass
    return letter
