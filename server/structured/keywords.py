"""What is done with each keyword of a JSON Schema, draft-07 and 2020-12; those that are not here are guaranteed, or describe only."""

from typing import Any

TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})

# What changes which texts are right and cannot be had token by token, or not by the grammars that masks are made of.
REFUSED = frozenset(
    {
        "$dynamicRef",
        "$recursiveRef",
        "contains",
        "contentEncoding",
        "contentMediaType",
        "contentSchema",
        "dependencies",
        "dependentRequired",
        "dependentSchemas",
        "disallow",
        "divisibleBy",
        "else",
        "extends",
        "if",
        "maxContains",
        "minContains",
        "not",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
        "uniqueItems",
    }
)

# Values that ask for nothing.
NEUTRAL: dict[str, tuple[Any, ...]] = {
    "dependencies": ({},),
    "dependentRequired": ({},),
    "dependentSchemas": ({},),
    "not": (False,),
    "propertyNames": (True, {}, {"type": "string"}),
    "unevaluatedItems": (True, {}),
    "unevaluatedProperties": (True, {}),
    "uniqueItems": (False,),
}

# Keywords that mean nothing where none of the others stands.
COMPANIONS: dict[str, tuple[str, ...]] = {
    "else": ("if",),
    "if": ("then", "else"),
    "maxContains": ("contains",),
    "minContains": ("contains",),
    "then": ("if",),
}

# Annotations that must not reach the compiler: the first is an instruction to llguidance, which could make it ignore keywords.
DROPPED = frozenset({"x-guidance", "nullable"})

# What to ask for in place of what is refused, where there is something.
ADVICE = {
    "not": "list what is allowed instead",
    "uniqueItems": "ask for a list (in pydantic list in place of set) and take out what comes twice",
}

DIALECTS = frozenset(
    {
        "http://json-schema.org/draft-04/schema",
        "http://json-schema.org/draft-06/schema",
        "http://json-schema.org/draft-07/schema",
        "https://json-schema.org/draft/2019-09/schema",
        "https://json-schema.org/draft/2020-12/schema",
    }
)


def is_neutral(keyword: str, value: Any) -> bool:
    """Say whether this value of a keyword asks for nothing."""
    if keyword == "contentMediaType":
        return isinstance(value, str) and (value.startswith("text/") or value == "application/octet-stream")
    return any(type(value) is type(one) and value == one for one in NEUTRAL.get(keyword, ()))
