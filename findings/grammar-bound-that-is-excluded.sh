#!/usr/bin/env bash
# The good guess: under `exclusiveMinimum: 0` no answer is 0. llguidance keeps that bound: with no upper one, with 1 or with 10 it refuses
# "0", "0.0" and "-0".
#
# What happens: if both bounds of a number lie within one step between whole numbers and the excluded one is whole, the bound itself is
# admitted, spelt without a fraction: 0 under `exclusiveMinimum: 0, maximum: 0.5`, 1 between 1 and 1.5, and -1 between -1.5 and -1.
# "0.0" stays refused. Nothing is said. An upper bound of 1 or more hides it.
#
# Seen with: llguidance 1.9.1, jsonschema 4.26.0, Python 3.11. Why it matters to candor's users: rates, shares and probabilities are
# written so (pydantic's `Field(gt=0, le=0.5)`, zod's `.positive().max(0.5)`), zero is what a model says most easily, and it is the one
# value that was excluded because somebody divides by it.
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


def admits(schema, text):
    rules = LLMatcher(TOKENIZER, LLMatcher.grammar_from_json_schema(json.dumps(schema)), log_level=0)
    assert not rules.is_error() and not rules.get_grammar_warnings()
    tokens = list(text.encode())
    return rules.try_consume_tokens(tokens) == len(tokens) and rules.is_accepting()


def show(text, admitted, **bounds):
    schema = {"type": "number", **bounds}
    seen = admits(schema, text)
    print(f"{text:>5} under {bounds}: grammar {seen}, validator {Draft202012Validator(schema).is_valid(json.loads(text))}")
    assert seen == admitted and not Draft202012Validator(schema).is_valid(json.loads(text))


for upper in ({}, {"maximum": 10}, {"maximum": 1}):
    show("0", False, exclusiveMinimum=0, **upper)
for upper in ({"maximum": 0.5}, {"exclusiveMaximum": 0.5}, {"maximum": 0.1}):
    show("0", True, exclusiveMinimum=0, **upper)
show("0.0", False, exclusiveMinimum=0, maximum=0.5)
show("1", True, exclusiveMinimum=1, maximum=1.5)
show("-1", True, minimum=-1.5, exclusiveMaximum=-1)
show("-0", True, minimum=-0.5, exclusiveMaximum=0)
PY
"$work/venv/bin/python" "$work/seen.py"
