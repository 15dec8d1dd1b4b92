"""Things drawn in characters: boards, tablature, drum patterns, charts, boxes, forms, machine code for lathes."""

import random
from collections.abc import Callable, Iterator
from itertools import count

from bench.detectors.corpora.composition import fill, perhaps_fenced
from bench.detectors.corpora.words import CITIES, GOODS, MONTHS, TASKS

STRINGS = "eBGDAE"
DRUMS = ("HH", "SN", "BD")
PIECES = "rnbqkpRNBQKP"


def grids(rng: random.Random, size: int) -> str:
    """Draw something of one kind."""
    return perhaps_fenced(rng, "", fill(rng.choice(_KINDS)(rng), size))


def _chess(rng: random.Random) -> Iterator[str]:
    for move in count(1):
        yield f"After move {move}:\n"
        for rank in range(8, 0, -1):
            row = (rng.choice(PIECES) if rng.random() < 0.25 else "." for _ in range(8))
            yield f"{rank} " + " ".join(row)
        yield "  a b c d e f g h\n"


def _puzzle(rng: random.Random) -> Iterator[str]:
    rule = "+-------+-------+-------+"
    for number in count(1):
        yield f"Puzzle {number}\n{rule}"
        for row in range(9):
            cells = [rng.choice((".", ".", ".", str(rng.randint(1, 9)))) for _ in range(9)]
            yield "| " + " | ".join(" ".join(cells[at : at + 3]) for at in (0, 3, 6)) + " |" + (f"\n{rule}" if row % 3 == 2 else "")


def _tablature(rng: random.Random) -> Iterator[str]:
    """A riff of one bar, played four times a line with small changes, other strings silent."""
    riff = {string: [rng.choice("----02357") for _ in range(8)] for string in rng.sample(STRINGS, 3)}
    for line in count(1):
        yield f"Line {line}"
        for string in STRINGS:
            bars = []
            for _ in range(4):
                bar = list(riff.get(string, "-" * 8))
                bar[rng.randrange(8)] = rng.choice("-02") if string in riff else "-"
                bars.append("-".join(bar))
            yield f"{string}|-" + "-|-".join(bars) + "-|"
        yield ""


def _drum_machine(rng: random.Random) -> Iterator[str]:
    patterns = ("x-x-x-x-x-x-x-x-", "----o-------o---", "o-------o-------", "o--o--o-o--o--o-")
    for bar in count(1):
        yield f"Bar {bar}"
        yield from (f"{drum} |{rng.choice(patterns)}|{rng.choice(patterns)}|" for drum in DRUMS)
        yield ""


def _bars(rng: random.Random) -> Iterator[str]:
    for year in count(1990):
        for month in MONTHS:
            value = rng.randint(0, 40)
            yield f"{month[:3]} {year} | " + rng.choice("█#*")[:1] * value + f" {value}"


def _boxes(rng: random.Random) -> Iterator[str]:
    while True:
        names = rng.sample(GOODS, 3)
        yield "   ".join("+" + "-" * 18 + "+" for _ in names)
        yield "-->".join(f"| {name:<16} |" for name in names)
        yield "   ".join("+" + "-" * 18 + "+" for _ in names)
        yield "         |                    |                    |"


def _form(rng: random.Random) -> Iterator[str]:
    yield "APPLICATION FORM\n" + "=" * 60
    for thing in (*GOODS, *TASKS, *CITIES):
        yield f"{thing.capitalize()}: " + "_" * rng.choice((20, 30, 40))


def _machine_code(rng: random.Random) -> Iterator[str]:
    yield "G21 G90\nM3 S1200\nG0 Z5"
    for layer in count(1):
        yield f"(layer {layer})\nG1 Z-{layer * 0.5} F100"
        for _ in range(rng.randint(2, 5)):
            x, y = rng.randint(10, 90), rng.randint(10, 90)
            yield f"G1 X0 Y0 F400\nG1 X{x} Y0\nG1 X{x} Y{y}\nG1 X0 Y{y}"


def _life(rng: random.Random) -> Iterator[str]:
    alive = {(rng.randrange(10), rng.randrange(24)) for _ in range(40)}
    for generation in count():
        yield f"Generation {generation}"
        yield from ("".join("#" if (row, column) in alive else "." for column in range(24)) for row in range(10))
        alive = {(row, column) for row in range(10) for column in range(24) if _lives(alive, row, column)}


def _lives(alive: set[tuple[int, int]], row: int, column: int) -> bool:
    near = sum((row + a, column + b) in alive for a in (-1, 0, 1) for b in (-1, 0, 1) if a or b)
    return near == 3 or (near == 2 and (row, column) in alive)


def _notation(rng: random.Random) -> Iterator[str]:
    """ABC notation, with repeated bars as tunes have them."""
    bars = [" ".join("".join(rng.choice("GABcdefg") for _ in range(3)) for _ in range(2)) for _ in range(4)]
    for number in count(1):
        yield f"X:{number}\nT:The {rng.choice(GOODS).title()} Jig\nM:6/8\nL:1/8\nK:G"
        yield from ("|:" + "|".join(rng.choice(bars) for _ in range(4)) + ":|" for _ in range(4))
        yield ""


_KINDS: tuple[Callable[[random.Random], Iterator[str]], ...] = (
    _chess,
    _puzzle,
    _tablature,
    _drum_machine,
    _bars,
    _boxes,
    _form,
    _machine_code,
    _life,
    _notation,
)
