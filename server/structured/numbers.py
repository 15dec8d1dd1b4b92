"""Numbers of a schema, which llguidance takes as doubles: exact as far as 2**53, and bounds in steps beyond.

A bound that no double hits is moved inwards to the next that one does, so that nothing is allowed that the schema forbids.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

EXACT = 2**53  # up to here each whole number is a double
FARTHEST = 2**63 - 1024  # of the bounds that a pattern can be made for
STEP = 1e-9  # from a bound that is excluded to the next number
ADVICE = "write it as a string"


class Side(NamedTuple):
    """Of the two ends of a range, with the names that it has."""

    bound: str
    excluded: str
    other: tuple[str, str]
    inwards: int  # 1 is up


LOWER = Side("minimum", "exclusiveMinimum", ("maximum", "exclusiveMaximum"), 1)
UPPER = Side("maximum", "exclusiveMaximum", ("minimum", "exclusiveMinimum"), -1)


def find_number_faults(schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give the keywords whose numbers no answer could be held to, each with what is wrong."""
    for keyword in ("const", "enum"):
        for number in _list_numbers(schema.get(keyword)):
            if abs(number) > EXACT:
                yield keyword, f"{keyword}: {_spell(number)} is beyond 2**53, where numbers are no longer told apart: {ADVICE}"
                break
    bounds = _name_exclusion({keyword: value for keyword, value in schema.items() if _is_bound(keyword, value)})
    if any(isinstance(value, bool) for value in bounds.values()):
        return
    held = _hold_within_doubles(bounds)
    for side in (LOWER, UPPER):
        named = side.bound if side.bound in bounds else side.excluded
        if side.bound in held and held[side.bound] * side.inwards > FARTHEST:
            yield named, f"{named}: {_spell(bounds[named])} leaves numbers beyond 2**63 only: {ADVICE}"
            return
    least, most = held.get("minimum"), held.get("maximum")
    if least is not None and most is not None and least > most and held != bounds:
        named = "minimum" if "minimum" in bounds else "exclusiveMinimum"
        yield named, f"{named}: between {_spell(bounds[named])} and its maximum no number can be told apart: {ADVICE}"


def hold_bounds(schema: dict[str, Any], *, is_merged: bool) -> dict[str, Any]:
    """Move the bounds of a schema that has no faults so that they are kept; `is_merged`: others may bound the same number."""
    held = _hold_within_doubles(_name_exclusion(schema))
    for side in (LOWER, UPPER):
        held = _leave_out(held, side, is_merged=is_merged)
    return held


def _name_exclusion(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Say in draft-06's way what draft-04 says by a boolean."""
    named = dict(schema)
    for side in (LOWER, UPPER):
        if named.get(side.excluded) is True and side.bound in named:
            named[side.excluded] = named.pop(side.bound)
        elif isinstance(named.get(side.excluded), bool):
            del named[side.excluded]
    return named


def _hold_within_doubles(schema: Mapping[str, Any]) -> dict[str, Any]:
    held = dict(schema)
    for side in (LOWER, UPPER):
        if side.excluded in held and abs(held[side.excluded]) >= EXACT:
            _tighten(held, side, _find_double(held.pop(side.excluded), side, is_excluded=True))
        if side.bound in held and abs(held[side.bound]) > EXACT:
            held[side.bound] = _find_double(held[side.bound], side, is_excluded=False)
        if held.get(side.bound, 0) * side.inwards > EXACT and not any(keyword in held for keyword in side.other):
            held[side.other[0]] = FARTHEST * side.inwards  # of one bound alone that is so far off no pattern can be made
    return held


def _find_double(bound: float, side: Side, *, is_excluded: bool) -> int:
    """Give the next whole number, inwards from a bound, that is a double."""
    if bound * side.inwards < -FARTHEST:
        return -FARTHEST * side.inwards
    if bound * side.inwards > FARTHEST:
        return (FARTHEST + 1024) * side.inwards  # out of reach
    whole = int(bound) + (side.inwards if is_excluded else 0)
    double = float(whole)
    if (int(double) - whole) * side.inwards < 0:
        double = math.nextafter(double, math.inf * side.inwards)
    return int(double)


def _leave_out(schema: dict[str, Any], side: Side, *, is_merged: bool) -> dict[str, Any]:
    """Put a bound right behind a whole number that is excluded: where both bounds lie within a step, llguidance lets that number in."""
    whole = schema.get(side.excluded)
    if whole is None or schema.get("type") == "integer" or int(whole) != whole:
        return schema
    others = [schema[keyword] for keyword in side.other if keyword in schema]
    room = min(((other - whole) * side.inwards for other in others), default=None)
    if (room is None and not is_merged) or (room is not None and not 0 < room < 1):
        return schema
    held = {keyword: value for keyword, value in schema.items() if keyword != side.excluded}
    step = max(STEP, 4 * math.ulp(whole))
    step = step if room is None else min(step, room / 2)
    _tighten(held, side, round(whole + step * side.inwards, 9) if step == STEP else whole + step * side.inwards)
    return held


def _tighten(schema: dict[str, Any], side: Side, bound: float) -> None:
    narrower = max if side is LOWER else min
    schema[side.bound] = narrower(schema.get(side.bound, bound), bound)


def _is_bound(keyword: str, value: Any) -> bool:
    return isinstance(value, int | float) and any(keyword in (side.bound, side.excluded) for side in (LOWER, UPPER))


def _list_numbers(value: Any) -> Iterator[float]:
    if isinstance(value, list | dict):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _list_numbers(inner)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield value


def _spell(number: float) -> str:
    text = str(number)
    return text if len(text) <= 40 else f"{text[:37]}..."
