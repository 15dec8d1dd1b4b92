#!/usr/bin/env bash
# The good guess: a schema that no finite answer can satisfy is refused by llguidance when it compiles ("Unsatisfiable schema" is a message
# it has, and `{"enum": []}` gets it), and `validate_grammar` finds it before anything runs.
#
# What happens: `{"$ref": "#"}` compiles, validates and warns of nothing. The error comes with the first mask, and a mask after an error
# allows one thing: the end. An engine that only follows masks sees an ordinary end of an empty answer. A type whose required field is
# itself gets as far as its first token. Two types that require each other, which pydantic writes down without complaint, go on for ever
# if a field beside leaves the model a choice at each level.
#
# Seen with: llguidance 1.9.1, pydantic 2.14.4, Python 3.11. Why it matters to candor's users: an empty answer that says `stop`, a `{`, or
# all of `max_tokens` spent on braces, for a mistake that is easily made in a model of two classes; ask for the error after each mask.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "llguidance==1.9.1" "pydantic==2.14.4"
cat > "$work/seen.py" <<'PY'
import json

from llguidance import LLMatcher, LLTokenizer
from pydantic import BaseModel

TOKENIZER = LLTokenizer("byte")  # its own: each byte is a token, the last one is the end
END = TOKENIZER.eos_token


class Person(BaseModel):
    retired: bool
    employer: "Company"


class Company(BaseModel):
    owner: Person


def show(schema, limit=200):
    grammar = LLMatcher.grammar_from_json_schema(json.dumps(schema), overrides={"whitespace_flexible": False})
    at_first = LLMatcher.validate_grammar_with_warnings(grammar, TOKENIZER)
    rules, answer = LLMatcher(TOKENIZER, grammar, log_level=0), bytearray()
    error_at_start = rules.is_error()
    while len(answer) < limit:
        mask = rules.compute_bitmask()
        allowed = [token for token in range(TOKENIZER.vocab_size) if mask[token // 8] >> (token % 8) & 1]
        if END in allowed:
            break
        rules.consume_token(allowed[0])
        answer += bytes(allowed[:1])
    ended = f"then {allowed[:3]}, an error {rules.is_error()}, a whole answer {rules.is_accepting()}"
    print(f"{json.dumps(schema)[:100]}\n    validated: {at_first}; answer {bytes(answer[:60])} ({len(answer)} bytes), {ended}")
    return error_at_start or at_first != (False, []), answer, allowed, rules


empty = LLMatcher(TOKENIZER, LLMatcher.grammar_from_json_schema('{"enum": []}'), log_level=0)
print('{"enum": []}:', empty.get_error())
assert "Unsatisfiable" in empty.get_error()
box = {"type": "object", "properties": {"box": {"$ref": "#"}}, "required": ["box"], "additionalProperties": False}
for schema, expected in (({"$ref": "#"}, b""), ({"allOf": [{"$ref": "#"}]}, b""), (box, b"{")):
    told, answer, allowed, rules = show(schema)
    assert not told and answer == expected and allowed == [END] and rules.is_error() and not rules.is_accepting()
told, answer, allowed, rules = show(Person.model_json_schema())
assert not told and len(answer) == 200 and not rules.is_error()
PY
"$work/venv/bin/python" "$work/seen.py"
