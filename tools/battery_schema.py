"""Writes the JSON Schema of the battery's report: `python -m tools.battery_schema`."""

from pathlib import Path
from typing import Any

import msgspec

from clients.report.report import Report

SCHEMA_FILE = Path(__file__).parents[1] / "docs" / "battery-report.schema.json"


def report_schema() -> dict[str, Any]:
    """Derive the schema from the structs that are written."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A report of candor's probe battery",
        **msgspec.json.schema(Report),
    }


def render_schema() -> bytes:
    """Lay the schema out as it is committed."""
    return msgspec.json.format(msgspec.json.encode(report_schema()), indent=2) + b"\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_bytes(render_schema())
