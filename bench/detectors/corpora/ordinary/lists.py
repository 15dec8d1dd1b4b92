"""Lists: numbered, nested, ticked off, of questions and answers, of dates, of contents."""

import random
from collections.abc import Callable, Iterator
from itertools import count

from bench.detectors.corpora.composition import fill
from bench.detectors.corpora.sources import sentences
from bench.detectors.corpora.words import CITIES, DAYS, FIRST_NAMES, FOODS, GOODS, MONTHS, SUBJECTS, SURNAMES, TASKS


def lists(rng: random.Random, size: int) -> str:
    """Write a list of one kind."""
    return fill(rng.choice(_KINDS)(rng), size)


def _steps(rng: random.Random) -> Iterator[str]:
    yield f"How to deal with {rng.choice(SUBJECTS)}:\n"
    for number, task in enumerate(rng.sample(TASKS, len(TASKS)), start=1):
        yield f"{number}. **{task.capitalize()}.** {rng.choice(sentences('english'))}"


def _alike(rng: random.Random) -> Iterator[str]:
    """Items that all begin alike and end alike."""
    yield "Things to do this week:\n"
    pairs = [(task, day) for task in TASKS for day in DAYS]
    for number, (task, day) in enumerate(rng.sample(pairs, 60), start=1):
        yield f"{number}. Remember to {task} on {day}."


def _ticks(rng: random.Random) -> Iterator[str]:
    for day in DAYS:
        yield f"\n### {day}\n"
        yield from (f"- [{rng.choice('  x')}] {task}" for task in rng.sample(TASKS, 8))


def _questions(rng: random.Random) -> Iterator[str]:
    drawn = rng.sample(sentences("english"), 40)
    for number, subject in enumerate((*SUBJECTS, *GOODS, *FOODS), start=1):
        yield f"**Q{number}: What should I know about {subject}?**\n\nA{number}: {drawn[number % 40]}\n"


def _glossary(rng: random.Random) -> Iterator[str]:
    drawn = iter(rng.sample(sentences("english"), 60))
    yield from (f"- **{word.capitalize()}**: {next(drawn)}" for word in sorted((*FOODS, *GOODS)))


def _contents(rng: random.Random) -> Iterator[str]:
    page = 1
    for chapter in count(1):
        yield f"Chapter {chapter}: {rng.choice(SUBJECTS).capitalize()} ".ljust(60, ".") + f" {page}"
        for section in range(1, rng.randint(2, 6)):
            page += rng.randint(1, 9)
            yield f"  {chapter}.{section} {rng.choice(GOODS).capitalize()} ".ljust(60, ".") + f" {page}"


def _dates(rng: random.Random) -> Iterator[str]:
    for year in range(rng.randint(1700, 1950), 2025, rng.randint(1, 9)):
        here, there = rng.sample(CITIES, 2)
        yield f"- **{rng.randint(1, 28)} {rng.choice(MONTHS)} {year}**: {here} and {there} agree on {rng.choice(SUBJECTS)}."


def _members(rng: random.Random) -> Iterator[str]:
    everyone = [f"{first} {last}" for first in FIRST_NAMES for last in SURNAMES]
    yield from (f"* {name}, {rng.choice(CITIES)}" for name in rng.sample(everyone, 200))


def _nested(rng: random.Random) -> Iterator[str]:
    for city in rng.sample(CITIES, len(CITIES)):
        yield f"- {city}"
        for month in rng.sample(MONTHS, 3):
            yield f"    - {month}"
            yield from (f"        - {food}: {rng.randint(0, 3)} kg" for food in rng.sample(FOODS, 3))


def _pros_and_cons(rng: random.Random) -> Iterator[str]:
    for thing in rng.sample(GOODS, len(GOODS)):
        yield f"## {thing.capitalize()}\n\n**Pros**\n- Easy to find\n- Lasts for years\n- Costs {rng.randint(5, 90)} euros\n"
        yield f"**Cons**\n- Takes up space\n- {rng.choice(sentences('english'))}\n"


_KINDS: tuple[Callable[[random.Random], Iterator[str]], ...] = (
    _steps,
    _alike,
    _ticks,
    _questions,
    _glossary,
    _contents,
    _dates,
    _members,
    _nested,
    _pros_and_cons,
)
