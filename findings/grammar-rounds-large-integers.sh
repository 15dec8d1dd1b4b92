#!/usr/bin/env bash
# The good guess: an answer written under a grammar made of a JSON schema is an answer that this schema admits. llguidance refuses by name
# what it cannot express, so where it gives no error a number is the number that the schema names.
#
# What happens: integers of a schema pass through doubles. A `const` or `enum` beyond 2**53 allows one number only, and it is another one:
# asked for 1234567890123456789 the mask spells 1234567890123456768, letter by letter, to a clean end. `minimum` and `maximum` move the
# same way, so a bound can admit what lies below it. No error and no warning; the answer then fails in a validator. Only the whole range
# of an int64, which many makers of schemas write down, is refused, with a message about a regex.
#
# Seen with: llguidance 1.9.1, jsonschema 4.26.0, Python 3.11. Why it matters to candor's users: the ids of chat and social networks and
# of most databases' snowflake keys are that long; a tool called with such an id names another row, and nothing in the answer shows it.
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
ID = 1234567890123456789


def matcher(schema):
    return LLMatcher(TOKENIZER, LLMatcher.grammar_from_json_schema(json.dumps(schema)), log_level=0)


def written(schema):
    """Follow the mask where it leaves one choice, to the end."""
    answer, rules = bytearray(), matcher(schema)
    while not rules.is_accepting():
        mask = rules.compute_bitmask()
        allowed = [token for token in range(TOKENIZER.vocab_size) if mask[token // 8] >> (token % 8) & 1]
        assert len(allowed) == 1, f"there is a choice: {allowed}"
        assert rules.consume_token(allowed[0])
        answer += bytes(allowed)
    return json.loads(answer)


def admits(schema, number):
    rules, tokens = matcher(schema), list(str(number).encode())
    return rules.try_consume_tokens(tokens) == len(tokens) and rules.is_accepting()


for schema in ({"const": ID}, {"enum": [ID]}, {"const": 2**63}, {"type": "integer", "minimum": ID, "maximum": ID}):
    error, warnings = matcher(schema).get_error(), matcher(schema).get_grammar_warnings()
    got, fits = written(schema), Draft202012Validator(schema).is_valid(written(schema))
    print(f"{json.dumps(schema)}\n    error {error!r}, warnings {warnings}, the only answer: {got}, in the validator's eyes {fits}")
    assert not error and not warnings and not fits, "it says so now, or it is exact"
assert written({"const": 2**53}) == 2**53
above = {"type": "integer", "minimum": 2**53 + 1}
print(f"{json.dumps(above)} admits {2**53}: {admits(above, 2**53)}")
assert admits(above, 2**53)
unsigned = {"type": "integer", "minimum": 0, "maximum": 2**64 - 1}
print(f"{json.dumps(unsigned)} admits its own maximum: {admits(unsigned, 2**64 - 1)}")
assert not admits(unsigned, 2**64 - 1)
refused = matcher({"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1}).get_error()
print("the range of an int64:", refused)
assert "integer range" in refused
PY
"$work/venv/bin/python" "$work/seen.py"
