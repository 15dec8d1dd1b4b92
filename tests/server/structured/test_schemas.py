"""The table of schemas is what it says it is."""

from jsonschema import Draft7Validator, Draft202012Validator

from tests.server.structured.schemas import DRAFT_7, make_schemas


def test_there_are_many_schemas_each_right_and_no_two_alike() -> None:
    schemas = make_schemas()
    assert len(schemas) == 237
    assert len({name for name, _ in schemas}) == 237
    assert len({repr(schema) for _, schema in schemas}) == 237
    for _, schema in schemas:
        (Draft7Validator if schema.get("$schema") == DRAFT_7 else Draft202012Validator).check_schema(schema)
