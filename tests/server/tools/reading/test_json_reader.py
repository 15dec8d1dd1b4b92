"""JSON followed as it comes, held against the standard library's."""

import json
import random
from typing import Any

import pytest

from server.tools.reading.json_reader import MAX_DEPTH, JsonReader
from server.tools.reading.reading import END, Deviation


def follow(text: str) -> tuple[str, str]:
    """Follow the object that a text begins with; gives what was taken of it and what is left. Raises Deviation."""
    taken: list[str] = []
    reading = JsonReader(taken.append).read_object()
    run = next(reading)
    place = 1
    try:
        while True:
            found = None if run is None else run.match(text, place)
            sent = text[place : place + 1] if found is None else found[0]
            place += len(sent)
            run = reading.send(sent or END)
    except StopIteration:
        return "".join(taken), text[place:]


def make_value(draw: random.Random, depth: int = 0) -> Any:
    kinds = ["text", "number", "literal"] + ["list", "object"] * (depth < 4)
    match draw.choice(kinds):
        case "text":
            return "".join(draw.choices('ab"\\/\n\t\x01 é😀{}[],:', k=draw.randint(0, 6)))
        case "number":
            return draw.choice([0, -1, 12, 1.5, -2e-7, 1e30])
        case "literal":
            return draw.choice([True, False, None])
        case "list":
            return [make_value(draw, depth + 1) for _ in range(draw.randint(0, 3))]
    return make_object(draw, depth + 1)


def make_object(draw: random.Random, depth: int = 0) -> dict[str, Any]:
    return {draw.choice(["k", '"', "é\n", ""]) + str(i): make_value(draw, depth) for i in range(draw.randint(0, 3))}


def write(draw: random.Random) -> str:
    spaced = draw.choice([(",", ":"), (", ", ": "), (" ,\n", "\t:  ")])
    return json.dumps(make_object(draw), ensure_ascii=draw.random() < 0.5, indent=draw.choice([None, 2]), separators=spaced)


@pytest.mark.parametrize("seed", range(100))
def test_json_is_taken_as_it_is_up_to_its_end(seed: int) -> None:
    text = write(random.Random(seed))
    assert follow(text + "} and on") == (text, "} and on")


@pytest.mark.parametrize("seed", range(100))
def test_what_is_taken_of_damaged_json_is_json_or_given_up(seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(50):
        text = write(draw)
        place = draw.randint(1, len(text))
        damaged = text[:place] + draw.choice(["", *'{}[]",:\\0-.e1tn \n']) + text[place + draw.randint(0, 2) :]
        try:
            taken, rest = follow(damaged)
        except Deviation:
            with pytest.raises(json.JSONDecodeError):
                json.loads(damaged)
            continue
        assert isinstance(json.loads(taken), dict)
        if taken + rest != damaged:  # mended
            with pytest.raises(json.JSONDecodeError):
                json.loads(damaged[: len(damaged) - len(rest)])


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ('{"a": "x\ny\x00"}', '{"a": "x\\u000ay\\u0000"}'),
        ('{"a": "it\\\'s"}', '{"a": "it\'s"}'),
        ('{"a": [1, 2 ,\n], "b": {"c": 1,},}', '{"a": [1, 2 ], "b": {"c": 1}}'),
        ('{"a": True, "b": [False,None]}', '{"a": true, "b": [false,null]}'),
    ],
)
def test_habits_of_models_are_mended(text: str, mended: str) -> None:
    assert follow(text) == (mended, "")


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_depth_is_bounded(opening: str) -> None:
    closing = {"[": "]"}.get(opening, "}")
    for num_levels, is_followed in ((MAX_DEPTH - 1, True), (MAX_DEPTH, False)):
        text = '{"a":' + opening * num_levels + "1" + closing * num_levels + "}"
        if is_followed:
            assert follow(text) == (text, "")
        else:
            with pytest.raises(Deviation):
                follow(text)
