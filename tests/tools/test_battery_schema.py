"""The published schema of the battery's report."""

from clients.report.report import Report
from tools.battery_schema import SCHEMA_FILE, render_schema, report_schema


def test_committed_schema_is_that_of_the_structs() -> None:
    assert SCHEMA_FILE.read_bytes() == render_schema(), "run python -m tools.battery_schema"


def test_schema_names_every_field_and_no_other() -> None:
    report = report_schema()["$defs"]["Report"]
    assert list(report["properties"]) == list(Report.__struct_fields__)
    assert report["required"] == list(Report.__struct_fields__)
