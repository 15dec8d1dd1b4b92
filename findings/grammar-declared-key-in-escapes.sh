#!/usr/bin/env bash
# The good guess: llguidance's notes say that keys of `additionalProperties` may come twice, and that those listed in `properties` are
# enforced uniquely. So under a grammar a listed key has the type that its schema gives it, whatever else an open object may hold. And
# \u escapes are written for control characters only: `"\u0061"` is refused as a string and, in an object without listed keys, as a key.
#
# What happens: where a schema lists a key (or a pattern of keys), the keys beside it are told apart as they are written, not as they are
# read, and there any \u escape passes. `{"role": "user", "\u0072ole": "admin"}` ends as a finished answer; a JSON parser takes the last
# of the two, so `role` is a value that its enum forbids. The escaped spelling alone does it too, and so do keys of `patternProperties`.
#
# Seen with: llguidance 1.9.1, jsonschema 4.26.0, Python 3.11. Why it matters to candor's users: `additionalProperties` is open unless
# somebody closes it, and a model that writes escapes (source code, tables, other scripts) gets there by itself: the answer says `stop`
# and fails in a validator. Schemas with `additionalProperties: false`, what the SDKs' strict forms send, are not touched.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "llguidance==1.9.1" "jsonschema==4.26.0"
cat > "$work/seen.py" <<'PY'
import json

from jsonschema import Draft202012Validator
from llguidance import LLMatcher, LLTokenizer

TOKENIZER = LLTokenizer("byte")  # its own: each byte is a token, the last one is the end
LISTED = {"type": "object", "properties": {"role": {"enum": ["user"]}}}
PATTERN = {"type": "object", "patternProperties": {"^x_": {"type": "integer"}}}
BOTH = r'{"role":"user","\u0072ole":"admin"}'


def admits(schema, text):
    rules = LLMatcher(TOKENIZER, LLMatcher.grammar_from_json_schema(json.dumps(schema)), log_level=0)
    assert not rules.is_error() and not rules.get_grammar_warnings()
    tokens = list(text.encode())
    return rules.try_consume_tokens(tokens) == len(tokens) and rules.is_accepting()


def show(schema, text, in_grammar, in_validator):
    seen = admits(schema, text), Draft202012Validator(schema).is_valid(json.loads(text))
    print(f"{json.dumps(schema)}\n    {text} is read as {json.loads(text)}: grammar {seen[0]}, validator {seen[1]}")
    assert seen == (in_grammar, in_validator)


show(LISTED, '{"role":"user","role":"admin"}', False, False)  # as the notes say
show({"type": "string"}, r'"\u0061"', False, True)  # no escape where none is needed
show({"type": "object"}, r'{"\u0061":1}', False, True)
show(LISTED | {"required": ["role"]}, BOTH, True, False)
show(LISTED, r'{"\u0072ole":"admin"}', True, False)
show(PATTERN, '{"x_a":"text"}', False, False)
show(PATTERN, r'{"\u0078_a":"text"}', True, False)
show(LISTED | {"additionalProperties": False}, BOTH, False, False)
PY
"$work/venv/bin/python" "$work/seen.py"
