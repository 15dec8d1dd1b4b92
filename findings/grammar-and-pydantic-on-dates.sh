#!/usr/bin/env bash
# The good guess: pydantic writes `"format": "date"` for a date, llguidance lists `date` among the formats that it enforces, so an answer
# under that grammar is a date that the same pydantic type reads.
#
# What happens: the two mean different sets, and each leaves out something of the other's. The grammar lets 29 February stand in any year,
# knows a year 0000 and a second 60 at any minute of the day; pydantic refuses all three. The other way round `date-time` and `time` want
# an offset: for a plain `datetime` or `time` the local form that pydantic itself writes cannot be said, so what comes back is aware and
# raises TypeError when it is compared. For `NaiveDatetime` the two sets share nothing: every finished answer fails. Durations have no
# fractions of a second in the grammar, so `PT1.5S`, which pydantic writes, cannot be said either. `HttpUrl` is sent as `uri`: `a:` ends.
#
# Seen with: llguidance 1.9.1, pydantic 2.14.4, Python 3.11. Why it matters to candor's users: extracting dates is the first thing that is
# done with structured output; finished answers that do not parse look like a model's mistake, and a retry has the same grammar.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "llguidance==1.9.1" "pydantic==2.14.4"
cat > "$work/seen.py" <<'PY'
import json
from datetime import date, datetime, time, timedelta

from llguidance import LLMatcher, LLTokenizer
from pydantic import HttpUrl, NaiveDatetime, TypeAdapter, ValidationError

TOKENIZER = LLTokenizer("byte")  # its own: each byte is a token, the last one is the end
BOTH, GRAMMAR, PYDANTIC = (True, True), (True, False), (False, True)


def admits(schema, text):
    rules = LLMatcher(TOKENIZER, LLMatcher.grammar_from_json_schema(json.dumps(schema)), log_level=0)
    assert not rules.is_error() and not rules.get_grammar_warnings()
    tokens = list(text.encode())
    return rules.try_consume_tokens(tokens) == len(tokens) and rules.is_accepting()


def show(type_, text, expected):
    adapter = TypeAdapter(type_)
    try:
        read, refusal = adapter.validate_json(json.dumps(text)), ""
    except ValidationError as error:
        read, refusal = None, error.errors()[0]["msg"]
    seen = admits(adapter.json_schema(), json.dumps(text)), read is not None
    print(f"{adapter.json_schema()['format']:>9} {text:<21} grammar {seen[0]!s:<5} pydantic {seen[1]!s:<5} {refusal}")
    assert seen == expected
    return read


show(date, "2024-02-29", BOTH)
for text in ("2023-02-29", "0000-01-01"):
    show(date, text, GRAMMAR)
for text in ("2023-02-29T08:00:00Z", "2026-11-30T12:00:60Z", "0000-01-01T08:00:00Z"):
    show(datetime, text, GRAMMAR)
show(time, "12:00:60Z", GRAMMAR)

local = json.loads(TypeAdapter(datetime).dump_json(datetime(2026, 11, 30, 8)))
show(datetime, local, PYDANTIC)
show(time, json.loads(TypeAdapter(time).dump_json(time(8))), PYDANTIC)
aware = show(datetime, local + "Z", BOTH)
try:
    aware < datetime(2027, 1, 1)
    raise SystemExit("they compare now")
except TypeError as error:
    print("         ", error)
show(NaiveDatetime, local, PYDANTIC)
show(NaiveDatetime, local + "Z", GRAMMAR)

show(timedelta, json.loads(TypeAdapter(timedelta).dump_json(timedelta(seconds=1.5))), PYDANTIC)
show(timedelta, "P99999999999Y", GRAMMAR)
show(HttpUrl, "a:", GRAMMAR)
PY
"$work/venv/bin/python" "$work/seen.py"
