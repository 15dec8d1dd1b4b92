"""The shortest value that a JSON schema of a client's admits."""

from typing import Any


def write_example(schema: dict[str, Any], root: dict[str, Any] | None = None) -> Any:
    """Make up a value for a schema as pydantic and zod write them."""
    root = schema if root is None else root
    if reference := schema.get("$ref"):
        target: Any = root
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]
        return write_example(target, root)
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return write_example(schema[key][0], root)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            return {name: write_example(part, root) for name, part in schema.get("properties", {}).items()}
        case "array":
            return [write_example(schema.get("items", {}), root)] * schema.get("minItems", 1)
        case "integer" | "number":
            return schema.get("minimum", 7)
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return "blue"
