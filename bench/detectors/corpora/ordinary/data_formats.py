"""JSON, CSV, YAML, XML and the like: rows with the same keys, columns with the same values."""

import json
import random
from collections.abc import Callable, Iterator
from html.entities import html5
from itertools import count

from bench.detectors.corpora.composition import fill, perhaps_fenced
from bench.detectors.corpora.words import CITIES, COLOURS, FIRST_NAMES, GOODS, SURNAMES, TASKS

Record = dict[str, object]
CHARS_PER_RECORD = 60


def json_documents(rng: random.Random, size: int) -> str:
    """Write a JSON document, indented or not, or a record a line."""
    if rng.random() < 0.25:
        return perhaps_fenced(rng, "json", fill((json.dumps(_person(rng, number)) for number in count(1)), size))
    make = rng.choice(_DOCUMENTS)
    indent = rng.choice((None, None, 2, 4))
    text = json.dumps(make(rng, max(2, size // CHARS_PER_RECORD // (2 if indent else 1))), indent=indent, ensure_ascii=rng.random() < 0.5)
    return perhaps_fenced(rng, "json", text[:size])


def csv_rows(rng: random.Random, size: int) -> str:
    """Write rows between commas, semicolons or tabs."""
    separator = rng.choice((",", ",", ";", "\t"))
    return perhaps_fenced(rng, "csv", fill((separator.join(row) for row in rng.choice(_SHEETS)(rng)), size))


def configuration(rng: random.Random, size: int) -> str:
    """Write YAML, TOML, INI or XML."""
    language, lines = rng.choice(_CONFIGURATIONS)
    return perhaps_fenced(rng, language, fill(lines(rng), size))


def _people(rng: random.Random, num: int) -> object:
    return [_person(rng, number) for number in range(1, num + 1)]


def _person(rng: random.Random, number: int) -> Record:
    return {
        "id": number,
        "name": f"{rng.choice(FIRST_NAMES)} {rng.choice(SURNAMES)}",
        "city": rng.choice(CITIES),
        "active": rng.random() < 0.9,
        "roles": ["user"] if rng.random() < 0.8 else ["user", "admin"],
        "manager": None,
        "notes": "",
    }


def _points(rng: random.Random, num: int) -> object:
    at = [rng.uniform(-180, 180), rng.uniform(-80, 80)]
    line = [[round(at[0] + k * 0.01, 2), round(at[1], 2)] for k in range(num)]
    return {"type": "Feature", "geometry": {"type": "LineString", "coordinates": line}, "properties": {}}


def _sensors(rng: random.Random, num: int) -> object:
    """A gauge that reads zero nearly all day."""
    return [{"t": 1_700_000_000 + 60 * k, "rain": rng.choice((0.0, 0.0, 0.0, 0.2)), "ok": True} for k in range(num)]


def _vectors(rng: random.Random, num: int) -> object:
    return {"labels": [rng.choice((0, 0, 0, 1)) for _ in range(num)], "weights": [round(rng.gauss(0, 1), 3) for _ in range(num)]}


def _schema(rng: random.Random, num: int) -> object:
    properties = {f"{good.replace(' ', '_')}_{k}": {"type": "string", "default": ""} for k in range(num // 16 + 1) for good in GOODS}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _entities(rng: random.Random, num: int) -> object:
    names = sorted(html5)
    begin = rng.randrange(len(names) - 60)
    return {name: html5[name] for name in names[begin : begin + num]}


def _orders(rng: random.Random) -> Iterator[list[str]]:
    yield ["order_id", "date", "customer", "item", "colour", "quantity", "price", "currency", "status"]
    for k in count(1):
        day = f"2024-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        item, status = rng.choice(GOODS), rng.choice(("shipped", "shipped", "shipped", "returned"))
        yield [str(10_000 + k), day, rng.choice(SURNAMES), item, rng.choice(COLOURS), "1", f"{rng.randint(5, 90)}.99", "EUR", status]


def _constant_columns(rng: random.Random) -> Iterator[list[str]]:
    yield ["minute", "in", "out", "errors", "retries", "load"]
    for k in count():
        yield [str(k), "0", "0", "0", "0", rng.choice(("0.00", "0.00", "0.01"))]


def _binary_matrix(rng: random.Random) -> Iterator[list[str]]:
    width = rng.randint(6, 16)
    yield [f"f{k}" for k in range(width)]
    for _ in count():
        yield [rng.choice("0001") for _ in range(width)]


def _sparse_sheet(rng: random.Random) -> Iterator[list[str]]:
    yield ["Name", *(f"Week {k}" for k in range(1, 9)), "Total"]
    for name in FIRST_NAMES * 3:
        cells = [rng.choice(("", "", "", str(rng.randint(1, 9)))) for _ in range(8)]
        yield [f"{name} {rng.choice(SURNAMES)}", *cells, str(sum(int(cell or 0) for cell in cells))]


def _services(rng: random.Random) -> Iterator[str]:
    yield "services:"
    for good in rng.sample(GOODS, len(GOODS)) * 4:
        port = rng.randint(3000, 9000)
        yield f"  {good.replace(' ', '-')}-{port}:\n    image: example/{good.split()[0]}:latest\n    restart: always"
        yield f'    ports:\n      - "{port}:80"\n    environment:\n      LOG_LEVEL: info\n      TZ: UTC'


def _sections(rng: random.Random) -> Iterator[str]:
    for k in count(1):
        yield f"[worker-{k}]\nenabled = true\nhost = 10.0.0.{k % 250}\nport = 8080\ntimeout = 30\nretries = 3"
        yield f'task = "{rng.choice(TASKS)}"\n'


def _catalogue(rng: random.Random) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<catalogue>'
    for k in count(1):
        yield f'  <item id="{k}">\n    <name>{rng.choice(GOODS)}</name>\n    <stock>0</stock>\n    <notes></notes>\n  </item>'


def _html_table(rng: random.Random) -> Iterator[str]:
    yield "<table>"
    for _ in count():
        yield "  <tr>" + "".join(f"<td>{rng.choice(('0', '0', '0', '1', '-'))}</td>" for _ in range(8)) + "</tr>"


_DOCUMENTS: tuple[Callable[[random.Random, int], object], ...] = (_people, _points, _sensors, _vectors, _schema, _entities)
_SHEETS: tuple[Callable[[random.Random], Iterator[list[str]]], ...] = (_orders, _constant_columns, _binary_matrix, _sparse_sheet)
_CONFIGURATIONS: tuple[tuple[str, Callable[[random.Random], Iterator[str]]], ...] = (
    ("yaml", _services),
    ("ini", _sections),
    ("xml", _catalogue),
    ("html", _html_table),
)
