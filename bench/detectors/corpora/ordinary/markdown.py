"""Markdown: pages of real projects, and tables whose cells repeat."""

import random
from collections.abc import Callable, Iterator, Sequence

from bench.detectors.corpora.composition import fill, window
from bench.detectors.corpora.sources import readmes
from bench.detectors.corpora.words import CITIES, COLOURS, DAYS, FIRST_NAMES, FOODS, GOODS, MONTHS, SUBJECTS

Rows = Iterator[Sequence[object]]


def pages(rng: random.Random, size: int) -> str:
    """Cut a window out of a description of one of our dependencies."""
    return window(rng, rng.choice(readmes()), size)


def tables(rng: random.Random, size: int) -> str:
    """Write one table of about `size` characters, some padded to equal widths, some not."""
    header, rows = rng.choice(_TABLES)(rng)
    is_padded = rng.random() < 0.5
    widths = [max(len(name), 14) if is_padded else 0 for name in header]
    ruled = "|" + "|".join("-" * max(3, width + 2) for width in widths) + "|"
    lines = (_line(row, widths) for row in rows)
    lead = f"This table compares {rng.choice(SUBJECTS)} in a few respects.\n\n" if rng.random() < 0.5 else ""
    return lead + _line(header, widths) + "\n" + ruled + "\n" + fill(lines, size)


def _line(cells: Sequence[object], widths: Sequence[int]) -> str:
    return "| " + " | ".join(str(cell).ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"


def _features(rng: random.Random) -> tuple[Sequence[str], Rows]:
    marks = rng.choice((("✓", "✗"), ("Yes", "No"), ("✅", "❌"), ("x", " "), ("Yes", "Yes", "Yes", "No")))
    plans = ("Feature", "Free", "Basic", "Team", "Business", "Enterprise")[: rng.randint(3, 6)]
    return plans, ((f"{good.capitalize()} {colour}", *(rng.choice(marks) for _ in plans[1:])) for good in GOODS for colour in COLOURS)


def _opening_hours(rng: random.Random) -> tuple[Sequence[str], Rows]:
    hours = rng.choice((("Closed", "9:00-17:00", "9:00-17:00"), ("Closed", "Closed", "10:00-14:00")))
    return ("City", *DAYS), ((city, *(rng.choice(hours) for _ in DAYS)) for city in CITIES)


def _rota(rng: random.Random) -> tuple[Sequence[str], Rows]:
    tasks = ("Kitchen", "Garden", "Off", "Off", "Shop")
    return ("Name", *DAYS), ((name, *(rng.choice(tasks) for _ in DAYS)) for name in FIRST_NAMES)


def _figures(rng: random.Random) -> tuple[Sequence[str], Rows]:
    values = rng.choice((tuple("0123"), ("0.0",), ("n/a", "n/a", "7"), tuple(f"0.{tenth}" for tenth in range(10))))
    return ("City", *(month[:3] for month in MONTHS)), ((city, *(rng.choice(values) for _ in MONTHS)) for city in CITIES)


def _results(rng: random.Random) -> tuple[Sequence[str], Rows]:
    statuses = ("PASS", "PASS", "PASS", "FAIL")
    return ("Test", "Linux", "macOS", "Windows", "Time"), (
        (f"test_{food.replace(' ', '_')}_{k}", *(rng.choice(statuses) for _ in range(3)), f"{rng.random():.2f} s")
        for k in range(9)
        for food in FOODS
    )


def _truth_table(rng: random.Random) -> tuple[Sequence[str], Rows]:
    num = rng.randint(4, 7)
    names = [*"ABCDEFG"[:num], "Result"]
    return names, ([*(row >> bit & 1 for bit in reversed(range(num))), int(bin(row).count("1") % 2)] for row in range(2**num))


def _empty_form(rng: random.Random) -> tuple[Sequence[str], Rows]:
    return ("Date", "Guest", "Room", "Breakfast", "Signature"), (
        (f"{day} {month[:3]}", *[rng.choice(("", "", "", "yes"))] * 4) for month in MONTHS for day in range(1, 29)
    )


_TABLES: tuple[Callable[[random.Random], tuple[Sequence[str], Rows]], ...] = (
    _features,
    _opening_hours,
    _rota,
    _figures,
    _results,
    _truth_table,
    _empty_form,
)
