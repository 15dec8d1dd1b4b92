"""Logs: lines that differ in a time stamp, retries, stack traces, progress."""

import random
from collections.abc import Callable, Iterator
from itertools import count

from bench.detectors.corpora.composition import fill, perhaps_fenced
from bench.detectors.corpora.words import FIRST_NAMES, FOODS, GOODS

PATHS = ("/", "/index.html", "/api/orders", "/api/orders/17", "/static/app.js", "/static/app.css", "/favicon.ico", "/healthz")


def logs(rng: random.Random, size: int) -> str:
    """Write a log of one kind."""
    return perhaps_fenced(rng, "", fill(rng.choice(_KINDS)(rng), size))


def _clock(rng: random.Random, longest_gap_s: int) -> Iterator[str]:
    second = rng.randrange(80_000)
    for _ in count():
        second += rng.randint(0, longest_gap_s)
        yield f"{second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}"


def _access(rng: random.Random) -> Iterator[str]:
    for time in _clock(rng, 9):
        asked, status = f"GET {rng.choice(PATHS)} HTTP/1.1", rng.choice((200, 200, 200, 304, 404))
        yield f'10.0.{rng.randrange(4)}.{rng.randrange(250)} - - [12/Mar/2024:{time} +0000] "{asked}" {status} {rng.randrange(9000)}'


def _health_checks(rng: random.Random) -> Iterator[str]:
    """The same request every few seconds."""
    for time in _clock(rng, 5):
        yield f"2024-03-12T{time}Z INFO  [http] GET /healthz 200 0ms"


def _retries(rng: random.Random) -> Iterator[str]:
    clock = _clock(rng, 2)
    for attempt in count(1):
        yield f"{next(clock)} WARNING connection to db:5432 refused, trying again in {min(2**attempt, 60)} s (attempt {attempt})"


def _system(rng: random.Random) -> Iterator[str]:
    units = [f"{food.replace(' ', '-')}.service" for food in FOODS]
    for time in _clock(rng, 40):
        unit = rng.choice(units)
        yield f"Mar 12 {time} host systemd[1]: {rng.choice(('Starting', 'Started', 'Stopping', 'Stopped'))} {unit}."


def _traces(rng: random.Random) -> Iterator[str]:
    for time in _clock(rng, 90):
        yield f"{time} ERROR request failed\nTraceback (most recent call last):"
        for _ in range(rng.randint(2, 6)):
            module, function = rng.choice(FOODS).replace(" ", "_"), rng.choice(FIRST_NAMES).lower()
            yield f'  File "/srv/app/{module}.py", line {rng.randint(3, 400)}, in {function}'
            yield f"    return {rng.choice(GOODS).split()[0]}({rng.choice(('request', 'self', 'item'))})"
        yield rng.choice(("KeyError: 'id'", "TimeoutError", "ValueError: expected a number"))


def _tests(rng: random.Random) -> Iterator[str]:
    for food in FOODS * 4:
        yield f"tests/test_{food.replace(' ', '_')}.py " + "." * rng.randint(2, 60) + rng.choice(("", "", "F", "s"))


def _recursion(rng: random.Random) -> Iterator[str]:
    """A stack overflow, as Python abbreviates it and as Java does not."""
    if rng.random() < 0.5:
        yield 'Traceback (most recent call last):\n  File "tree.py", line 12, in <module>\n    walk(root)'
        yield from ['  File "tree.py", line 8, in walk\n    walk(node.left)'] * 3
        yield "  [Previous line repeated 994 more times]\nRecursionError: maximum recursion depth exceeded"
        for food in FOODS:
            yield f"{food}: checked, no fault found"
    yield 'Exception in thread "main" java.lang.StackOverflowError'
    for _ in count():
        yield f"\tat org.example.{rng.choice(FIRST_NAMES)}.visit({rng.choice(FIRST_NAMES)}.java:{rng.randint(10, 300)})"


def _installation(rng: random.Random) -> Iterator[str]:
    for food in FOODS * 9:
        version, size_kb = f"{rng.randint(0, 9)}.{rng.randint(0, 30)}.{rng.randint(0, 9)}", rng.randint(9, 900)
        yield f"Collecting {food.replace(' ', '-')}=={version}"
        yield f"  Downloading {food.replace(' ', '_')}-{version}-py3-none-any.whl ({size_kb} kB)"
        yield "     " + "━" * 40 + f" {size_kb}.0/{size_kb}.0 kB {rng.randint(1, 40)}.{rng.randint(0, 9)} MB/s eta 0:00:00"


def _training(rng: random.Random) -> Iterator[str]:
    loss = 4.0
    for step in count(10, 10):
        loss *= 0.997
        yield f"step {step}: loss {loss + rng.gauss(0, 0.02):.4f}, learning rate 0.0003, tokens/s {rng.randint(4000, 4200)}"


_KINDS: tuple[Callable[[random.Random], Iterator[str]], ...] = (
    _access,
    _health_checks,
    _retries,
    _system,
    _traces,
    _tests,
    _recursion,
    _installation,
    _training,
)
