"""SQL: dumps with hundreds of like rows, schemas, queries."""

import random
from collections.abc import Callable, Iterator
from itertools import count

from bench.detectors.corpora.composition import fill, perhaps_fenced
from bench.detectors.corpora.words import CITIES, COLOURS, FIRST_NAMES, GOODS, SURNAMES

COLUMN_TYPES = ("INTEGER NOT NULL DEFAULT 0", "TEXT NOT NULL DEFAULT ''", "NUMERIC(10, 2)", "TIMESTAMP WITH TIME ZONE", "BOOLEAN")


def sql(rng: random.Random, size: int) -> str:
    """Write a script of one kind."""
    return perhaps_fenced(rng, "sql", fill(rng.choice(_SCRIPTS)(rng), size))


def _inserts(rng: random.Random) -> Iterator[str]:
    for k in count(1):
        name = f"{rng.choice(FIRST_NAMES)} {rng.choice(SURNAMES)}"
        yield f"INSERT INTO customers (id, name, city, active, notes) VALUES ({k}, '{name}', '{rng.choice(CITIES)}', TRUE, NULL);"


def _rows(rng: random.Random) -> Iterator[str]:
    yield "INSERT INTO stock (item, colour, quantity, reserved, returned) VALUES"
    for _ in count():
        yield f"  ('{rng.choice(GOODS)}', '{rng.choice(COLOURS)}', {rng.choice((0, 0, 0, 5))}, 0, 0),"


def _schema(rng: random.Random) -> Iterator[str]:
    for number in count(1):
        table = rng.choice(GOODS).replace(" ", "_") + f"_{number}"
        columns = ",\n".join(f"    column_{k} {rng.choice(COLUMN_TYPES)}" for k in range(1, rng.randint(3, 9)))
        yield f"CREATE TABLE {table} (\n    id BIGSERIAL PRIMARY KEY,\n{columns}\n);\nCREATE INDEX ON {table} (id);\n"


def _queries(rng: random.Random) -> Iterator[str]:
    for _ in count():
        yield "SELECT c.name, COUNT(*) AS orders, SUM(o.amount) AS amount\nFROM customers AS c\nJOIN orders AS o ON o.customer_id = c.id"
        yield f"WHERE c.city = '{rng.choice(CITIES)}' AND o.item = '{rng.choice(GOODS)}'\nGROUP BY c.name"
        yield f"HAVING COUNT(*) > {rng.randint(1, 9)}\nORDER BY amount DESC;\n"


def _pivot(rng: random.Random) -> Iterator[str]:
    yield "SELECT city,"
    for good in GOODS:
        yield f"    SUM(CASE WHEN item = '{good}' THEN quantity ELSE 0 END) AS {good.replace(' ', '_')},"
    yield "    COUNT(*) AS total\nFROM sales\nGROUP BY city;"
    for city in CITIES:
        yield f"UPDATE sales SET checked = TRUE WHERE city = '{city}' AND checked = FALSE;"


_SCRIPTS: tuple[Callable[[random.Random], Iterator[str]], ...] = (_inserts, _rows, _schema, _queries, _pivot)
