"""237 JSON Schemas of growing difficulty, in the shapes that pydantic, zod and instructor give to theirs.

Most have an end that is near, so that a model which knows nothing of them comes to it.
"""

import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

Schema = dict[str, Any]

WORD: Schema = {"type": "string", "maxLength": 12}
DRAFT_7 = "http://json-schema.org/draft-07/schema#"
DRAFT_2020 = "https://json-schema.org/draft/2020-12/schema"


class NamedSchema(NamedTuple):
    """A schema with a name of its own."""

    name: str
    schema: Schema


def make_schemas() -> list[NamedSchema]:
    """Make them all, easier ones first."""
    families = (
        _values,
        _formats,
        _patterns,
        _numbers,
        _arrays,
        _pydantic,
        _zod,
        _unions,
        _instructor,
        _nested,
        _recursive,
        _mixtures,
        _edges,
        _open_objects,
        _tagged,
        _named,
        _described,
    )
    return [NamedSchema(f"{family.__name__[1:]}-{index}", schema) for family in families for index, schema in enumerate(family())]


def closed(properties: dict[str, Schema], **others: Any) -> Schema:
    """Make an object that has all of these and nothing else."""
    return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False} | others


def _values() -> Iterator[Schema]:
    yield from ({"type": one} for one in ("boolean", "null", "integer"))
    constants: list[Any] = ["a", 1, -2.5, None, True, [1, "b"], {"a": {"b": []}}, "é日本🙂", '"\\/\n']
    yield from ({"const": one} for one in constants)
    choices: list[list[Any]] = [["yes", "no"], [1, 2, 3], ["a", 1, None, False], [f"word {n}" for n in range(40)], ["ß", "日"]]
    yield from ({"enum": one} for one in choices)
    yield from ({"type": "string", "minLength": least, "maxLength": most} for least, most in ((0, 0), (0, 5), (3, 3), (2, 12)))
    yield {"type": ["string", "null"], "maxLength": 4}
    yield {"type": ["boolean", "integer"]}
    yield {"type": "string", "enum": ["red", "green"], "title": "Colour", "default": "red"}


def _formats() -> Iterator[Schema]:
    for name in ("date", "time", "date-time", "duration", "ipv4", "uuid"):
        yield {"type": "string", "format": name}
    yield closed({"born": {"type": "string", "format": "date"}, "secret": {"type": "string", "format": "password", "maxLength": 8}})


def _patterns() -> Iterator[Schema]:
    for pattern in (r"^a+b?$", r"^\d{4}-\d{2}$", r"^[A-Z][a-z]{1,8}$", r"^(cat|dog)s?$", r"^#[0-9a-f]{6}$", r"^\w{2,5}$", r"^\(\d{3}\)$"):
        yield {"type": "string", "pattern": pattern}
    yield {"type": "string", "pattern": "^[a-z]+$", "minLength": 2, "maxLength": 9}
    yield {"type": "string", "pattern": r"^[^\"\\]{1,6}$"}


def _numbers() -> Iterator[Schema]:
    for least, most in ((0, 9), (-5, 5), (100, 130), (-1000, -1), (0, 1)):
        yield {"type": "integer", "minimum": least, "maximum": most}
        yield {"type": "number", "minimum": least, "exclusiveMaximum": most + 1}
    yield {"type": "integer", "exclusiveMinimum": 3, "maximum": 5}
    yield {"type": "integer", "multipleOf": 5, "minimum": 0, "maximum": 50}
    yield {"type": "number", "multipleOf": 0.5, "minimum": 0, "maximum": 3}


def _arrays() -> Iterator[Schema]:
    items: tuple[Schema, ...] = ({"type": "boolean"}, {"enum": ["a", "b"]}, {"type": "integer", "minimum": 0, "maximum": 99}, WORD)
    for item, (least, most) in itertools.product(items, ((0, 2), (1, 1), (2, 5))):
        yield {"type": "array", "items": item, "minItems": least, "maxItems": most}
    yield {"type": "array", "prefixItems": [{"type": "boolean"}, WORD], "items": False, "minItems": 2}
    yield {"$schema": DRAFT_7, "type": "array", "items": [{"type": "boolean"}, {"const": 1}], "additionalItems": False}
    yield {"type": "array", "items": {"type": "array", "items": {"type": "boolean"}, "maxItems": 2}, "maxItems": 3}
    yield {"type": "array", "items": {"const": 1}, "maxItems": 3, "uniqueItems": False}


def _pydantic() -> Iterator[Schema]:
    """A title everywhere, defaults, optional fields as `anyOf` with null, models in `$defs`."""
    fields: dict[str, Schema] = {
        "name": {"maxLength": 20, "title": "Name", "type": "string"},
        "age": {"anyOf": [{"maximum": 130, "minimum": 0, "type": "integer"}, {"type": "null"}], "default": None, "title": "Age"},
        "kind": {"$ref": "#/$defs/Kind"},
        "tags": {"default": [], "items": {"enum": ["x", "y"], "type": "string"}, "maxItems": 3, "title": "Tags", "type": "array"},
        "is_new": {"default": False, "title": "Is New", "type": "boolean"},
    }
    kind: Schema = {"enum": ["cat", "dog"], "title": "Kind", "type": "string"}
    for count in range(1, len(fields) + 1):
        for chosen in list(itertools.combinations(fields, count))[:6]:
            properties = {name: fields[name] for name in chosen}
            yield closed(properties, title="Animal") | {"$defs": {"Kind": kind}}
    yield closed(
        {"owner": {"$ref": "#/$defs/Person", "description": "whose it is"}},
        title="Pet",
        **{"$defs": {"Person": closed({"name": WORD, "born": {"type": "string", "format": "date"}}, title="Person")}},
    )


def _zod() -> Iterator[Schema]:
    """Draft-07 or 2020-12 by name, everything closed, safe integers, records with `propertyNames`."""
    safe: Schema = {"type": "integer", "minimum": -9007199254740991, "maximum": 9007199254740991}
    fields: dict[str, Schema] = {
        "id": safe,
        "label": WORD,
        "state": {"type": "string", "enum": ["on", "off"]},
        "note": {"anyOf": [WORD, {"type": "null"}]},
        "flag": {"type": "boolean"},
    }
    for draft, count in itertools.product((DRAFT_7, DRAFT_2020), range(1, 6)):
        for chosen in list(itertools.combinations(fields, count))[:2]:
            yield {"$schema": draft, **closed({name: fields[name] for name in chosen})}
    record = {"type": "object", "propertyNames": {"type": "string"}, "additionalProperties": {"type": "boolean"}, "maxProperties": 2}
    yield {"$schema": DRAFT_2020, **record}
    yield {"$schema": DRAFT_2020, **closed({"flags": record})}


def _unions() -> Iterator[Schema]:
    cat = closed({"kind": {"const": "cat"}, "lives": {"type": "integer", "minimum": 1, "maximum": 9}})
    dog = closed({"kind": {"const": "dog"}, "is_good": {"type": "boolean"}})
    fish = closed({"kind": {"const": "fish"}, "colours": {"type": "array", "items": {"enum": ["red", "gold"]}, "maxItems": 2}})
    for some in ([cat, dog], [dog, fish], [cat, dog, fish]):
        yield {"anyOf": some}
        yield {"oneOf": some, "discriminator": {"propertyName": "kind"}}
        yield {"type": "array", "items": {"anyOf": some}, "minItems": 1, "maxItems": 2}
        yield closed({"pet": {"oneOf": some}})
    yield {"anyOf": [{"type": "integer", "minimum": 0, "maximum": 9}, WORD, {"type": "null"}]}
    yield {"allOf": [{"type": "integer", "minimum": 3}, {"maximum": 7}]}
    yield {"allOf": [{"type": "object", "properties": {"a": {"type": "boolean"}}, "required": ["a"]}, closed({"a": {}, "b": WORD})]}


def _instructor() -> Iterator[Schema]:
    """A list of models under one name, with texts for the model to read."""
    user = closed(
        {"name": {"type": "string", "description": "full name", "maxLength": 16}, "age": {"type": "integer", "maximum": 99, "minimum": 0}}
    )
    for most in (1, 2, 3):
        users = {"type": "array", "items": {"$ref": "#/$defs/User"}, "minItems": 1, "maxItems": most}
        yield {"$defs": {"User": user}, **closed({"users": users}, description="Correctly extracted `Users`")}
    for labels in (["SPAM", "NOT_SPAM"], ["TECH", "BILLING", "GENERAL"], [f"L{n}" for n in range(20)]):
        yield closed({"reasoning": {"type": "string", "maxLength": 40}, "label": {"enum": labels, "type": "string"}})
        yield closed({"labels": {"type": "array", "items": {"enum": labels}, "minItems": 1, "maxItems": 3}})
    verdict = closed({"statement": WORD, "verdict": {"enum": [0, 1]}, "reason": WORD})
    yield closed({"statements": {"type": "array", "items": verdict, "minItems": 1, "maxItems": 2}})
    yield closed({"answer": {"anyOf": [WORD, {"type": "null"}]}, "error": {"type": "boolean", "default": False}})


def _nested() -> Iterator[Schema]:
    for depth in range(1, 16):
        schema: Schema = {"type": "boolean"}
        for level in range(depth):
            schema = (
                closed({f"level{level}": schema}) if level % 3 != 1 else {"type": "array", "items": schema, "minItems": 1, "maxItems": 1}
            )
        yield schema


def _recursive() -> Iterator[Schema]:
    for name in ("$defs", "definitions"):
        node = closed({"value": {"type": "boolean"}, "next": {"anyOf": [{"$ref": f"#/{name}/node"}, {"type": "null"}]}})
        yield {name: {"node": node}, "$ref": f"#/{name}/node"}
        tree = closed({"name": {"enum": ["a", "b"]}, "children": {"type": "array", "items": {"$ref": f"#/{name}/tree"}, "maxItems": 2}})
        yield {name: {"tree": tree}, **closed({"root": {"$ref": f"#/{name}/tree"}})}
    yield {"anyOf": [{"enum": ["leaf"]}, {"type": "array", "items": {"$ref": "#"}, "maxItems": 1}]}


def _mixtures() -> Iterator[Schema]:
    parts: dict[str, Schema] = {
        "when": {"type": "string", "format": "date"},
        "code": {"type": "string", "pattern": "^[A-Z]{2}[0-9]{1,3}$"},
        "share": {"type": "number", "minimum": 0, "maximum": 1},
        "who": closed({"name": WORD, "is_member": {"type": "boolean"}}),
        "what": {"anyOf": [{"const": "nothing"}, {"type": "array", "items": WORD, "maxItems": 2}]},
        'Größe, "é"': {"enum": ["klein", "groß"]},
        "not": {"type": ["integer", "null"], "minimum": 0, "maximum": 20},
    }
    for count in (2, 3, 4, 5, 6, 7):
        for chosen in list(itertools.combinations(parts, count))[::3][:8]:
            yield closed({name: parts[name] for name in chosen})
    for chosen in list(itertools.combinations(parts, 3))[:20:3]:
        yield {
            "type": "object",
            "properties": {name: parts[name] for name in chosen},
            "required": [chosen[0]],
            "additionalProperties": False,
        }


def _edges() -> Iterator[Schema]:
    """Numbers without an end of digits, bounds that are excluded within a step, and those of 64 bits."""
    yield {"type": "number"}
    yield closed({"price": {"type": "number"}, "count": {"type": "integer"}})
    for least, most in ((0, 0.5), (1, 1.5), (-0.25, 0)):
        yield {"type": "number", "exclusiveMinimum": least, "exclusiveMaximum": most}
    yield closed({"share": {"type": "number", "exclusiveMinimum": 0, "maximum": 0.5}})
    yield closed({"id": {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1}})
    yield {"type": "integer", "minimum": 0, "maximum": 2**64 - 1}
    yield {"type": "number", "minimum": -1.7976931348623157e308, "maximum": 1.7976931348623157e308}
    yield {"type": "integer", "exclusiveMinimum": 2**60, "exclusiveMaximum": 2**62}


def _open_objects() -> Iterator[Schema]:
    """As most people write them: nothing is said of other names, or they are allowed."""
    named: Schema = {"type": "object", "properties": {"role": {"enum": ["user", "tool"]}, "age": {"type": "integer"}}}
    yield named | {"required": ["role"]}
    yield named | {"required": ["role", "age"], "title": "User"}
    yield {"type": "array", "items": named | {"required": ["age"]}, "minItems": 1, "maxItems": 2}
    yield {"$defs": {"User": named | {"required": ["role"]}}, "anyOf": [{"$ref": "#/$defs/User"}, {"type": "null"}]}
    yield named | {"required": ["role"], "additionalProperties": {"type": "boolean"}}
    yield {"type": "object", "patternProperties": {"^x_[a-z]{1,3}$": {"type": "boolean"}}}


def _tagged() -> Iterator[Schema]:
    """Unions by pydantic whose tags have defaults, of themselves too, and by zod."""
    cat: Schema = {
        "properties": {"kind": {"const": "cat", "default": "cat", "type": "string"}, "lives": {"enum": [7, 9]}},
        "type": "object",
    }
    dog: Schema = {"properties": {"kind": {"const": "dog", "default": "dog", "type": "string"}}, "type": "object"}
    both = [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}]
    tagged = {"discriminator": {"mapping": {"cat": "#/$defs/Cat", "dog": "#/$defs/Dog"}, "propertyName": "kind"}, "oneOf": both}
    yield {"$defs": {"Cat": cat, "Dog": dog}, **tagged}
    yield {"$defs": {"Cat": cat, "Dog": dog}, "oneOf": both}
    yield {"$defs": {"Cat": cat, "Dog": dog}, **closed({"pet": tagged})}
    yield {"$defs": {"Cat": cat, "Dog": dog}, "type": "array", "items": tagged, "minItems": 1, "maxItems": 2}
    yield {"$defs": {"Cat": cat, "Dog": dog}, **closed({"pet": {"oneOf": [*both, {"type": "null"}], "default": None}})}
    yield {"$schema": DRAFT_2020, "oneOf": [closed({"k": {"type": "string", "const": one}}) for one in "ab"]}


def _named() -> Iterator[Schema]:
    """Dictionaries whose keys are an enum or have a pattern."""
    colour: Schema = {"enum": ["red", "blue"], "title": "Colour", "type": "string"}
    values: Schema = {"type": "object", "additionalProperties": {"type": "boolean"}}
    yield {"$defs": {"Colour": colour}, "propertyNames": {"$ref": "#/$defs/Colour"}, **values}
    yield {"$schema": DRAFT_2020, "propertyNames": colour, "required": ["red", "blue"], **values}
    yield {"propertyNames": {"type": "string", "pattern": "^x_[a-z]{1,3}$"}, **values, "required": ["x_a"]}
    yield {"propertyNames": {"maxLength": 4}, **values, "maxProperties": 2}


def _described() -> Iterator[Schema]:
    """Formats of zod's and pydantic's own, and encodings."""
    texts: list[Schema] = [
        {"format": "starts_with", "pattern": "^ab.{0,4}$"},
        {"format": "cuid2", "pattern": "^[0-9a-z]{4}$"},
        {"format": "nanoid", "pattern": "^[a-zA-Z0-9_-]{21}$"},
        {"format": "e164", "pattern": r"^\+[1-9]\d{6,14}$"},
        {"format": "base64", "contentEncoding": "base64", "maxLength": 8},
        {"format": "binary", "maxLength": 6},
        {"format": "path", "maxLength": 6},
        {"format": "password", "maxLength": 6, "writeOnly": True},
        {"format": "uuid4"},
        {"format": "date", "pattern": r"^20\d\d-"},
    ]
    for text in texts:
        yield {"type": "string", **text}
    yield closed({f"text{index}": {"type": "string", **text} for index, text in enumerate(texts[:4])})
