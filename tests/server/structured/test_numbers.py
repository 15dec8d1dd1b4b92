"""Numbers that llguidance would move or let in, against a validator."""

import itertools
import json
from fractions import Fraction
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from server.structured.fault import SchemaRefused
from tests.server.structured.admitting import Admitting, prepare

ID = 1234567890123456789
FRACTIONS = ("", ".0", ".00", ".25", ".5", ".50", ".75", ".9", ".000000001", ".0000000001", ".999999999", ".9999999999")
SPELLINGS = [f"{sign}{whole}{fraction}" for sign in ("", "-") for whole in "012" for fraction in (*FRACTIONS, "e0", "E0", "e-1")]
ENDS = (-1.5, -1, -0.5, 0, 0.5, 0.75, 1, 1.5)


def is_between(text: str, bounds: dict[str, float]) -> bool:
    """Say whether a number is within bounds, exactly."""
    number, limits = Fraction(text), {keyword: Fraction(bound) for keyword, bound in bounds.items()}
    return (
        number >= limits.get("minimum", number)
        and number <= limits.get("maximum", number)
        and ("exclusiveMinimum" not in limits or number > limits["exclusiveMinimum"])
        and ("exclusiveMaximum" not in limits or number < limits["exclusiveMaximum"])
    )


@pytest.mark.parametrize("kind", ["number", "integer", ["number", "null"]])
@pytest.mark.parametrize("is_apart", [False, True])
def test_no_spelling_of_a_number_out_of_bounds_is_let_in(kind: Any, is_apart: bool) -> None:
    num_let_in = 0
    for (least, most), lower, upper in itertools.product(
        itertools.combinations(ENDS, 2), ("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")
    ):
        bounds = {lower: least, upper: most}
        if kind == "integer" and not any(is_between(str(whole), bounds) for whole in range(-2, 3)):
            continue
        schema: dict[str, Any] = {"type": kind, "allOf": [{lower: least}, {upper: most}]} if is_apart else {"type": kind, **bounds}
        admits = Admitting(schema)
        let_in = [text for text in SPELLINGS if admits(text)]
        assert [text for text in let_in if not is_between(text, bounds)] == [], schema
        num_let_in += len(let_in)
    assert num_let_in > 100


@pytest.mark.parametrize(
    ("bounds", "right", "wrong"),
    [
        ({"exclusiveMinimum": 0, "maximum": 0.5}, ["0.5", "0.000000001", "0.25"], ["0", "0.0", "-0"]),
        ({"exclusiveMinimum": 1, "maximum": 1.5}, ["1.5", "1.000000001"], ["1", "1.0", "1e0"]),
        ({"minimum": -1.5, "exclusiveMaximum": -1}, ["-1.5", "-1.000000001"], ["-1", "-1.0"]),
        ({"minimum": 0, "exclusiveMinimum": True, "maximum": 0.5}, ["0.1"], ["0"]),
        ({"exclusiveMinimum": 0}, ["0.0000000000001", "7"], ["0", "0.0"]),
        ({"exclusiveMinimum": 0, "maximum": 10}, ["0.0000000000001"], ["0"]),
    ],
)
def test_a_bound_that_is_excluded_cannot_be_written(bounds: dict[str, Any], right: list[str], wrong: list[str]) -> None:
    admits = Admitting({"type": "number", **bounds})
    assert [admits(text) for text in right] == [True] * len(right)
    assert [admits(text) for text in wrong] == [False] * len(wrong)


@pytest.mark.parametrize(
    ("bounds", "right", "wrong"),
    [
        ({"minimum": -(2**63), "maximum": 2**63 - 1}, [ID, -ID, 2**63 - 1024], [2**63, -(2**63) - 1]),
        ({"minimum": 0, "maximum": 2**64 - 1}, [ID, 0], [-1, 2**64]),
        ({"minimum": -(2**63)}, [ID], [-(2**63) - 1]),
        ({"minimum": -(2**53), "maximum": 2**53}, [2**53, -(2**53)], [2**53 + 1]),
        ({"minimum": -(2**53) + 1, "maximum": 2**53 - 1}, [2**53 - 1], [2**53]),
        ({"minimum": 2**53 + 1}, [2**53 + 2], [2**53]),
        ({"exclusiveMinimum": 2**60, "exclusiveMaximum": 2**62}, [2**61], [2**60, 2**62]),
        ({"exclusiveMinimum": 2**53}, [2**53 + 2], [2**53, 2**53 - 1]),
        ({"minimum": ID}, [ID + 1000], [ID - 1]),
        ({"maximum": ID}, [ID - 1000], [ID + 1]),
    ],
)
def test_bounds_that_no_double_hits_are_moved_inwards(bounds: dict[str, int], right: list[int], wrong: list[int]) -> None:
    schema = {"type": "integer", **bounds}
    admits = Admitting(schema)
    assert [admits(str(number)) and Draft202012Validator(schema).is_valid(number) for number in right] == [True] * len(right)
    assert [admits(str(number)) for number in wrong] == [False] * len(wrong)
    around = {edge + step for bound in bounds.values() for edge in (bound, int(float(bound))) for step in range(-3, 4)}
    assert [number for number in around if admits(str(number)) and not Draft202012Validator(schema).is_valid(number)] == []


@pytest.mark.parametrize("most", [3.4028234663852886e38, 1.7976931348623157e308])
def test_the_range_of_all_doubles_is_taken(most: float) -> None:
    admits = Admitting({"type": "number", "minimum": -most, "maximum": most})
    assert admits("-12.5")


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        ({"const": ID}, "const"),
        ({"const": -ID}, "const"),
        ({"const": 1e18}, "const"),
        ({"enum": [1, 2**53 + 1]}, "enum"),
        ({"const": {"id": [ID]}}, "const"),
        ({"type": "integer", "minimum": ID, "maximum": ID}, "minimum"),
        ({"type": "integer", "exclusiveMinimum": ID, "exclusiveMaximum": ID + 2}, "exclusiveMinimum"),
        ({"type": "integer", "minimum": 2**64}, "minimum"),
        ({"type": "number", "maximum": -1e30}, "maximum"),
    ],
)
def test_what_doubles_cannot_tell_apart_is_refused_with_what_to_do(schema: Any, place: str) -> None:
    with pytest.raises(SchemaRefused, match=r"write it as a string") as caught:
        prepare({"properties": {"id": schema}})
    assert [fault.place for fault in caught.value.faults] == [f"#/properties/id/{place}"]


@pytest.mark.parametrize(
    ("number", "text"),
    [(2**53, "9007199254740992"), (-(2**53), "-9007199254740992"), (0.1, "0.1"), (1e-10, "0.0000000001"), (1e15, "1000000000000000")],
)
def test_numbers_that_are_doubles_stay(number: float, text: str) -> None:
    assert prepare({"const": number}) == {"const": number}
    assert json.loads(text) == number
    assert Admitting({"const": number})(text)
