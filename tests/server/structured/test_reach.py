"""How far references may lead."""

from typing import Any

import pytest

from server.structured.fault import SchemaRefused
from tests.server.structured.admitting import Admitting, prepare
from tests.server.structured.schemas import closed


def chain(length: int, order: int = 1) -> dict[str, Any]:
    """Make types of which each holds the next one."""
    types = {f"D{index}": closed({"a": {"$ref": f"#/$defs/D{index + 1}"}}) for index in range(length)} | {f"D{length}": {"type": "null"}}
    return {"$defs": dict([*types.items()][::order]), "$ref": "#/$defs/D0"}


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("length", [300, 301])
def test_references_that_lead_farther_than_that_are_refused(length: int, order: int) -> None:
    with pytest.raises(SchemaRefused, match="its references lead more than 300 schemas deep"):
        prepare(chain(length, order))


def test_unions_of_unions_without_an_end_are_refused() -> None:
    types = {f"D{index}": {"oneOf": [{"$ref": f"#/$defs/D{index + 1}"}] * 2} for index in range(301)} | {"D301": {"type": "null"}}
    with pytest.raises(SchemaRefused, match="300 schemas deep"):
        prepare({"$defs": types, "$ref": "#/$defs/D0"})


def test_many_types_and_long_chains_are_taken() -> None:
    assert Admitting(chain(140))("{" + '"a":{' * 139 + '"a":null' + "}" * 140)
    wide = {"$defs": {f"D{index}": {"type": "null"} for index in range(900)}}
    Admitting(wide | closed({f"p{index}": {"$ref": f"#/$defs/D{index}"} for index in range(900)}))
    Admitting(
        {
            "$defs": {f"D{n}": closed({"a": {"anyOf": [{"$ref": f"#/$defs/D{n ^ 1}"}, {"type": "null"}]}}) for n in range(2)},
            "$ref": "#/$defs/D0",
        }
    )
