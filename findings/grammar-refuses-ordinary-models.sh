#!/usr/bin/env bash
# The good guess: what llguidance cannot do is exotic (`not`, `if`, look-arounds), and schemas that pydantic and zod write for plain types
# stay clear of it.
#
# What happens: both write keywords for types that look plain. zod's `z.record(z.string(), z.number())` adds `propertyNames: {"type":
# "string"}`, which forbids nothing and is refused; `.startsWith("a")` adds a `format` of zod's own beside the pattern that says it all,
# and an unknown format is refused. pydantic's `set`, a dict keyed by an Enum, Path, bytes, SecretStr and UUID4 (not UUID) are refused. A
# union with a discriminator passes while its tag has no default: with `kind: Literal["cat"] = "cat"`, the form that saves typing, the tag
# is not `required`, the branches could overlap, and the whole `oneOf` is refused. One such field anywhere refuses the whole schema.
#
# Seen with: llguidance 1.9.1, pydantic 2.14.4, npm's zod 4.6.7, Python 3.11, Node 20. Why it matters to candor's users: the 400 names a
# keyword that stands nowhere in their code; the words above say which type to change.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "llguidance==1.9.1" "pydantic==2.14.4"
npm install --silent --no-audit --no-fund --prefix "$work" zod@4.6.7
cat > "$work/zod.mjs" <<'JS'
import * as z from "zod";
const types = {
  "z.record(z.string(), z.number())": z.record(z.string(), z.number()),
  'z.string().startsWith("a")': z.string().startsWith("a"),
  'z.string().regex(/^a/)': z.string().regex(/^a/),
  "z.ulid()": z.ulid(),
  "z.uuid()": z.uuid(),
  'z.discriminatedUnion("kind", …)': z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("cat") }), z.object({ kind: z.literal("dog") })]),
};
console.log(JSON.stringify(Object.entries(types).map(([name, type]) => [name, z.toJSONSchema(type)])));
JS
cat > "$work/seen.py" <<'PY'
import enum
import json
import sys
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

from llguidance import LLMatcher, LLTokenizer
from pydantic import UUID4, BaseModel, Field, SecretStr, TypeAdapter

TOKENIZER = LLTokenizer("byte")  # its own: each byte is a token, the last one is the end


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


class CatByDefault(BaseModel):
    kind: Literal["cat"] = "cat"


class DogByDefault(BaseModel):
    kind: Literal["dog"] = "dog"


def show(name, schema, expected):
    rules = LLMatcher(TOKENIZER, LLMatcher.grammar_from_json_schema(json.dumps(schema)), log_level=0)
    error = rules.get_error().split("\n")[0]
    print(f"{name:<34} {error[:90] or 'passes'}")
    assert expected in error if expected else not error


zods = dict(json.loads(sys.argv[1]))
refused = {"z.record(z.string(), z.number())": "propertyNames", 'z.string().startsWith("a")': "Unknown format: starts_with",
           "z.ulid()": "Unknown format: ulid"}
for name, schema in zods.items():
    show(name, schema, refused.get(name, ""))
print("z.record:", zods["z.record(z.string(), z.number())"]["propertyNames"])
assert zods["z.record(z.string(), z.number())"]["propertyNames"] == {"type": "string"}

for name, type_, expected in (
    ("dict[str, int]", dict[str, int], ""), ("dict[Colour, int]", dict[Colour, int], "propertyNames"),
    ("list[int]", list[int], ""), ("set[int]", set[int], "uniqueItems"),
    ("UUID", UUID, ""), ("UUID4", UUID4, "Unknown format: uuid4"), ("Path", Path, "Unknown format: path"),
    ("bytes", bytes, "Unknown format: binary"), ("SecretStr", SecretStr, "Unknown format: password"),
    ("union, tag without a default", Annotated[Cat | Dog, Field(discriminator="kind")], ""),
    ("union, tag with a default", Annotated[CatByDefault | DogByDefault, Field(discriminator="kind")], "oneOf"),
    ("union without a discriminator", CatByDefault | DogByDefault, ""),
):
    show(name, TypeAdapter(type_).json_schema(), expected)


class Order(BaseModel):
    items: list[int]
    labels: set[str]


show("a model with one such field", Order.model_json_schema(), "uniqueItems")
PY
"$work/venv/bin/python" "$work/seen.py" "$(node "$work/zod.mjs")"
