"""The published schema of the report of a sweep over checkpoints."""

import msgspec
from jsonschema import Draft202012Validator

from clients.checkpoints.sweep_report import SweepReport, encode_sweep
from tests.clients.checkpoints.reports import hostile, ordinary, without_scores
from tools.checkpoints_schema import SCHEMA_FILE, render_schema, sweep_schema


def test_committed_schema_is_that_of_the_structs() -> None:
    assert SCHEMA_FILE.read_bytes() == render_schema(), "run python -m tools.checkpoints_schema"


def test_schema_names_every_field_and_fits_what_is_written() -> None:
    schema = sweep_schema()
    assert list(schema["$defs"]["SweepReport"]["properties"]) == list(SweepReport.__struct_fields__)
    for report in (ordinary(), hostile(), without_scores()):
        Draft202012Validator(schema).validate(msgspec.json.decode(encode_sweep(report)))
