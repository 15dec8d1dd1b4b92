"""Writes the JSON Schema of the report of a sweep over checkpoints: `python -m tools.checkpoints_schema`."""

from pathlib import Path
from typing import Any

import msgspec

from clients.checkpoints.sweep_report import SweepReport

SCHEMA_FILE = Path(__file__).parents[1] / "docs" / "checkpoints-report.schema.json"
PLACE = "#/$defs/"


def sweep_schema() -> dict[str, Any]:
    """Derive the schema from the structs that are written."""
    _, schemas = msgspec.json.schema_components([SweepReport], ref_template=f"{PLACE}{{name}}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A report of candor's sweep over the checkpoints of a training",
        "$ref": f"{PLACE}SweepReport",
        "$defs": schemas,
    }


def render_schema() -> bytes:
    """Lay the schema out as it is committed."""
    return msgspec.json.format(msgspec.json.encode(sweep_schema()), indent=2) + b"\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_bytes(render_schema())
