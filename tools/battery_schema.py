"""Writes the JSON Schema of the battery's report: `python -m tools.battery_schema`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from clients.records.flat_record import PARTS, REQUIRED
from clients.records.record import Record
from clients.report.report import Report

SCHEMA_FILE = Path(__file__).parents[1] / "docs" / "battery-report.schema.json"
PLACE = "#/$defs/"


def report_schema() -> dict[str, Any]:
    """Derive the schema from the structs that are written."""
    _, schemas = msgspec.json.schema_components([Report, *PARTS.values()], schema_hook=_refer, ref_template=f"{PLACE}{{name}}")
    parts = [schemas.pop(part.__name__) for part in PARTS.values()]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A report of candor's probe battery",
        "$ref": f"{PLACE}Report",
        "$defs": schemas | {"Record": _record_schema(parts)},
    }


def _refer(kind: type) -> dict[str, Any]:
    """Refer to what msgspec does not know, as a `schema_hook`."""
    if kind is not Record:
        raise NotImplementedError(f"no schema for {kind.__name__}")
    return {"$ref": f"{PLACE}Record"}


def _record_schema(parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Put the fields of all parts side by side; only what earlier versions did not write has a default in files."""
    fields = {name: field for part in parts for name, field in part["properties"].items()}
    for name in REQUIRED:
        fields[name].pop("default", None)
    about = (Record.__doc__ or "").partition("\n")[0]
    return {"title": "Record", "description": about, "type": "object", "properties": fields, "required": list(REQUIRED)}


def render_schema() -> bytes:
    """Lay the schema out as it is committed."""
    return msgspec.json.format(msgspec.json.encode(report_schema()), indent=2) + b"\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_bytes(render_schema())
