#!/usr/bin/env bash
# The good guess: within one library `\d` is one set, and `regex: "\d{4}"` allows what `{"type": "string", "pattern": "^\d{4}$"}` does.
#
# What happens: in a `pattern` of a JSON schema llguidance takes `\d` and `\w` as JavaScript does, ASCII only; in a regex of its own and in a
# terminal of a Lark grammar it takes all digits and letters of Unicode. So the very same expression lets a model that writes Arabic,
# Persian or Hindi answer "٢٠٢٦" as a regex and forbids it in a schema, and forbids "é" to `\w` there. The validators are on the other side
# for schemas: jsonschema and pydantic take "٢٠٢٦" for `^\d{4}$`. JavaScript's Number("٢٠٢٦") is NaN.
#
# Seen with: llguidance 1.9.1, jsonschema 4.26.0, pydantic 2.14.4, Python 3.11, Node 20. Why it matters to candor's users: a year, a price or
# a phone number asked for by `regex` may come in digits that the program behind it does not read; write [0-9] where digits are meant.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "llguidance==1.9.1" "jsonschema==4.26.0" "pydantic==2.14.4"
cat > "$work/seen.py" <<'PY'
import json
import subprocess
from typing import Annotated

from jsonschema import Draft202012Validator
from llguidance import LLMatcher, LLTokenizer
from pydantic import Field, TypeAdapter, ValidationError

TOKENIZER = LLTokenizer("byte")  # its own: each byte is a token, the last one is the end


def admits(grammar, text):
    rules = LLMatcher(TOKENIZER, grammar, log_level=0)
    assert not rules.is_error(), rules.get_error()
    tokens = list(text.encode())
    return rules.try_consume_tokens(tokens) == len(tokens) and rules.is_accepting()


def reads(pattern, text):
    try:
        return TypeAdapter(Annotated[str, Field(pattern=pattern)]).validate_python(text) == text
    except ValidationError:
        return False


def show(pattern, text, /, **expected):
    schema = {"type": "string", "pattern": f"^{pattern}$"}
    seen = {
        "regex": admits(LLMatcher.grammar_from_regex(pattern), text),
        "lark": admits(LLMatcher.grammar_from_lark(f"start: A\nA: /{pattern}/"), text),
        "pattern": admits(LLMatcher.grammar_from_json_schema(json.dumps(schema)), json.dumps(text, ensure_ascii=False)),
        "jsonschema": Draft202012Validator(schema).is_valid(text),
        "pydantic": reads(f"^{pattern}$", text),
    }
    print(f"{pattern:<9} {text}: {seen}")
    assert seen == {**dict.fromkeys(seen, True), **expected}


show(r"\d{4}", "2026")
show(r"\d{4}", "٢٠٢٦", pattern=False)
show(r"\d{4}", "२०२६", pattern=False)
show(r"\w+", "cafe")
show(r"\w+", "café", pattern=False)
show(r"[0-9]{4}", "٢٠٢٦", regex=False, lark=False, pattern=False, jsonschema=False, pydantic=False)
number = subprocess.run(["node", "-p", 'Number("٢٠٢٦") + " " + /^\\d{4}$/u.test("٢٠٢٦")'], capture_output=True, text=True, check=True).stdout
print("JavaScript:", number.strip())
assert number.split() == ["NaN", "false"]
PY
"$work/venv/bin/python" "$work/seen.py"
